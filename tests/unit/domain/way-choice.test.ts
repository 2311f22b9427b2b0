import { isShorterByEnough } from '@outlay/domain/mileage/way-choice';
import { describe, expect, test } from 'vitest';

describe('the shortest way beside the fastest', () => {
	test.each([
		[10_000, 10_000, false],
		[10_000, 9_901, false],
		[10_000, 9_900, true],
		[10_000, 6_000, true],
		[10_000, 10_500, false],
		[40, 39, true],
		[0, 0, false]
	])('of %d m and %d m is offered: %s', (fastestM, shortestM, isOffered) => {
		expect(isShorterByEnough(fastestM, shortestM)).toBe(isOffered);
	});
});
