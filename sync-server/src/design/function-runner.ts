/** Runs programs of design documents in a worker thread, one batch at a time, in the order they were asked for. */

import { Worker } from 'node:worker_threads';
import { SANDBOX_LIMITS, type CallOutcome, type SandboxLimits } from './sandbox.ts';
import type { WorkDone, WorkerReady, WorkerSettings, WorkOrder } from './worker-messages.ts';

const ENTRY = new URL('./start-function-worker.js', import.meta.url);
/**
 * A thread that does not even stop at its time limit is ended from outside: the limit is only seen between steps of the
 * language, and joining a list of a million is one.
 */
const LONGEST_WAIT = { calls: 3, moreMs: 1_000 };

/** In UTF-16 units. */
const MOST_ANSWERS_LENGTH = 32 * 1024 * 1024;

/** A program of a design document that can't go on: it took too long, too much memory, or is no program. */
export class FunctionFailed extends Error {
	readonly code = 'design.function_failed';

	constructor(reason: string) {
		super(reason);
		this.name = 'FunctionFailed';
	}
}

export interface Program {
	key: string;
	source: string;
}

interface Job {
	program: Program;
	inputs: readonly string[];
	answers: CallOutcome[];
	answersLength: number;
	resolve: (answers: CallOutcome[]) => void;
	reject: (error: Error) => void;
}

export class FunctionRunner {
	readonly #limits: SandboxLimits;
	#worker: Worker | null = null;
	#isReady = false;
	#watchdog: NodeJS.Timeout | undefined;
	#running: Job | null = null;
	readonly #waiting: Job[] = [];
	#isClosed = false;

	constructor(limits: Partial<SandboxLimits> = {}) {
		this.#limits = { ...SANDBOX_LIMITS, ...limits };
	}

	/**
	 * Calls a program with each input in order. One answer per input: its text, or what was thrown. Answers that are
	 * very long together come for the first inputs only, at least for one. Throws `FunctionFailed` when the program
	 * can't go on.
	 */
	run(program: Program, inputs: readonly string[]): Promise<CallOutcome[]> {
		if (inputs.length === 0) return Promise.resolve([]);
		if (this.#isClosed) return Promise.reject(new FunctionFailed('The server is stopping.'));
		return new Promise((resolve, reject) => {
			this.#waiting.push({ program, inputs, answers: [], answersLength: 0, resolve, reject });
			this.#next();
		});
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		for (const job of this.#waiting.splice(0)) job.reject(stopping());
		await this.#end(stopping());
	}

	#next(): void {
		if (this.#running) return;
		const job = this.#waiting.shift();
		if (!job) return;
		this.#running = job;
		const order: WorkOrder = {
			...job.program,
			inputs: job.inputs.slice(job.answers.length)
		};
		this.#worker ??= this.#start();
		this.#worker.ref();
		this.#worker.postMessage(order);
		// A thread that is only starting has all the time it needs.
		if (this.#isReady) this.#watch();
	}

	#watch(): void {
		const { calls, moreMs } = LONGEST_WAIT;
		this.#watchdog = setTimeout(
			() => void this.#end(new FunctionFailed('The function took too long.')),
			calls * this.#limits.callMs + moreMs
		);
	}

	#start(): Worker {
		const worker = new Worker(ENTRY, {
			workerData: { limits: this.#limits } satisfies WorkerSettings,
			// Nothing of the environment, the tests' flags neither.
			env: {},
			execArgv: []
		});
		const lost = () => {
			if (this.#worker === worker) void this.#end(new FunctionFailed('The function broke down.'));
		};
		this.#isReady = false;
		worker.on('message', (message: WorkDone | WorkerReady) => {
			if (this.#worker !== worker) return;
			if (message !== 'ready') return this.#take(message);
			this.#isReady = true;
			this.#watch();
		});
		worker.on('error', lost);
		worker.on('exit', lost);
		return worker;
	}

	#take({ outcomes }: WorkDone): void {
		const job = this.#running;
		if (!job) return;
		clearTimeout(this.#watchdog);
		this.#running = null;
		// A process that waits for nothing else may end.
		this.#worker?.unref();
		const last = outcomes.at(-1);
		if (last && !last.ok && last.isFatal) {
			job.reject(new FunctionFailed(`${last.name}: ${last.message}`));
		} else {
			job.answers.push(...outcomes);
			for (const outcome of outcomes) if (outcome.ok) job.answersLength += outcome.text.length;
			const isEnough = job.answersLength > MOST_ANSWERS_LENGTH;
			if (isEnough || job.answers.length >= job.inputs.length) job.resolve(job.answers);
			// Behind the others, who have their turn now.
			else this.#waiting.push(job);
		}
		this.#next();
	}

	/** Ends the thread and the job it had; what waits gets another thread. */
	async #end(reason: Error): Promise<void> {
		clearTimeout(this.#watchdog);
		const worker = this.#worker;
		const job = this.#running;
		this.#worker = null;
		this.#running = null;
		job?.reject(reason);
		this.#next();
		await worker?.terminate();
	}
}

function stopping(): FunctionFailed {
	return new FunctionFailed('The server is stopping.');
}
