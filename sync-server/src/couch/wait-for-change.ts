export type Waiting = {
	/** Aborts when the reader has gone away. */
	gone: AbortSignal;
	/** Aborts when their session or right ends. */
	ended?: AbortSignal;
	/** Asked at every heartbeat: a right that was taken elsewhere may have rung no bell here. */
	mayGoOn?: () => Promise<boolean>;
} & ({ heartbeatMs: number } | { timeoutMs: number });

/**
 * Waits until there is something new, giving `heartbeat` at each heartbeat. Nothing is left behind however it ends.
 *
 * @param listen to a bell, such as a database's; returns how to stop.
 * @param isBehind asked once the bell is hung up, so that no change falls between reading and listening.
 * @returns false when there is nothing more to wait for: timeout, reader gone, right ended.
 */
export async function* waitForChange(
	listen: (ring: () => void) => () => void,
	waiting: Waiting,
	isBehind: () => Promise<boolean>,
	heartbeat = '\n'
): AsyncGenerator<string, boolean> {
	const { gone, ended } = waiting;
	let wake: (event: 'change' | 'end' | 'beat') => void = () => undefined;
	let rung = false;
	const ring = () => {
		rung = true;
		wake('change');
	};
	const end = () => wake('end');
	const quiet = listen(ring);
	gone.addEventListener('abort', end);
	ended?.addEventListener('abort', end);
	const beat = 'heartbeatMs' in waiting;
	const timer = beat
		? setInterval(() => wake('beat'), waiting.heartbeatMs)
		: setTimeout(() => wake('end'), waiting.timeoutMs);
	try {
		if (gone.aborted || ended?.aborted) return false;
		if (await isBehind()) return true;
		for (;;) {
			if (gone.aborted || ended?.aborted) return false;
			if (rung) return true;
			const event = await new Promise<'change' | 'end' | 'beat'>((resolve) => {
				wake = resolve;
			});
			if (event === 'change') return true;
			if (event === 'end') return false;
			yield heartbeat;
			if (waiting.mayGoOn && !(await waiting.mayGoOn())) return false;
		}
	} finally {
		clearTimeout(timer);
		quiet();
		gone.removeEventListener('abort', end);
		ended?.removeEventListener('abort', end);
	}
}
