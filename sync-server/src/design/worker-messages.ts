import type { CallOutcome, SandboxLimits } from './sandbox.ts';

/** Texts for one program, run in order. */
export interface WorkOrder {
	/** Programs with the same key are the same; an engine is kept for it a while. */
	key: string;
	source: string;
	inputs: readonly string[];
}

/** Fewer outcomes than inputs: the turn was over; the rest is sent again. A fatal outcome is the last one. */
export interface WorkDone {
	outcomes: CallOutcome[];
}

/** The thread's first message. */
export type WorkerReady = 'ready';

export interface WorkerSettings {
	limits: SandboxLimits;
}
