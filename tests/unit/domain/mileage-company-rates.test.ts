import type { DatedRate } from '@outlay/domain/dated-rates';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { MILEAGE_RULES } from '@outlay/domain/rates/mileage-rules';
import { describe, expect, test } from 'vitest';
import { aDrive, companyRate, outcome, rating } from '../../support/mileage-drives.ts';

describe('a company’s own rates', () => {
	const company = [companyRate('mileage.entitlement.own-car', '4.50')];
	const rates = { state: STATE_MILEAGE_RATES, company };

	test('DK: above the official rate everything is taxed, and it is said', () => {
		expect(outcome({}, { rates })).toMatchObject({
			taxFreeMinor: 0,
			taxableMinor: 45_000,
			verified: false,
			lines: [{ code: 'mileage.taxable_distance_times_rate', values: { perKmMinor: 450 } }],
			notices: [{ code: 'mileage.above_official' }]
		});
	});

	test('DK: unless the excess is run as salary', () => {
		expect(outcome({}, { rates, excessIsSalary: true })).toMatchObject({
			taxFreeMinor: 38_100,
			taxableMinor: 6900,
			notices: []
		});
	});

	test('a lower one is paid as it is, all of it free of tax', () => {
		const low = [companyRate('mileage.entitlement.own-car', '2.00')];
		expect(outcome({}, { rates: { ...rates, company: low } })).toMatchObject({
			taxFreeMinor: 20_000,
			taxableMinor: 0,
			lines: [{ source: 'Travel policy', amountMinor: 20_000 }]
		});
	});

	test('does not stand in for the state’s: without that nothing can be split', () => {
		const bicycle = [
			{ ...companyRate('mileage.entitlement.bicycle', '1.00'), validFrom: '2022-01-01' }
		];
		const question = { rates: { ...rates, company: bicycle } };
		const drive = aDrive({ vehicle: 'bicycle', drivenOn: '2022-03-01' });
		expect(rating([drive], question).trips[0]?.outcome).toMatchObject({
			refusal: { code: 'rate.missing' }
		});
	});

	test('two for one day, or one in another currency, are refused, not chosen from', () => {
		const codeWith = (rows: DatedRate[]) =>
			rating([aDrive()], { rates: { ...rates, company: rows } }).trips[0]?.outcome;
		expect(codeWith([...company, ...company])).toMatchObject({
			refusal: { code: 'rate.overlap' }
		});
		expect(codeWith(company.map((row) => ({ ...row, currency: 'SEK' })))).toMatchObject({
			refusal: { code: 'rate.currency' }
		});
	});

	test('before it begins, the state’s is paid', () => {
		expect(outcome({ drivenOn: '2024-12-31' }, { rates })).toMatchObject({
			taxFreeMinor: 37_900,
			taxableMinor: 0
		});
	});
});

/** Figures and a rule of a made-up state, official or not, with a passenger's krone. */
function aState({ rate = true, threshold = true, rule = true, passenger = true } = {}) {
	const row = (kind: string, amount: string, verified: boolean): DatedRate => ({
		...companyRate(kind, amount),
		source: kind,
		verified
	});
	return {
		state: [
			row('mileage.tax-free.own-car', '3.81', rate),
			row('mileage.tax-free.own-car.above', '2.23', rate),
			row('mileage.tax-free.addition.passenger', '1.00', passenger),
			{ ...row('mileage.threshold', '20000', threshold), currency: null }
		],
		rules: MILEAGE_RULES.map((one) => ({ ...one, verified: rule }))
	};
}

describe('what is official', () => {
	const additions = [{ addition: 'passenger', distanceM: 100_000, count: 1 }] as const;
	const own = [companyRate('mileage.entitlement.own-car', '4.50')];
	const costs = [{ cost: 'toll', amountMinor: 0, currency: 'DKK', receiptId: 'r' }] as const;
	const isVerified = (
		of: Parameters<typeof aState>[0],
		company: DatedRate[] = [],
		excessIsSalary = false
	) => {
		const { state, rules } = aState(of);
		const question = { rates: { state, company }, rules, excessIsSalary };
		const { verified, lines } = outcome({ additions, costs }, question);
		return [verified, ...lines.map((line) => line.verified)];
	};

	test('is a line all of whose figures are, and an outcome all of whose lines are', () => {
		expect(isVerified({})).toEqual([true, true, true, true]);
		expect(isVerified({ passenger: false })).toEqual([false, true, false, true]);
		expect(isVerified({ rate: false })).toEqual([false, false, true, true]);
		expect(isVerified({ threshold: false })).toEqual([false, false, false, true]);
		// Nothing is above the official rate, so the rule about that takes no part.
		expect(isVerified({ rule: false })).toEqual([true, true, true, true]);
	});

	test('includes the rule by which it is taxed, and the official rate where less is paid', () => {
		expect(isVerified({}, own)).toEqual([true, true, true, true]);
		expect(isVerified({ rule: false }, own)).toEqual([false, false, false, true]);
		expect(isVerified({}, own, true)).toEqual([true, true, true, true, true]);
		expect(isVerified({ rule: false }, own, true)).toEqual([false, true, true, false, true]);
		expect(isVerified({ passenger: false }, own, true)).toEqual([false, true, false, false, true]);
		const low = [companyRate('mileage.entitlement.own-car', '2.00')];
		expect(isVerified({ rate: false }, low)).toEqual([false, false, true, true]);
	});

	test('above the official rate the additions are taxed with the kilometres, and the rule is named', () => {
		const { state, rules } = aState();
		const taxed = outcome({ additions }, { rates: { state, company: own }, rules });
		expect(taxed).toMatchObject({ taxFreeMinor: 0, taxableMinor: 45_000 + 10_000 });
		expect(taxed.lines).toMatchObject([
			{ code: 'mileage.taxable_distance_times_rate', amountMinor: 45_000 },
			{ code: 'mileage.taxable_addition', amountMinor: 10_000 }
		]);
		expect(taxed.lines[0]?.source).toMatch(/^Travel policy; Ligningsloven/);
		expect(outcome({ additions }, { rates: { state, company: [] }, rules }).lines[0]?.source).toBe(
			'mileage.tax-free.own-car'
		);
	});

	test('a line has the figures of its sentence and no others, kilometres as exactly as they are paid', () => {
		const rules = MILEAGE_RULES.map((one) => ({
			...one,
			rounding: { ...one.rounding, kilometreDecimals: 2 as const }
		}));
		const [line] = outcome({ vehicle: 'bicycle', distanceM: 64_654 }, { rules }).lines;
		expect(line?.values).toEqual({
			kilometres: '64.65',
			perKmMinor: 63,
			currency: 'DKK',
			country: 'DK',
			year: '2025'
		});
	});
});
