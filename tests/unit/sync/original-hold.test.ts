import { expect, it } from 'vitest';
import { isHeld } from '#lib/sync/original-hold.ts';

const HOUR_MS = 3_600_000;
const ADDED_AT_MS = 1_800_000_000_000;
const held = (change: object, hours = 1) =>
	isHeld(
		{ addedAtMs: ADDED_AT_MS },
		{ isMetered: true, isToldToSend: false, nowMs: ADDED_AT_MS + hours * HOUR_MS, ...change }
	);

it('a full photo waits on a metered connection, for a day at most, and not when the person says to send', () => {
	expect(held({})).toBe(true);
	expect(held({}, 23)).toBe(true);
	expect(held({}, 24)).toBe(false);
	expect(held({ isToldToSend: true })).toBe(false);
	expect(held({ isMetered: false })).toBe(false);
	// A clock that was put back holds nothing.
	expect(held({}, -1)).toBe(false);
});
