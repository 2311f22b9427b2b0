import type { WakeLock } from '#lib/commands/recording-ports.ts';
import { onReturn } from './visibility.ts';

/** The browser's screen wake lock. It is lost whenever the page is hidden, so it is asked for again on return. */
export function createWakeLock(): WakeLock {
	// Missing in older browsers, whatever the type says.
	const platform = navigator.wakeLock as Navigator['wakeLock'] | undefined;
	let isWanted = false;
	let sentinel: WakeLockSentinel | null = null;
	let stopListening: (() => void) | null = null;
	let tell: (screenStaysOn: boolean) => void = () => undefined;

	async function request(): Promise<boolean> {
		if (!platform) return false;
		if (sentinel && !sentinel.released) return true;
		try {
			const granted = await platform.request('screen');
			if (!isWanted) await granted.release();
			else sentinel = granted;
			granted.addEventListener('release', () => {
				// Taken by the platform: hidden page, or the battery is low.
				if (isWanted) tell(false);
			});
			return isWanted;
		} catch {
			// Hidden page or battery saver: not an error, the recording goes on and the page says so.
			return false;
		}
	}

	return {
		async hold(onChange) {
			isWanted = true;
			tell = onChange;
			const ask = async () => {
				const screenStaysOn = await request();
				if (isWanted) onChange(screenStaysOn);
				return screenStaysOn;
			};
			stopListening ??= onReturn(() => void ask());
			return ask();
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
