import type { WakeLock } from '#lib/commands/ports.ts';
import { onReturn } from './visibility.ts';

/** The browser's screen wake lock. It is lost whenever the page is hidden, so it is asked for again on return. */
export function createWakeLock(): WakeLock {
	// Missing in older browsers, whatever the type says.
	const platform = navigator.wakeLock as Navigator['wakeLock'] | undefined;
	let isWanted = false;
	let sentinel: WakeLockSentinel | null = null;
	let stopListening: (() => void) | null = null;

	async function request(): Promise<boolean> {
		if (!platform) return false;
		if (sentinel && !sentinel.released) return true;
		try {
			const granted = await platform.request('screen');
			if (!isWanted) await granted.release();
			else sentinel = granted;
			return isWanted;
		} catch {
			// Hidden page or battery saver: not an error, the recording goes on and the page says so.
			return false;
		}
	}

	return {
		hold() {
			isWanted = true;
			stopListening ??= onReturn(() => void request());
			return request();
		},
		async release() {
			isWanted = false;
			stopListening?.();
			stopListening = null;
			const held = sentinel;
			sentinel = null;
			await held?.release();
		}
	};
}
