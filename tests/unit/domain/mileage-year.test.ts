import type { ExportedMileage } from '@outlay/domain/mileage/rate-mileage';
import type { MileageOutcome } from '@outlay/domain/mileage/mileage-outcome';
import type { MileageTrip } from '@outlay/domain/mileage/mileage-trip';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aDrive, companyRate, outcomes, rating } from '../../support/mileage-drives.ts';

describe('the threshold over a year', () => {
	const long = (tripId: string, change: Partial<MileageTrip> = {}) =>
		aDrive({ tripId, distanceM: 15_000_000, ...change });

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

	test('the trips of a day are counted in the order they were driven', () => {
		const paid = outcomes([
			long('a', { startedAt: '2025-03-03T15:00:00Z' }),
			long('b', { startedAt: '2025-03-03T07:00:00Z' }),
			long('c', { drivenOn: '2025-03-02' })
		]).map(({ tripId, taxFreeMinor }) => [tripId, taxFreeMinor]);
		expect(paid).toEqual([
			['c', 5_715_000],
			['b', 5000 * 381 + 10_000 * 223],
			['a', 15_000 * 223]
		]);
	});

	test('part of a kilometre is left below it, and nothing once it is reached', () => {
		const [, crossing, last] = outcomes([
			aDrive({ tripId: 'a', distanceM: 19_999_500 }),
			aDrive({ tripId: 'b', distanceM: 10_000 }),
			aDrive({ tripId: 'c', distanceM: 10_000 })
		]);
		expect(crossing?.lines.map(({ values }) => values['kilometres'])).toEqual(['0.5', '9.5']);
		expect(last?.lines.map(({ values }) => [values['kilometres'], values['aboveKm']])).toEqual([
			['10.0', 20_000]
		]);
	});

	test('a vehicle that is not counted leaves the threshold of the car where it was', () => {
		const [, car] = outcomes([long('a', { vehicle: 'bicycle' }), long('b')]);
		expect(car?.taxFreeMinor).toBe(5_715_000);
	});

	test('what was driven privately is worth the rate the kilometres would have had', () => {
		const [, , after] = outcomes([
			aDrive({ tripId: 'a', distanceM: 20_000_000 }),
			aDrive({ tripId: 'b', privateM: 100_000 }),
			aDrive({ tripId: 'c', drivenOn: '2025-03-04', commutingM: 100_000 })
		]);
		expect(after).toMatchObject({ notPayableMinor: 22_300, ladders: [{ kilometres: '0' }] });
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
		const unrated = aDrive({ tripId: 'gone', drivenOn: '2027-01-01' });
		expect(rating([unrated], { exported }).adjustments).toEqual([]);
	});

	test('a trip that another country pays after export is taken back in the one currency and added in the other', () => {
		const exported = outcomes([aDrive()]).map(asExported);
		const norwegian = aDrive({ country: 'NO' });
		const { adjustments } = rating([norwegian], { exported });
		expect(adjustments).toEqual([
			{ tripId: 't1', currency: 'DKK', taxFreeMinor: -38_100, taxableMinor: 0 },
			{ tripId: 't1', currency: 'NOK', taxFreeMinor: 35_000, taxableMinor: 15_000 }
		]);
		const settled = [...exported, ...adjustments];
		expect(rating([norwegian], { exported: settled }).adjustments).toEqual([]);
		// And back again.
		expect(rating([aDrive()], { exported: settled }).adjustments).toEqual([
			{ tripId: 't1', currency: 'DKK', taxFreeMinor: 38_100, taxableMinor: 0 },
			{ tripId: 't1', currency: 'NOK', taxFreeMinor: -35_000, taxableMinor: -15_000 }
		]);
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
				aDrive({
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
