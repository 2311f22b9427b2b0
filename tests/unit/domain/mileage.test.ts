import type { MileageTrip } from '@outlay/domain/mileage/mileage-trip';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { describe, expect, test } from 'vitest';
import { aDrive, companyRate, outcome, outcomes, rating } from '../../support/mileage-drives.ts';

describe('worked examples', () => {
	test('DK 2020: 21,000 km are 20,000 × 3.52 + 1,000 × 1.96 = 72,360 (e-conomic.dk)', () => {
		const year = { validFrom: '2020-01-01', validTo: '2020-12-31' };
		const state = [
			{ ...companyRate('mileage.tax-free.own-car', '3.52'), ...year },
			{ ...companyRate('mileage.tax-free.own-car.above', '1.96'), ...year },
			{ ...companyRate('mileage.threshold', '20000'), ...year, currency: null }
		];
		const trips = Array.from({ length: 3 }, (_, n) =>
			aDrive({ tripId: `t${n}`, drivenOn: `2020-0${n + 1}-01`, distanceM: 7_000_000 })
		);
		const [, , third] = outcomes(trips, { rates: { state, company: [] } });
		expect(third?.lines).toMatchObject([
			{ values: { kilometres: '6000.0', perKmMinor: 352, upToKm: 20_000 }, amountMinor: 2_112_000 },
			{ values: { kilometres: '1000.0', perKmMinor: 196, aboveKm: 20_000 }, amountMinor: 196_000 }
		]);
		expect(third?.notices).toEqual([{ code: 'mileage.crosses_threshold', values: { km: 20_000 } }]);
		const total = outcomes(trips, { rates: { state, company: [] } });
		expect(total.reduce((sum, one) => sum + one.taxFreeMinor, 0)).toBe(7_236_000);
	});

	test('DK 2026: 15,000 km are 59,100 kr., 1,950 more than in 2025 (tekniq.dk)', () => {
		const [in2025, in2026] = [2025, 2026].map((year) =>
			outcomes([
				aDrive({ tripId: 'a', drivenOn: `${year}-02-01`, distanceM: 9_000_000 }),
				aDrive({ tripId: 'b', drivenOn: `${year}-09-01`, distanceM: 6_000_000 })
			]).reduce((sum, one) => sum + one.taxFreeMinor, 0)
		);
		expect(in2026).toBe(5_910_000);
		expect((in2026 ?? 0) - (in2025 ?? 0)).toBe(195_000);
	});

	test('DK, 1 May 2022: the rate changes in the middle of a year, the threshold goes on', () => {
		const [april, may] = outcomes([
			aDrive({ tripId: 'april', drivenOn: '2022-04-30', distanceM: 10_000_000 }),
			aDrive({ tripId: 'may', drivenOn: '2022-05-01', distanceM: 10_000_100 })
		]);
		expect(april?.taxFreeMinor).toBe(3_510_000);
		expect(may?.lines).toMatchObject([
			{ values: { kilometres: '10000.0', perKmMinor: 370 }, amountMinor: 3_700_000 },
			{ values: { kilometres: '0.1', perKmMinor: 217 }, amountMinor: 22 }
		]);
	});

	test('NO 2024: 4.90 a km is 3.50 free of tax and 1.40 taxed (skatteetaten.no)', () => {
		const norwegian = outcome({ country: 'NO', drivenOn: '2024-05-01', distanceM: 64_600 });
		expect(norwegian).toMatchObject({
			currency: 'NOK',
			taxFreeMinor: 22_610,
			taxableMinor: 9044,
			notPayableMinor: 0,
			verified: true,
			ladders: [{ kilometres: '64.6', entitledPerKmMinor: 490, taxFreePerKmMinor: 350 }]
		});
		expect(norwegian.lines).toMatchObject([
			{ code: 'mileage.distance_times_rate', amountMinor: 22_610 },
			{
				code: 'mileage.taxable_excess',
				values: { entitledMinor: 31_654, taxFreeMinor: 22_610 },
				amountMinor: 9044
			}
		]);
	});

	test('NO 2025: 3,000 km are 15,000 kr., 10,500 of it free of tax (hjelp.snapbooks.no)', () => {
		expect(outcome({ country: 'NO', distanceM: 3_000_000 })).toMatchObject({
			taxFreeMinor: 1_050_000,
			taxableMinor: 450_000,
			verified: false
		});
	});

	test('NO 2024: two passengers, a trailer and some forest road, 1.00 each a km (DFØ)', () => {
		const { taxFreeMinor, taxableMinor, lines } = outcome({
			country: 'NO',
			drivenOn: '2024-05-01',
			additions: [
				{ addition: 'passenger', distanceM: 100_000, count: 2 },
				{ addition: 'trailer', distanceM: 100_000, count: 1 },
				{ addition: 'forest-road', distanceM: 12_500, count: 1 }
			]
		});
		expect([taxFreeMinor, taxableMinor]).toEqual([35_000 + 20_000 + 10_000 + 1250, 14_000]);
		expect(lines.map(({ values }) => [values['addition'], values['kilometres']])).toEqual([
			[undefined, '100.0'],
			['passenger', '100.0'],
			['trailer', '100.0'],
			['forest-road', '12.5'],
			[undefined, undefined]
		]);
	});

	test('FI 2024: 0.57 + 2 passengers × 0.04 + trailer 0.10 (yrittajat.fi)', () => {
		const additions = [
			{ addition: 'passenger', distanceM: 100_000, count: 2 },
			{ addition: 'trailer', distanceM: 100_000, count: 1 }
		] as const;
		expect(outcome({ country: 'FI', drivenOn: '2024-05-01', additions })).toMatchObject({
			currency: 'EUR',
			taxFreeMinor: 7500
		});
	});

	test('SE 2025: by the mil; the company’s car by its fuel (wint.se)', () => {
		const swedish = (change: Partial<MileageTrip>) =>
			outcome({ country: 'SE', ...change }).taxFreeMinor;
		expect(swedish({})).toBe(25_000);
		expect(swedish({ fuel: 'electric' })).toBe(25_000);
		expect(swedish({ vehicle: 'company-car' })).toBe(12_000);
		expect(swedish({ vehicle: 'company-car', fuel: 'electric' })).toBe(9500);
	});

	test('NL 2024: 0.23 a km', () => {
		expect(outcome({ country: 'NL', drivenOn: '2024-05-01' }).taxFreeMinor).toBe(2300);
	});

	test('DK 2025: a bicycle, and a motorcycle that counts with the car', () => {
		expect(outcome({ vehicle: 'bicycle' }).taxFreeMinor).toBe(6300);
		const [, second] = outcomes([
			aDrive({ tripId: 'a', vehicle: 'motorcycle', distanceM: 10_000_000 }),
			aDrive({ tripId: 'b', distanceM: 10_010_000 })
		]);
		expect(second?.lines.map(({ amountMinor }) => amountMinor)).toEqual([3_810_000, 2230]);
	});
});

describe('what has no figure', () => {
	test.each([
		[{ drivenOn: '2027-01-01' }, 'rate.missing'],
		[{ country: 'DE' }, 'rate.missing'],
		[{ vehicle: 'company-car' }, 'rate.missing'],
		[{ vehicle: 'bicycle', drivenOn: '2022-03-01' }, 'rate.missing'],
		[
			{
				country: 'NO',
				drivenOn: '2026-03-01',
				additions: [{ addition: 'trailer', distanceM: 1000, count: 1 }]
			},
			'rate.missing'
		],
		[{ drivenOn: '' }, 'mileage.date_missing'],
		[{ distanceM: 0 }, 'mileage.zero_distance'],
		[{ distanceM: -5000 }, 'mileage.zero_distance'],
		[{ commutingM: -1 }, 'mileage.deducted_too_much'],
		[
			{ additions: [{ addition: 'passenger', distanceM: -1, count: 1 }] },
			'mileage.addition_too_long'
		],
		[
			{ additions: [{ addition: 'passenger', distanceM: 1000, count: -1 }] },
			'mileage.addition_too_long'
		],
		[{ privateM: 60_000, commutingM: 40_001 }, 'mileage.deducted_too_much'],
		[{ privateM: -1 }, 'mileage.deducted_too_much'],
		[
			{ additions: [{ addition: 'trailer', distanceM: 100_001, count: 1 }] },
			'mileage.addition_too_long'
		],
		[
			{ costs: [{ cost: 'toll', amountMinor: 1, currency: 'SEK', receiptId: null }] },
			'mileage.cost_currency'
		],
		[
			{ costs: [{ cost: 'toll', amountMinor: -1, currency: 'DKK', receiptId: null }] },
			'amount.negative'
		]
	] as [Partial<MileageTrip>, string][])('%j is refused with %s', (change, code) => {
		expect(rating([aDrive(change)]).trips[0]?.outcome).toMatchObject({
			ok: false,
			refusal: { code }
		});
	});

	test('a trip that can’t be rated refuses alone, its kilometres still counting', () => {
		const state = STATE_MILEAGE_RATES.filter(({ validFrom }) => validFrom !== '2022-01-01');
		const rated = rating(
			[
				aDrive({ tripId: 'late', drivenOn: '2022-06-01' }),
				aDrive({ tripId: 'early', drivenOn: '2022-03-01', distanceM: 20_000_000 })
			],
			{ rates: { state, company: [] } }
		);
		expect(rated.trips).toMatchObject([
			{ tripId: 'early', outcome: { refusal: { code: 'rate.missing' } } },
			{ tripId: 'late', outcome: { value: { taxFreeMinor: 21_700 } } }
		]);
	});

	test('a state that pays more than is tax-free, and has no figure for the day, is missing, not tax-free', () => {
		const state = STATE_MILEAGE_RATES.filter(
			({ kind, validFrom }) => kind !== 'mileage.entitlement.own-car' || validFrom < '2025'
		);
		const drive = aDrive({ country: 'NO' });
		expect(rating([drive], { rates: { state, company: [] } }).trips[0]?.outcome).toMatchObject({
			refusal: { code: 'rate.missing', values: { kind: 'mileage.entitlement.own-car' } }
		});
	});

	test('an addition of no kilometres or no passengers pays nothing, and one of all of them is no longer', () => {
		for (const { distanceM, count } of [
			{ distanceM: 0, count: 1 },
			{ distanceM: 100_000, count: 0 }
		]) {
			const additions = [{ addition: 'passenger', distanceM, count }] as const;
			const { lines, taxFreeMinor } = outcome({ country: 'FI', drivenOn: '2024-05-01', additions });
			expect([lines.length, taxFreeMinor]).toEqual([1, 5700]);
		}
	});

	test('an addition is paid for business kilometres only', () => {
		const additions = [{ addition: 'trailer', distanceM: 100_000, count: 1 }] as const;
		const half = { country: 'FI', drivenOn: '2024-05-01', privateM: 50_000, additions };
		expect(outcome(half)).toMatchObject({
			taxFreeMinor: 2850 + 500,
			lines: [{}, { values: { addition: 'trailer', kilometres: '50.0' }, amountMinor: 500 }, {}]
		});
	});

	test('an addition the country does not know is said, not paid', () => {
		const additions = [{ addition: 'trailer', distanceM: 1000, count: 1 }] as const;
		expect(outcome({ additions })).toMatchObject({
			taxFreeMinor: 38_100,
			notices: [
				{ code: 'mileage.no_such_addition', values: { addition: 'trailer', country: 'DK' } }
			]
		});
	});
});

describe('what belongs to a trip', () => {
	test('private and commuting kilometres are taken off, said, and don’t count to the threshold', () => {
		const [first, second] = outcomes([
			aDrive({ tripId: 'a', distanceM: 20_010_000, privateM: 6000, commutingM: 4000 }),
			aDrive({ tripId: 'b' })
		]);
		expect(first).toMatchObject({ kilometres: '20000.0', notPayableMinor: 2286 + 1524 });
		expect(first?.lines).toMatchObject([
			{ amountMinor: 7_620_000 },
			{
				code: 'mileage.private_not_paid',
				values: { kilometres: '6.0', notPayableMinor: 2286 },
				amountMinor: 0
			},
			{ code: 'mileage.commuting_not_paid', values: { kilometres: '4.0' }, amountMinor: 0 }
		]);
		expect(second?.taxFreeMinor).toBe(22_300);
	});

	test('a drive that was all private pays nothing', () => {
		expect(outcome({ privateM: 100_000 })).toMatchObject({
			taxFreeMinor: 0,
			taxableMinor: 0,
			notPayableMinor: 38_100
		});
	});

	test('tolls, parking, ferries and charging are paid as they were', () => {
		const costs = (['toll', 'parking', 'ferry', 'charging'] as const).map((cost, n) => ({
			cost,
			amountMinor: 1000 * (n + 1),
			currency: 'DKK',
			receiptId: n === 1 ? null : 'r'
		}));
		const { taxFreeMinor, lines, notices } = outcome({ costs });
		expect(taxFreeMinor).toBe(38_100 + 10_000);
		expect(lines.slice(1).map(({ code, amountMinor }) => [code, amountMinor])).toEqual([
			['mileage.cost', 1000],
			['mileage.cost', 2000],
			['mileage.cost', 3000],
			['mileage.cost', 4000]
		]);
		expect(notices).toEqual([
			{ code: 'mileage.cost_without_receipt', values: { cost: 'parking' } },
			{ code: 'mileage.charging_with_kilometres', values: {} }
		]);
	});

	test('fuel paid back on a day with kilometres warns, for that person alone', () => {
		const fuelReceipts = [
			{ expenseId: 'e1', personId: 'jonas', spentOn: '2025-03-03' },
			{ expenseId: 'e2', personId: 'jonas', spentOn: '2025-03-04' },
			{ expenseId: 'e3', personId: 'mette', spentOn: '2025-03-03' }
		];
		expect(outcome({}, { fuelReceipts }).notices).toEqual([
			{ code: 'mileage.fuel_with_kilometres', values: { expenseId: 'e1' } }
		]);
		expect(outcome({ vehicle: 'bicycle' }, { fuelReceipts }).notices).toEqual([]);
	});
});
