import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { MILEAGE_RULES } from '@outlay/domain/rates/mileage-rules';
import { expect, test } from 'vitest';

test('every country with mileage rates has its rules, once, with a source', () => {
	const countries = [...new Set(STATE_MILEAGE_RATES.map(({ country }) => country))].sort();
	expect(MILEAGE_RULES.map(({ country }) => country).sort()).toEqual(countries);
	for (const { aboveOfficial, rounding, source } of MILEAGE_RULES) {
		expect(['all-taxable', 'excess-taxable']).toContain(aboveOfficial);
		expect(rounding).toEqual({ unit: 'minor', at: ['trip'], kilometreDecimals: 1 });
		expect(source).not.toBe('');
	}
});
