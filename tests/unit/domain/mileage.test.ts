import type { DatedRate } from '@outlay/domain/dated-rates';
import {
	rateMileage,
	type ExportedMileage,
	type MileageQuestion,
	type MileageRating
} from '@outlay/domain/mileage/rate-mileage';
import type { MileageOutcome } from '@outlay/domain/mileage/mileage-outcome';
import type { MileageTrip } from '@outlay/domain/mileage/mileage-trip';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { MILEAGE_RULES } from '@outlay/domain/rates/mileage-rules';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

function trip(change: Partial<MileageTrip> = {}): MileageTrip {
	return {
		tripId: 't1',
		personId: 'jonas',
		employerId: 'nordlys',
		drivenOn: '2025-03-03',
		startedAt: '',
		country: 'DK',
		vehicle: 'own-car',
		fuel: 'petrol',
		distanceM: 100_000,
		privateM: 0,
		commutingM: 0,
		additions: [],
		costs: [],
		...change
	};
}

function rating(trips: MileageTrip[], change: Partial<MileageQuestion> = {}): MileageRating {
	return rateMileage({
		trips,
		rates: { state: STATE_MILEAGE_RATES, company: [] },
		rules: MILEAGE_RULES,
		excessIsSalary: false,
		exported: [],
		fuelReceipts: [],
		...change
	});
}

function outcomes(trips: MileageTrip[], change: Partial<MileageQuestion> = {}): MileageOutcome[] {
	return rating(trips, change).trips.map(({ outcome }) => {
		if (!outcome.ok) throw new Error(outcome.refusal.code);
		return outcome.value;
	});
}

function outcome(change: Partial<MileageTrip>, question: Partial<MileageQuestion> = {}) {
	const [only] = outcomes([trip(change)], question);
	if (only === undefined) throw new Error('no outcome');
	return only;
}

function companyRate(kind: string, amount: string): DatedRate {
	return {
		country: 'DK',
		kind,
		place: null,
		validFrom: '2025-01-01',
		validTo: null,
		unit: 'km',
		amount,
		currency: 'DKK',
		source: 'Travel policy',
		verified: true
	};
}

describe('worked examples', () => {
	test('DK 2020: 21,000 km are 20,000 × 3.52 + 1,000 × 1.96 = 72,360 (e-conomic.dk)', () => {
		const year = { validFrom: '2020-01-01', validTo: '2020-12-31' };
		const state = [
			{ ...companyRate('mileage.tax-free.own-car', '3.52'), ...year },
			{ ...companyRate('mileage.tax-free.own-car.above', '1.96'), ...year },
			{ ...companyRate('mileage.threshold', '20000'), ...year, currency: null }
		];
		const trips = Array.from({ length: 3 }, (_, n) =>
			trip({ tripId: `t${n}`, drivenOn: `2020-0${n + 1}-01`, distanceM: 7_000_000 })
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
				trip({ tripId: 'a', drivenOn: `${year}-02-01`, distanceM: 9_000_000 }),
				trip({ tripId: 'b', drivenOn: `${year}-09-01`, distanceM: 6_000_000 })
			]).reduce((sum, one) => sum + one.taxFreeMinor, 0)
		);
		expect(in2026).toBe(5_910_000);
		expect((in2026 ?? 0) - (in2025 ?? 0)).toBe(195_000);
	});

	test('DK, 1 May 2022: the rate changes in the middle of a year, the threshold goes on', () => {
		const [april, may] = outcomes([
			trip({ tripId: 'april', drivenOn: '2022-04-30', distanceM: 10_000_000 }),
			trip({ tripId: 'may', drivenOn: '2022-05-01', distanceM: 10_000_100 })
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
			trip({ tripId: 'a', vehicle: 'motorcycle', distanceM: 10_000_000 }),
			trip({ tripId: 'b', distanceM: 10_010_000 })
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
		expect(rating([trip(change)]).trips[0]?.outcome).toMatchObject({
			ok: false,
			refusal: { code }
		});
	});

	test('a trip that can’t be rated refuses alone, its kilometres still counting', () => {
		const state = STATE_MILEAGE_RATES.filter(({ validFrom }) => validFrom !== '2022-01-01');
		const rated = rating(
			[
				trip({ tripId: 'late', drivenOn: '2022-06-01' }),
				trip({ tripId: 'early', drivenOn: '2022-03-01', distanceM: 20_000_000 })
			],
			{ rates: { state, company: [] } }
		);
		expect(rated.trips).toMatchObject([
			{ tripId: 'early', outcome: { refusal: { code: 'rate.missing' } } },
			{ tripId: 'late', outcome: { value: { taxFreeMinor: 21_700 } } }
		]);
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

	test('before it begins, the state’s is paid', () => {
		expect(outcome({ drivenOn: '2024-12-31' }, { rates })).toMatchObject({
			taxFreeMinor: 37_900,
			taxableMinor: 0
		});
	});
});

describe('what belongs to a trip', () => {
	test('private and commuting kilometres are taken off, said, and don’t count to the threshold', () => {
		const [first, second] = outcomes([
			trip({ tripId: 'a', distanceM: 20_010_000, privateM: 6000, commutingM: 4000 }),
			trip({ tripId: 'b' })
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
	});
});

describe('the threshold over a year', () => {
	const long = (tripId: string, change: Partial<MileageTrip> = {}) =>
		trip({ tripId, distanceM: 15_000_000, ...change });

	test('is one for each person, employing entity and calendar year', () => {
		const paid = outcomes([
			long('a'),
			long('b', { employerId: 'nordlys-energi' }),
			long('c', { personId: 'mette' }),
			long('d', { drivenOn: '2024-12-31' }),
			long('e', { drivenOn: '2025-12-31' })
		]).map(({ tripId, taxFreeMinor }) => [tripId, taxFreeMinor]);
		expect(paid).toEqual([
			['d', 5_685_000],
			['a', 5_715_000],
			['b', 5_715_000],
			['c', 5_715_000],
			['e', 5000 * 381 + 10_000 * 223]
		]);
	});

	test('a late trip re-rates those after it; what was exported is changed by an adjustment only', () => {
		const may = long('may', { drivenOn: '2025-05-01' });
		const june = long('june', { drivenOn: '2025-06-01' });
		const exported = outcomes([may, june]).map(asExported);
		const april = long('april', { drivenOn: '2025-04-01' });
		const after = rating([june, may, april], { exported });
		expect(after.trips.map(({ tripId, isExported }) => [tripId, isExported])).toEqual([
			['april', false],
			['may', true],
			['june', true]
		]);
		// 10,000 km of May and 5,000 km of June fall above the threshold now.
		expect(after.adjustments).toEqual([
			{ tripId: 'may', currency: 'DKK', taxFreeMinor: -10_000 * (381 - 223), taxableMinor: 0 },
			{ tripId: 'june', currency: 'DKK', taxFreeMinor: -5000 * (381 - 223), taxableMinor: 0 }
		]);
		const settled = [...exported, ...after.adjustments];
		expect(rating([june, may, april], { exported: settled }).adjustments).toEqual([]);
	});

	test('a trip taken back after export is taken back whole; one that can’t be rated stays as it was', () => {
		const exported = [{ tripId: 'gone', currency: 'DKK', taxFreeMinor: 500, taxableMinor: 20 }];
		expect(rating([], { exported }).adjustments).toEqual([
			{ tripId: 'gone', currency: 'DKK', taxFreeMinor: -500, taxableMinor: -20 }
		]);
		const unrated = trip({ tripId: 'gone', drivenOn: '2027-01-01' });
		expect(rating([unrated], { exported }).adjustments).toEqual([]);
	});
});

function asExported({
	tripId,
	currency,
	taxFreeMinor,
	taxableMinor
}: MileageOutcome): ExportedMileage {
	return { tripId, currency, taxFreeMinor, taxableMinor };
}

describe('whatever is driven', () => {
	const anyTrips = fc
		.array(
			fc.record({
				day: fc.integer({ min: 1, max: 28 }),
				month: fc.integer({ min: 1, max: 12 }),
				year: fc.constantFrom(2022, 2025, 2026),
				distanceM: fc.integer({ min: 50, max: 9_000_000 }),
				privateShare: fc.integer({ min: 0, max: 100 }),
				employerId: fc.constantFrom('a', 'b')
			}),
			{ maxLength: 12 }
		)
		.map((drives) =>
			drives.map(({ day, month, year, distanceM, privateShare, employerId }, n) =>
				trip({
					tripId: `t${n}`,
					employerId,
					drivenOn: `${year}-${two(month)}-${two(day)}`,
					distanceM,
					privateM: privateShare < 80 ? 0 : Math.floor((distanceM * privateShare) / 200)
				})
			)
		);
	const two = (number: number) => String(number).padStart(2, '0');
	const above = [companyRate('mileage.entitlement.own-car', '4.4445')];

	test('the order of arrival changes nothing', () => {
		fc.assert(
			fc.property(anyTrips, fc.infiniteStream(fc.nat()), (trips, noise) => {
				const keyed = trips.map((one) => ({ one, key: noise.next().value as number }));
				const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ one }) => one);
				expect(rating(shuffled)).toEqual(rating(trips));
			})
		);
	});

	test('lines add up to what is paid, and every part is a whole number of øre, none negative', () => {
		fc.assert(
			fc.property(anyTrips, fc.boolean(), fc.boolean(), (trips, hasOwn, excessIsSalary) => {
				const rates = { state: STATE_MILEAGE_RATES, company: hasOwn ? above : [] };
				for (const one of outcomes(trips, { rates, excessIsSalary })) {
					const sum = one.lines.reduce((total, line) => total + line.amountMinor, 0);
					expect(sum).toBe(one.taxFreeMinor + one.taxableMinor);
					for (const part of [one.taxFreeMinor, one.taxableMinor, one.notPayableMinor]) {
						expect(Number.isInteger(part) && part >= 0).toBe(true);
					}
				}
			})
		);
	});

	test('a year comes to the threshold’s split of its kilometres, to half an øre a trip', () => {
		fc.assert(
			fc.property(anyTrips, (trips) => {
				const year = trips.filter(
					({ employerId, drivenOn }) => employerId === 'a' && drivenOn.startsWith('2025')
				);
				const rated = outcomes(trips).filter(({ tripId }) => year.some((t) => t.tripId === tripId));
				const km = rated.reduce((sum, { kilometres }) => sum + Number(kilometres), 0);
				const expected = Math.min(km, 20_000) * 381 + Math.max(0, km - 20_000) * 223;
				const paid = rated.reduce((sum, { taxFreeMinor }) => sum + taxFreeMinor, 0);
				expect(Math.abs(paid - expected)).toBeLessThanOrEqual(rated.length * 0.5 + 0.01);
			})
		);
	});

	test('a longer trip never pays less', () => {
		fc.assert(
			fc.property(anyTrips, fc.nat(11), fc.nat(500_000), (trips, at, moreM) => {
				const longer = trips.map((one, n) =>
					n === at ? { ...one, distanceM: one.distanceM + moreM } : one
				);
				const paid = (all: MileageTrip[]) =>
					outcomes(all).reduce((sum, { taxFreeMinor }) => sum + taxFreeMinor, 0);
				// The trips after it may each be rounded the other way.
				expect(paid(longer)).toBeGreaterThanOrEqual(paid(trips) - trips.length);
			})
		);
	});

	test('what was exported plus the adjustments is today’s outcome', () => {
		fc.assert(
			fc.property(anyTrips, fc.nat(12), (trips, known) => {
				const exported = outcomes(trips.slice(0, known)).map(asExported);
				const { adjustments } = rating(trips, { exported });
				const settled = new Map<string, number>();
				for (const { tripId, taxFreeMinor } of [...exported, ...adjustments]) {
					settled.set(tripId, (settled.get(tripId) ?? 0) + taxFreeMinor);
				}
				for (const { tripId, taxFreeMinor } of outcomes(trips)) {
					if (settled.has(tripId)) expect(settled.get(tripId)).toBe(taxFreeMinor);
				}
			})
		);
	});
});
