import { paidKilometres, roundAt, totalMinor, type Rounding } from '@outlay/domain/rounding';
import { describe, expect, test } from 'vitest';

const ore: Rounding = { unit: 'minor', at: ['trip'], kilometreDecimals: 1 };
const krone: Rounding = { unit: 'major', at: ['meal', 'total'], kilometreDecimals: 0 };

describe('roundAt', () => {
	test.each([
		['meal', 10_150, krone, 10_200],
		['meal', 10_149, krone, 10_100],
		['meal', -10_150, krone, -10_200],
		['day', 10_150, krone, 10_150],
		['trip', 0.5, ore, 1],
		['trip', -0.5, ore, -1],
		['day', 0.5, ore, 0.5]
	] as const)('at the %s %s becomes %s', (place, amount, rounding, expected) => {
		expect(roundAt(place, amount, 'SEK', rounding).toNumber()).toBe(expected);
	});

	test('a whole unit is what the currency says it is', () => {
		expect(roundAt('meal', 1499, 'KWD', krone).toNumber()).toBe(1000);
		expect(roundAt('meal', 1499, 'JPY', krone).toNumber()).toBe(1499);
	});
});

test('a total is an integer, whichever way it came', () => {
	expect(totalMinor(149.5, 'DKK', ore)).toBe(150);
	expect(totalMinor(149.5, 'DKK', krone)).toBe(100);
});

test.each([
	[64_649, ore, '64.6'],
	[64_650, ore, '64.7'],
	[64_499, krone, '64'],
	[49, ore, '0']
])('%s m are paid as %s km', (distanceM, rounding, kilometres) => {
	expect(paidKilometres(distanceM, rounding).toString()).toBe(kilometres);
});
