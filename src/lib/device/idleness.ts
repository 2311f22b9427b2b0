/** The last sign of a person in any tab, so that one tab in use keeps the others open. A time and nothing else. */
const STORED_AS = 'outlay.active-at';
const LOOK_EVERY_MS = 5000;
const NOTE_EVERY_MS = 2000;
const SIGNS = ['pointerdown', 'keydown', 'wheel', 'touchmove'] as const;

/**
 * Calls `run` again and again while nobody has used the app for `idleMs`, also right after the device slept. Returns
 * how to stop.
 */
export function whileIdle(idleMs: number, run: () => void): () => void {
	let notedAtMs = 0;
	const note = () => {
		const nowMs = Date.now();
		if (Math.abs(nowMs - notedAtMs) < NOTE_EVERY_MS) return;
		notedAtMs = nowMs;
		localStorage.setItem(STORED_AS, String(nowMs));
	};
	const look = () => {
		const quietMs = Date.now() - Number(localStorage.getItem(STORED_AS) ?? 0);
		// A clock that was put back counts as long quiet: the lock errs on the closed side.
		if (quietMs >= idleMs || quietMs < 0) run();
	};
	// Looked at before the tap that wakes the page counts as use.
	const used = () => {
		look();
		note();
	};
	note();
	const timer = setInterval(look, LOOK_EVERY_MS);
	document.addEventListener('visibilitychange', look);
	for (const sign of SIGNS) window.addEventListener(sign, used, { capture: true, passive: true });
	return () => {
		clearInterval(timer);
		document.removeEventListener('visibilitychange', look);
		for (const sign of SIGNS) window.removeEventListener(sign, used, { capture: true });
	};
}
