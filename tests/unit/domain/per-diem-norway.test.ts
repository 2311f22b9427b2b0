import { USUAL_CHOICES, type DayFacts } from '@outlay/domain/per-diem/claim';
import { perDiem } from '@outlay/domain/per-diem/per-diem';
import { describe, expect, test } from 'vitest';
import { SHIPPED, aClaim, aWorkplace, withCompanyRate } from '../../support/per-diem-claims.ts';

const ONE_NIGHT = ['2025-05-05T08:00', '2025-05-06T07:00'] as const;

function oneNight(facts: Omit<DayFacts, 'day'> = {}) {
	return aClaim('NO', ...ONE_NIGHT, { days: [{ day: 1, ...facts }] });
}

function value(found: ReturnType<typeof perDiem>) {
	if (!found.ok) throw new Error(found.refusal.code);
	return found.value;
}

describe('Norway', () => {
	// regnskapshjelp.no, rates of 2025.
	test('977 − 678 = 299 taxable', () => {
		expect(perDiem(oneNight(), SHIPPED)).toMatchObject({
			ok: true,
			value: {
				currency: 'NOK',
				taxFreeMinor: 67_800,
				taxableMinor: 29_900,
				notPayableMinor: 0,
				verified: false
			}
		});
	});

	// regnskapshjelp.no: breakfast and lunch free, 678 − 136 − 203.
	test('678 − 136 − 203 = 339 tax-free, with the meals off both ladders', () => {
		expect(perDiem(oneNight({ freeMeals: ['lunch', 'breakfast'] }), SHIPPED)).toMatchObject({
			ok: true,
			value: {
				taxFreeMinor: 33_900,
				// 977 − 195 − 293 = 489.
				taxableMinor: 48_900 - 33_900,
				lines: [{ amountMinor: 48_900, values: { breakfastMinor: 19_500, lunchMinor: 29_300 } }]
			}
		});
	});

	// oppslag.visma.no, rates of 2024: state, tax-free and taxable by where one slept.
	test.each([
		['hotel without breakfast', {}, 65_800, 28_200],
		['hotel with breakfast', { freeMeals: ['breakfast'] }, 52_600, 22_600],
		['guesthouse without a place to cook', { lodgingKind: 'guesthouse' }, 40_000, 54_000],
		['guesthouse with one', { lodgingKind: 'guesthouse', canCook: true }, 10_200, 83_800],
		['private', { lodgingKind: 'private' }, 10_200, 83_800]
	] as const)('2024, %s', (_, facts, taxFreeMinor, taxableMinor) => {
		const claim = aClaim('NO', '2024-05-06T08:00', '2024-05-07T07:00', {
			days: [{ day: 1, ...facts }]
		});
		expect(perDiem(claim, SHIPPED)).toMatchObject({
			ok: true,
			value: { taxFreeMinor, taxableMinor }
		});
	});

	test.each([
		['2025-05-05T13:00', 20_000, 18_400, 'five hours'],
		['2025-05-05T14:00', 20_000, 18_400, 'six hours'],
		['2025-05-05T20:00', 20_000, 18_400, 'twelve hours'],
		['2025-05-05T20:01', 40_000, 31_300, 'over twelve']
	])('a day journey until %s', (to, taxFreeMinor, taxableMinor, hours) => {
		const found = perDiem(aClaim('NO', '2025-05-05T08:00', to), SHIPPED);
		expect(found).toMatchObject(
			hours === 'five hours'
				? { ok: false, refusal: { code: 'per_diem.too_short' } }
				: { ok: true, value: { taxFreeMinor, taxableMinor } }
		);
	});

	// monitorregnskap.no and arbeidsgiver.dfo.no: hours beyond whole days pay as a day journey does.
	test('hours beyond whole days pay 6–12 or over 12 hours, fewer nothing', () => {
		const until = (to: string) => {
			const found = perDiem(
				aClaim('NO', '2025-05-05T08:00', to, { days: [{ day: 2, lodging: 'none' }] }),
				SHIPPED
			);
			return found.ok && found.value.lines[1];
		};
		expect(until('2025-05-06T13:59')).toMatchObject({
			code: 'per_diem.too_few_hours',
			amountMinor: 0
		});
		expect(until('2025-05-06T14:00')).toMatchObject({ amountMinor: 38_400 });
		expect(until('2025-05-06T21:00')).toMatchObject({ amountMinor: 71_300 });
	});

	test('left-over hours in which the person slept away are overnight above twelve hours', () => {
		const lastDay = (to: string, lodging: 'receipts' | 'none' = 'receipts') => {
			const days = [{ day: 2, lodging }];
			const found = perDiem(aClaim('NO', '2025-05-05T20:00', to, { days }), SHIPPED);
			return (
				found.ok && [found.value.lines[1]?.amountMinor, found.value.lines[1]?.values['length']]
			);
		};
		expect(lastDay('2025-05-07T08:00')).toEqual([38_400, 'day.6-12']);
		expect(lastDay('2025-05-07T08:01')).toEqual([97_700, 'overnight']);
		expect(lastDay('2025-05-07T08:01', 'none')).toEqual([71_300, 'day.over-12']);
		// 24 whole hours are overnight wherever the person slept, 23 hours and 59 minutes are not.
		expect(lastDay('2025-05-07T20:00', 'none')).toEqual([97_700, 'overnight']);
		expect(lastDay('2025-05-07T19:59', 'none')).toEqual([71_300, 'day.over-12']);
	});

	test('a line says how long the day was, where the person slept and both ladders', () => {
		const { lines = [] } = value(perDiem(oneNight({ lodgingKind: 'guesthouse' }), SHIPPED));
		expect(lines[0]).toMatchObject({
			code: 'per_diem.food_day',
			values: {
				length: 'overnight',
				slept: 'guesthouse',
				fullMinor: 97_700,
				taxFreeFullMinor: 40_000,
				taxFreeMinor: 40_000,
				taxableMinor: 57_700
			},
			source: expect.stringContaining('DFØ, arbeidsgiver.dfo.no') as string
		});
		expect(lines[0]?.source).not.toContain('the country stayed in longest');
		const day = value(perDiem(aClaim('NO', '2025-05-05T08:00', '2025-05-05T15:00'), SHIPPED));
		expect(day.lines[0]?.values).not.toHaveProperty('slept');
	});

	test('after 28 days at one place it says that other rates may apply', () => {
		const until = (to: string) =>
			value(perDiem(aClaim('NO', '2025-05-05T08:00', to), SHIPPED)).notices;
		expect(until('2025-06-02T08:00')).toEqual([]);
		expect(until('2025-06-02T08:01')).toEqual([
			{ code: 'per_diem.over_28_days', values: { days: 29 } }
		]);
	});

	test('the base of a meal’s percentage can be the overnight rate', () => {
		const claim = aClaim('NO', '2025-05-05T08:00', '2025-05-05T15:00', {
			days: [{ day: 1, freeMeals: ['lunch'] }]
		});
		const lunchOf = (mealBase: 'rate-of-the-day' | 'overnight-rate') => {
			const found = perDiem(claim, SHIPPED, { ...USUAL_CHOICES, mealBase });
			return found.ok && found.value.lines[0]?.values['lunchMinor'];
		};
		expect([lunchOf('rate-of-the-day'), lunchOf('overnight-rate')]).toEqual([11_500, 29_300]);
		// Where the hours are too few for anything, there is nothing to take a share of.
		const days = [{ day: 2, freeMeals: ['lunch' as const] }];
		const short = aClaim('NO', '2025-05-05T08:00', '2025-05-06T13:00', { days });
		const choices = { ...USUAL_CHOICES, mealBase: 'overnight-rate' as const };
		const { lines } = value(perDiem(short, SHIPPED, choices));
		expect(lines[1]).toMatchObject({
			code: 'per_diem.too_few_hours',
			values: { fullMinor: 0, lunchMinor: 0 }
		});
	});

	test('a day changed to less than what is tax-free has nothing taxed, one taken out asks for nothing', () => {
		expect(perDiem(oneNight({ askedMinor: 50_000 }), SHIPPED)).toMatchObject({
			ok: true,
			value: { taxFreeMinor: 50_000, taxableMinor: 0, notPayableMinor: 0 }
		});
		expect(perDiem(oneNight({ askedMinor: 120_000 }), SHIPPED)).toMatchObject({
			ok: true,
			value: { taxFreeMinor: 67_800, taxableMinor: 29_900, notPayableMinor: 22_300 }
		});
		expect(perDiem(oneNight({ isRemoved: true, lodging: 'allowance' }), SHIPPED)).toMatchObject({
			ok: true,
			value: {
				taxFreeMinor: 0,
				taxableMinor: 0,
				notPayableMinor: 0,
				lines: [{ code: 'per_diem.day_removed' }, { code: 'per_diem.day_removed' }]
			}
		});
	});

	test('a night without a receipt pays its allowance, but only where there is a night', () => {
		expect(perDiem(oneNight({ lodging: 'allowance' }), SHIPPED)).toMatchObject({
			ok: true,
			value: { taxFreeMinor: 67_800 + 45_200 }
		});
		// Of what a company pays above the state's night only the excess is taxed.
		const company = { country: 'NO', kind: 'per-diem.night', currency: 'NOK', amount: '500.00' };
		expect(perDiem(oneNight({ lodging: 'allowance' }), withCompanyRate(company))).toMatchObject({
			value: { taxFreeMinor: 67_800 + 45_200, taxableMinor: 29_900 + 4_800 }
		});
		const noNight = aClaim('NO', '2025-05-05T08:00', '2025-05-05T20:00', {
			days: [{ day: 1, lodging: 'allowance' }]
		});
		expect(perDiem(noNight, SHIPPED)).toMatchObject({
			ok: false,
			refusal: { code: 'per_diem.night_where_none_is', values: { day: 1 } }
		});
	});

	test('15 km is not farther than 15 km; a distance nobody knows is asked for', () => {
		const at = (distanceFromHomeM: number | null) =>
			perDiem(
				aClaim('NO', ...ONE_NIGHT, { workplace: aWorkplace({ distanceFromHomeM }) }),
				SHIPPED
			);
		expect(at(15_000)).toMatchObject({ ok: false, refusal: { code: 'per_diem.too_near' } });
		expect(at(15_001)).toMatchObject({ ok: true });
		expect(at(null)).toMatchObject({ ok: false, refusal: { code: 'per_diem.distance_missing' } });
		expect(at(15_000)).toMatchObject({ refusal: { values: { km: 15 } } });
		// Measured from where the journey began.
		const fromWork = aWorkplace({ startedFrom: 'workplace', distanceFromHomeM: null });
		const near = { ...fromWork, distanceFromWorkplaceM: 15_000 };
		expect(perDiem(aClaim('NO', ...ONE_NIGHT, { workplace: fromWork }), SHIPPED).ok).toBe(true);
		expect(perDiem(aClaim('NO', ...ONE_NIGHT, { workplace: near }), SHIPPED)).toMatchObject({
			refusal: { code: 'per_diem.too_near' }
		});
	});

	test('food by receipts is not known here; too short a journey says the limit', () => {
		const byReceipts = aClaim('NO', ...ONE_NIGHT, { food: 'receipts' });
		expect(perDiem(byReceipts, SHIPPED)).toMatchObject({
			refusal: { code: 'per_diem.food_not_known_here' }
		});
		expect(perDiem(aClaim('NO', '2025-05-05T08:00', '2025-05-05T13:59'), SHIPPED)).toMatchObject({
			refusal: { code: 'per_diem.too_short', values: { hours: 6 } }
		});
	});

	test('abroad the country’s rate holds, never Norway’s: missing until a table is imported', () => {
		const claim = aClaim('NO', '2025-05-05T08:00', '2025-05-06T15:00', {
			days: [{ day: 2, lodging: 'none' }]
		});
		claim.journey = {
			...claim.journey,
			arrivals: [
				{ at: '2025-05-05T10:00', timeZone: 'Europe/Stockholm', country: 'SE', place: null }
			]
		};
		expect(perDiem(claim, SHIPPED)).toMatchObject({
			ok: false,
			refusal: { code: 'rate.missing', values: { kind: 'per-diem.abroad', place: 'SE' } }
		});
		const abroad = {
			kind: 'per-diem.abroad',
			place: 'SE',
			country: 'NO',
			currency: 'NOK',
			amount: '801.00'
		};
		const [row] = withCompanyRate(abroad).company;
		const imported = { state: [...SHIPPED.state, ...(row ? [row] : [])], company: [] };
		expect(perDiem(claim, imported)).toMatchObject({
			ok: true,
			// A whole day in a hotel, then 7 hours: half, to the whole krone.
			value: {
				lines: [
					{ amountMinor: 80_100, source: expect.not.stringContaining('monitorregnskap') as string },
					{ amountMinor: 40_100, source: expect.stringContaining('monitorregnskap') as string }
				],
				taxableMinor: 0,
				verified: false
			}
		});
		const lines = value(perDiem(claim, imported)).lines;
		expect(lines.every(({ source }) => source.includes('the country stayed in longest'))).toBe(
			true
		);
		// In a hotel the country's rate is tax-free, in a guesthouse Norway's own figure.
		const guesthouse = { ...claim, days: [{ day: 1, lodgingKind: 'guesthouse' as const }] };
		expect(perDiem(guesthouse, imported)).toMatchObject({
			value: { taxFreeMinor: 40_000 + 40_100, taxableMinor: 40_100 }
		});
		// A meal of the 7 hours: 30 % of the half, or of the whole rate of the country.
		const lunch = { ...claim, days: [{ day: 2, freeMeals: ['lunch' as const] }] };
		const lunchOf = (mealBase: 'rate-of-the-day' | 'overnight-rate') =>
			value(perDiem(lunch, imported, { ...USUAL_CHOICES, mealBase })).lines[1]?.values[
				'lunchMinor'
			];
		expect([lunchOf('rate-of-the-day'), lunchOf('overnight-rate')]).toEqual([12_000, 24_000]);
	});
});
