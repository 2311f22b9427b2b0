/** The worker thread: keeps a sandbox for each of the programs used last and runs what it is sent. */

import { parentPort, workerData } from 'node:worker_threads';
import { Sandbox, type CallOutcome } from './sandbox.ts';
import type { WorkDone, WorkerReady, WorkerSettings, WorkOrder } from './worker-messages.ts';

/** Answers kept for one message, in UTF-16 units. */
const MOST_ANSWERS_LENGTH = 8 * 1024 * 1024;
/** How long one order may keep the others waiting. */
const TURN_MS = 100;
const MOST_SANDBOXES = 6;

const { limits } = workerData as WorkerSettings;
const sandboxes = new Map<string, Sandbox>();

async function work({ key, source, inputs }: WorkOrder): Promise<WorkDone> {
	const opened = await open(key, source);
	if (!(opened instanceof Sandbox)) return { outcomes: [opened] };
	const outcomes: CallOutcome[] = [];
	const startedAtMs = performance.now();
	let answersLength = 0;
	for (const input of inputs) {
		const outcome = opened.call(input);
		outcomes.push(outcome);
		if (!outcome.ok && outcome.isFatal) {
			forget(key);
			break;
		}
		if (outcome.ok) answersLength += outcome.text.length;
		if (answersLength > MOST_ANSWERS_LENGTH) break;
		if (performance.now() - startedAtMs > TURN_MS) break;
	}
	return { outcomes };
}

/** The sandbox of a program; what is wrong with the program otherwise. */
async function open(key: string, source: string): Promise<Sandbox | CallOutcome> {
	const known = sandboxes.get(key);
	if (known) {
		// The ones used last stay.
		sandboxes.delete(key);
		sandboxes.set(key, known);
		return known;
	}
	const [oldest] = sandboxes.keys();
	if (oldest !== undefined && sandboxes.size >= MOST_SANDBOXES) forget(oldest);
	const sandbox = await Sandbox.open(limits);
	const loaded = sandbox.load(source);
	if (!loaded.ok) {
		sandbox.dispose();
		return { ...loaded, isFatal: true };
	}
	sandboxes.set(key, sandbox);
	return sandbox;
}

function forget(key: string): void {
	sandboxes.get(key)?.dispose();
	sandboxes.delete(key);
}

// An exception here is the engine's own (WebAssembly aborted): it ends the thread, and another is started.
parentPort?.on('message', (order: WorkOrder) => {
	void work(order).then((done) => parentPort?.postMessage(done));
});
parentPort?.postMessage('ready' satisfies WorkerReady);
