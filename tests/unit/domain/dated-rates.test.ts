import { checkRates, importRates, type DatedRate } from '@outlay/domain/dated-rates';
import { paidAndOfficialRateOn, rateMinor, rateOn } from '@outlay/domain/rate-on';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { describe, expect, test } from 'vitest';

function rate(change: Partial<DatedRate> = {}): DatedRate {
	return {
		country: 'DK',
		kind: 'mileage.tax-free.own-car',
		place: null,
		validFrom: '2025-01-01',
		validTo: '2025-12-31',
		unit: 'km',
		amount: '3.81',
		currency: 'DKK',
		source: 'test',
		verified: false,
		...change
	};
}
const CAR = { country: 'DK', kind: 'mileage.tax-free.own-car' };

describe('rateOn', () => {
	test.each([
		['2022-04-30', '3.51'],
		['2022-05-01', '3.70'],
		['2022-12-31', '3.70'],
		['2026-01-01', '3.94']
	])('a rate counts from its day, in the middle of a year too: %s is %s', (day, amount) => {
		expect(rateOn(STATE_MILEAGE_RATES, CAR, day)).toMatchObject({ ok: true, value: { amount } });
	});

	test.each([
		['another year', CAR, '2027-01-01'],
		['another country', { ...CAR, country: 'DE' }, '2025-01-01'],
		['another kind', { ...CAR, kind: 'mileage.tax-free.motor-boat' }, '2025-01-01'],
		['a place abroad', { ...CAR, place: 'DE' }, '2025-01-01']
	])('%s is missing, never replaced', (_, query, day) => {
		expect(rateOn(STATE_MILEAGE_RATES, query, day)).toMatchObject({
			ok: false,
			refusal: { code: 'rate.missing', values: { day, ...query } }
		});
	});

	test('two rows for one day are refused rather than chosen from', () => {
		const twice = [rate(), rate({ validFrom: '2025-06-01', validTo: null, amount: '4' })];
		expect(rateOn(twice, CAR, '2025-07-01')).toMatchObject({ refusal: { code: 'rate.overlap' } });
		expect(rateOn(twice, CAR, '2025-05-31')).toMatchObject({ ok: true });
	});
});

test('the company’s own rate stands beside the state’s, and the state’s where it has none', () => {
	const company = [rate({ amount: '4.50', validFrom: '2025-03-01' })];
	const tables = { state: [rate()], company };
	expect(paidAndOfficialRateOn(tables, CAR, '2025-03-01')).toMatchObject({
		value: { paid: { amount: '4.50' }, official: { amount: '3.81' } }
	});
	expect(paidAndOfficialRateOn(tables, CAR, '2025-02-28')).toMatchObject({
		value: { paid: { amount: '3.81' }, official: { amount: '3.81' } }
	});
	expect(paidAndOfficialRateOn({ state: [], company }, CAR, '2025-03-01')).toMatchObject({
		refusal: { code: 'rate.missing' }
	});
	const both = { state: [rate()], company: [...company, ...company] };
	expect(paidAndOfficialRateOn(both, CAR, '2025-03-01')).toMatchObject({
		refusal: { code: 'rate.overlap' }
	});
});

test.each([
	['3.81', 'DKK', '381'],
	['0.125', 'EUR', '12.5'],
	['120', 'JPY', '120'],
	['1.5', 'KWD', '1500'],
	['25', null, '2500']
])('%s %s is %s minor units, exactly', (amount, currency, minor) => {
	expect(rateMinor(rate({ amount, currency })).toString()).toBe(minor);
});

describe('checkRates', () => {
	test('finds overlaps, gaps and rows that end before they begin, one rate apart from the next', () => {
		const faults = checkRates([
			rate({ validFrom: '2024-01-01', validTo: '2024-06-30' }),
			rate({ validFrom: '2024-06-30', validTo: '2024-09-30' }),
			rate({ validFrom: '2024-12-01', validTo: null }),
			rate({ validFrom: '2025-01-01', validTo: '2025-12-31' }),
			rate({ kind: 'other', validFrom: '2024-03-01', validTo: '2024-02-01' }),
			rate({ place: 'DE', validFrom: '2020-01-01', validTo: null })
		]);
		const of = { country: 'DK', kind: CAR.kind, place: null };
		expect(faults).toEqual([
			{ ...of, kind: 'other', fault: 'backwards', from: '2024-03-01', to: '2024-02-01' },
			{ ...of, fault: 'overlap', from: '2024-06-30', to: '2024-06-30' },
			{ ...of, fault: 'gap', from: '2024-10-01', to: '2024-11-30' },
			{ ...of, fault: 'overlap', from: '2025-01-01', to: '2025-12-31' }
		]);
	});

	test('a rate of one day is one', () => {
		expect(checkRates([rate({ validFrom: '2025-06-05', validTo: '2025-06-05' })])).toEqual([]);
		const row = rate({ validFrom: '2025-06-05', validTo: '2025-06-05' });
		const days = ['2025-06-04', '2025-06-05', '2025-06-06'];
		expect(days.map((day) => rateOn([row], CAR, day).ok)).toEqual([false, true, false]);
	});

	test('what a longer row covers is no gap', () => {
		const rows = [
			rate({ validFrom: '2020-01-01', validTo: '2020-12-31' }),
			rate({ validFrom: '2020-03-01', validTo: '2020-04-30' }),
			rate({ validFrom: '2020-12-01', validTo: '2021-01-31' })
		];
		expect(checkRates(rows).map(({ fault, from, to }) => [fault, from, to])).toEqual([
			['overlap', '2020-03-01', '2020-04-30'],
			['overlap', '2020-12-01', '2020-12-31']
		]);
	});

	test('a long row covers what ends within it', () => {
		const rows = [
			rate({ validFrom: '2020-01-01', validTo: '2020-12-31' }),
			rate({ validFrom: '2020-03-01', validTo: '2020-04-30' }),
			rate({ validFrom: '2021-01-01', validTo: null })
		];
		expect(checkRates(rows).map(({ fault, from, to }) => [fault, from, to])).toEqual([
			['overlap', '2020-03-01', '2020-04-30']
		]);
	});
});

describe('the tables shipped', () => {
	test('every row has the shape, the day is a real one, and none overlaps', () => {
		const read = importRates(JSON.stringify(STATE_MILEAGE_RATES));
		expect(read).toEqual({ ok: true, value: STATE_MILEAGE_RATES });
		for (const row of STATE_MILEAGE_RATES) {
			for (const day of [row.validFrom, row.validTo ?? '2026-01-01']) {
				expect(new Date(day).toISOString().slice(0, 10)).toBe(day);
			}
		}
	});

	test('only figures from an official page say verified', () => {
		const verified = STATE_MILEAGE_RATES.filter((row) => row.verified);
		expect(verified.length).toBeGreaterThan(0);
		for (const { source, country, validFrom } of verified) {
			expect(source).toMatch(/^(DFØ|skatteetaten\.no)/);
			expect([country, validFrom]).toEqual(['NO', '2024-01-01']);
		}
	});

	test('the Danish car has no gap from 2021 on, and no rate that is not known yet', () => {
		const danish = STATE_MILEAGE_RATES.filter(({ country }) => country === 'DK');
		const gaps = checkRates(danish).map(({ kind, from, to }) => [kind, from, to]);
		// No figure for cycles in 2022 was found.
		expect(gaps).toEqual([
			['mileage.tax-free.bicycle', '2022-01-01', '2022-12-31'],
			['mileage.tax-free.moped', '2022-01-01', '2022-12-31']
		]);
		expect(danish.every(({ validTo }) => validTo !== null && validTo < '2027')).toBe(true);
	});
});

describe('importRates', () => {
	const header = 'source;country;kind;place;validFrom;validTo;unit;amount;currency;verified;note';

	test('reads JSON, and CSV with its columns in any order and a sentence in quotes', () => {
		const row = rate({ source: 'A table, "as printed"; page 3' });
		expect(importRates(JSON.stringify([row]))).toEqual({ ok: true, value: [row] });
		const csv = `${header.replace(';note', '')}\r\n"A table, ""as printed""; page 3";DK;${CAR.kind};;2025-01-01;2025-12-31;km;3.81;DKK;false\r\n`;
		expect(importRates(`\uFEFF${csv}`)).toEqual({ ok: true, value: [row] });
	});

	test('reads a foreign table with places and open ends', () => {
		const csv = [
			'country,kind,place,validFrom,validTo,unit,amount,currency,source,verified',
			'FI,per-diem.abroad,DE,2026-01-01,,day,78,EUR,sample,false',
			'FI,per-diem.abroad,GB-LONDON,2026-01-01,,day,89,EUR,sample,true'
		].join('\n');
		expect(importRates(csv)).toMatchObject({
			value: [
				{ place: 'DE', validTo: null, verified: false },
				{ place: 'GB-LONDON', amount: '89', verified: true }
			]
		});
	});

	test.each([
		['nothing', '', 'rates.unreadable', undefined],
		['broken JSON', '[{', 'rates.unreadable', undefined],
		['an object', '{"a":1}', 'rates.unreadable', undefined],
		[
			'an amount with a comma',
			JSON.stringify([rate(), rate({ amount: '3,81' })]),
			'rates.row',
			{ row: 2, column: 'amount' }
		],
		['a row that is no row', '[7]', 'rates.row', { row: 1, column: '' }],
		[
			'a verified that is neither',
			`${header.replace(';note', '')}\nx;DK;a;;2025-01-01;;km;1;DKK;yes`,
			'rates.row',
			{ row: 1, column: 'verified' }
		],
		['two for one day', JSON.stringify([rate(), rate()]), 'rates.overlap', { country: 'DK' }],
		[
			'an end before its beginning',
			JSON.stringify([rate({ validTo: '2024-01-01' })]),
			'rates.backwards',
			{ country: 'DK' }
		]
	])('refuses %s and says where', (_, text, code, values) => {
		const read = importRates(text);
		expect(read).toMatchObject({ ok: false, refusal: { code, ...(values ? { values } : {}) } });
	});
});
