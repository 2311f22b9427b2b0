/** The part of the browser's Web Locks that is used here. */
export type Locks = Pick<LockManager, 'request'>;

/**
 * Runs a task while no other tab runs it. A tab that sleeps with the lock must not stop the others: after
 * `patienceMs` it is taken from it. Both running at once only costs requests, since every push names the
 * revision it stands on and every photo its hash. Does nothing once `signal` ends the waiting.
 */
export async function oneAtATime(
	locks: Locks,
	name: string,
	patienceMs: number,
	signal: AbortSignal,
	task: () => Promise<void>
): Promise<void> {
	const turn = onceBegun(task);
	const waiting = new AbortController();
	const end = () => {
		waiting.abort();
	};
	const timer = setTimeout(end, patienceMs);
	signal.addEventListener('abort', end);
	try {
		await locks.request(name, { signal: waiting.signal }, turn.begin);
	} catch (error) {
		if (!isAbort(error)) throw error;
		// Taken from us by a tab that thought we slept: what has begun is finished all the same.
		if (turn.hasBegun()) await turn.ended();
		else if (!signal.aborted) await takeOver(locks, name, task);
	} finally {
		clearTimeout(timer);
		signal.removeEventListener('abort', end);
	}
}

async function takeOver(locks: Locks, name: string, task: () => Promise<void>): Promise<void> {
	const turn = onceBegun(task);
	try {
		await locks.request(name, { steal: true }, turn.begin);
	} catch (error) {
		if (!isAbort(error) || !turn.hasBegun()) throw error;
		await turn.ended();
	}
}

function onceBegun(task: () => Promise<void>) {
	const begun: Promise<void>[] = [];
	return {
		begin: () => {
			const run = task();
			begun.push(run);
			return run;
		},
		hasBegun: () => begun.length > 0,
		ended: async () => {
			await Promise.all(begun);
		}
	};
}

function isAbort(error: unknown): boolean {
	return error instanceof DOMException && error.name === 'AbortError';
}
