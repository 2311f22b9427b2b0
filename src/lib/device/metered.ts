import type { Live } from '#lib/commands/ports.ts';

/** The Network Information API, of which Chromium has parts and others nothing; no types know it. */
interface Connection extends EventTarget {
	readonly type?: string;
	readonly saveData?: boolean;
}

/** Whether the connection is known to be mobile, or the person asked the browser to save data. Unknown is false. */
export function createMetered(): Live<boolean> {
	return {
		subscribe(run) {
			const { connection } = navigator as { connection?: Connection };
			const tell = () => run(connection?.saveData === true || connection?.type === 'cellular');
			connection?.addEventListener('change', tell);
			tell();
			return () => connection?.removeEventListener('change', tell);
		}
	};
}
