import { ok, refuse, type Result } from './refusal.ts';

/**
 * Four to six digits are guessed within hours by whoever copied the disk, whatever the key derivation costs; eight
 * characters with some variety are not (OWASP Password Storage and NIST SP 800-63B ask for at least eight).
 */
export const PASSCODE_MIN_LENGTH = 8;
export const PASSCODE_MAX_LENGTH = 200;
const DIFFERENT_MIN = 4;
/** Wrong tries that cost nothing but themselves. */
const FREE_TRIES = 3;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 5 * 60_000;

/** Refuses `passcode.too_short`, `passcode.too_long` and `passcode.too_simple` (few different characters, or a row of them). */
export function judgePasscode(passcode: string): Result<void> {
	const characters = [...passcode.normalize('NFC')];
	if (characters.length < PASSCODE_MIN_LENGTH) {
		return refuse('passcode.too_short', 'next', { least: PASSCODE_MIN_LENGTH });
	}
	if (characters.length > PASSCODE_MAX_LENGTH) {
		return refuse('passcode.too_long', 'next', { most: PASSCODE_MAX_LENGTH });
	}
	const isSimple = new Set(characters).size < DIFFERENT_MIN || isRow(characters);
	return isSimple ? refuse('passcode.too_simple', 'next') : ok(undefined);
}

/** How long after a wrong try the next one has to wait: it doubles, and never locks for good. */
export function passcodeWaitMs(wrongTries: number): number {
	if (wrongTries < FREE_TRIES) return 0;
	return Math.min(FIRST_WAIT_MS * 2 ** Math.min(wrongTries - FREE_TRIES, 30), LONGEST_WAIT_MS);
}

/**
 * How long is left to wait. A clock that was put back before the wrong try doesn't stretch the wait beyond its length.
 */
export function passcodeWaitLeftMs(wrongTries: number, wrongAtMs: number, nowMs: number): number {
	const waitMs = passcodeWaitMs(wrongTries);
	return Math.min(Math.max(wrongAtMs + waitMs - nowMs, 0), waitMs);
}

/** Each character the next or the one before of the last, as in 12345678. */
function isRow(characters: readonly string[]): boolean {
	const steps = characters
		.slice(1)
		.map((character, n) => (character.codePointAt(0) ?? 0) - (characters[n]?.codePointAt(0) ?? 0));
	return steps.every((step) => step === 1) || steps.every((step) => step === -1);
}
