import { releaseProxy, wrap, type Remote } from 'comlink';

/** The worker could not be loaded, or died: infrastructure, not a refusal. */
export class WorkerFailed extends Error {
	readonly code = 'worker.failed';

	constructor(cause: unknown) {
		super('A worker stopped unexpectedly', { cause });
		this.name = 'WorkerFailed';
	}
}

/** One worker with one owner: started at the first task, ended after some quiet. */
export interface LazyWorker<Api> {
	/** Throws `WorkerFailed`, also for a task under way when the worker dies; the next task starts a new one. */
	run<T>(task: (api: Remote<Api>) => Promise<T>): Promise<T>;
}

const IDLE_MS = 30_000;

interface Running<Api> {
	worker: Worker;
	api: Remote<Api>;
	/** Never resolves; rejects when the worker dies, for then no answer comes. */
	death: Promise<never>;
}

export function createLazyWorker<Api>(
	start: () => Worker,
	idleMs: number = IDLE_MS
): LazyWorker<Api> {
	let running: Running<Api> | null = null;
	let taskCount = 0;
	let idleTimer: ReturnType<typeof setTimeout> | undefined;

	function startNow(): Running<Api> {
		const worker = start();
		const death = new Promise<never>((_, reject) => {
			worker.addEventListener('error', (event) => {
				event.preventDefault();
				if (running?.worker === worker) end();
				reject(new WorkerFailed(event.message));
			});
		});
		// Tasks hear of it by themselves; without one under way nobody needs to.
		death.catch(() => undefined);
		return { worker, api: wrap<Api>(worker), death };
	}

	function end(): void {
		clearTimeout(idleTimer);
		running?.api[releaseProxy]();
		running?.worker.terminate();
		running = null;
	}

	return {
		async run(task) {
			clearTimeout(idleTimer);
			taskCount += 1;
			const { api, death } = (running ??= startNow());
			try {
				return await Promise.race([task(api), death]);
			} finally {
				taskCount -= 1;
				if (taskCount === 0 && running) idleTimer = setTimeout(end, idleMs);
			}
		}
	};
}
