/** So long an original waits for Wi-Fi at most: the company needs it, and some phones never see any. */
const LONGEST_HOLD_MS = 24 * 60 * 60 * 1000;

/**
 * Whether an original picture stays here for now: on a metered connection, unless the person said to send, for a day
 * after it was added. Thumbnails and everything else go at once.
 */
export function isHeld(
	photo: { addedAtMs: number },
	now: { isMetered: boolean; isToldToSend: boolean; nowMs: number }
): boolean {
	const age = now.nowMs - photo.addedAtMs;
	// A clock that was put back must not hold it for longer.
	return now.isMetered && !now.isToldToSend && age >= 0 && age < LONGEST_HOLD_MS;
}
