import type { Journey } from '@outlay/domain/per-diem/claim';
import { perDiem } from '@outlay/domain/per-diem/per-diem';
import { describe, expect, test } from 'vitest';
import { SHIPPED, aClaim, aWorkplace, withCompanyRate } from '../../support/per-diem-claims.ts';

const amounts = (found: ReturnType<typeof perDiem>) =>
	found.ok ? found.value.lines.map(({ amountMinor }) => amountMinor) : found.refusal;

/** What a company pays in euros for a kind. */
const companyPays = (kind: string, amount: string) =>
	withCompanyRate({ country: 'FI', currency: 'EUR', kind, amount });

describe('Finland', () => {
	// kirjanpitopalvelumiettinen.fi for 2024: over 6 hours 24, over 10 hours 51, 2 and 6 hours after whole days.
	test.each([
		['2024-05-06T14:00', 'per_diem.too_short'],
		['2024-05-06T14:01', [2_400]],
		['2024-05-06T18:00', [2_400]],
		['2024-05-06T18:01', [5_100]],
		['2024-05-07T09:59', [5_100, 0]],
		['2024-05-07T10:00', [5_100, 2_400]],
		['2024-05-07T14:00', [5_100, 2_400]],
		['2024-05-07T14:01', [5_100, 5_100]]
	])('from 08:00 until %s', (to, expected) => {
		const found = amounts(perDiem(aClaim('FI', '2024-05-06T08:00', to), SHIPPED));
		expect(found).toMatchObject(typeof expected === 'string' ? { code: expected } : expected);
	});

	test('food by receipts is not known here; a journey too near or too short says the limit', () => {
		const from = '2024-05-06T08:00';
		expect(
			perDiem(aClaim('FI', from, '2024-05-06T20:00', { food: 'receipts' }), SHIPPED)
		).toMatchObject({ refusal: { code: 'per_diem.food_not_known_here' } });
		const near = aWorkplace({ distanceFromHomeM: 15_000 });
		expect(
			perDiem(aClaim('FI', from, '2024-05-06T20:00', { workplace: near }), SHIPPED)
		).toMatchObject({ refusal: { values: { km: 15 } } });
		expect(perDiem(aClaim('FI', from, '2024-05-06T14:00'), SHIPPED)).toMatchObject({
			refusal: { values: { hours: 6 } }
		});
	});

	test('a day with too few hours says so, and its night is not asked about', () => {
		const days = [{ day: 2, lodging: 'allowance' as const }];
		const found = perDiem(aClaim('FI', '2024-05-06T08:00', '2024-05-07T09:59', { days }), SHIPPED);
		expect(found.ok && found.value.lines).toMatchObject([
			{ code: 'per_diem.food_day', amountMinor: 5_100 },
			{ code: 'per_diem.too_few_hours', amountMinor: 0 }
		]);
	});

	test('a night without a rate for its year is missing', () => {
		const days = [{ day: 1, lodging: 'allowance' as const }];
		const found = perDiem(aClaim('FI', '2025-05-06T08:00', '2025-05-07T09:00', { days }), SHIPPED);
		expect(found).toMatchObject({
			ok: false,
			refusal: { code: 'rate.missing', values: { kind: 'per-diem.night', day: '2025-05-06' } }
		});
	});

	test('two free meals halve a full per diem, one a partial', () => {
		const claim = (meals: ('breakfast' | 'lunch' | 'dinner')[]) =>
			aClaim('FI', '2024-05-06T08:00', '2024-05-07T11:00', {
				days: [
					{ day: 1, freeMeals: meals },
					{ day: 2, freeMeals: meals }
				]
			});
		expect(amounts(perDiem(claim(['lunch']), SHIPPED))).toEqual([5_100, 1_200]);
		const lunch = perDiem(claim(['lunch']), SHIPPED);
		expect(lunch.ok && lunch.value.lines.map(({ values }) => values)).toMatchObject([
			{ length: 'full', fullMinor: 5_100 },
			{ length: 'partial', fullMinor: 2_400, meals: 'lunch', percent: 50, mealsMinor: 1_200 }
		]);
		expect(lunch.ok && lunch.value.lines[0]?.values).not.toHaveProperty('percent');
		expect(perDiem(claim(['lunch', 'dinner']), SHIPPED)).toMatchObject({
			ok: true,
			value: {
				taxFreeMinor: 2_550 + 1_200,
				notPayableMinor: 2_550 + 1_200,
				hoursAre: 'elapsed',
				verified: false
			}
		});
	});

	test('over 15 km from where it began and over 5 km from both', () => {
		const at = (change: object) =>
			perDiem(
				aClaim('FI', '2024-05-06T08:00', '2024-05-06T20:00', { workplace: aWorkplace(change) }),
				SHIPPED
			);
		const tooNear = { ok: false, refusal: { code: 'per_diem.too_near' } };
		expect(at({ distanceFromHomeM: 15_000 })).toMatchObject(tooNear);
		expect(at({ distanceFromWorkplaceM: 5_000 })).toMatchObject(tooNear);
		expect(at({ distanceFromHomeM: 15_001, distanceFromWorkplaceM: 5_001 })).toMatchObject({
			ok: true
		});
		expect(at({ distanceFromHomeM: null })).toMatchObject({
			ok: false,
			refusal: { code: 'per_diem.distance_missing' }
		});
	});

	test('a night needs four hours between 21 and 07, and no paid lodging', () => {
		const night = (from: string, to: string, lodging: 'allowance' | 'receipts' = 'allowance') =>
			amounts(perDiem(aClaim('FI', from, to, { days: [{ day: 1, lodging }] }), SHIPPED));
		expect(night('2024-05-06T14:00', '2024-05-07T01:00')).toEqual([5_100, 1_600]);
		expect(night('2024-05-06T14:00', '2024-05-07T00:59')).toMatchObject({
			code: 'per_diem.night_where_none_is'
		});
		expect(night('2024-05-06T14:00', '2024-05-07T08:00', 'receipts')).toEqual([5_100]);
		// The early morning belongs to the night before.
		expect(night('2024-05-06T02:00', '2024-05-06T13:00')).toEqual([5_100, 1_600]);
	});

	describe('abroad', () => {
		const journey = (arrivals: Journey['arrivals'], to: string): Journey => ({
			departure: { at: '2026-05-04T08:00', timeZone: 'Europe/Helsinki', country: 'FI' },
			arrivals,
			return: { at: to, timeZone: 'Europe/Helsinki' }
		});
		const stockholm = {
			at: '2026-05-04T08:00',
			timeZone: 'Europe/Stockholm',
			country: 'SE',
			place: null
		};
		const copenhagen = {
			at: '2026-05-05T06:30',
			timeZone: 'Europe/Copenhagen',
			country: 'DK',
			place: null
		};
		const home = (at: string) => ({ at, timeZone: 'Europe/Helsinki', country: 'FI', place: null });
		const paid = (arrivals: Journey['arrivals'], to: string) =>
			amounts(perDiem({ ...aClaim('FI', '', ''), journey: journey(arrivals, to) }, SHIPPED));

		// taloushallintoliitto.fi for 2026: SE 70, DK 82, GB 84, London 89.
		test('each travel day pays the country it ends in, by arrivals in local time', () => {
			// Copenhagen at 06:30 is 07:30 in Helsinki, before the first 24 hours end at 08:00.
			expect(paid([stockholm, copenhagen, home('2026-05-06T10:00')], '2026-05-06T10:30')).toEqual([
				8_200, 8_200, 4_100
			]);
			// Arriving as the 24 hours end is arriving after them.
			const onTheHour = { ...copenhagen, at: '2026-05-05T07:00' };
			expect(paid([stockholm, onTheHour, home('2026-05-06T19:00')], '2026-05-06T19:00')).toEqual([
				7_000, 8_200, 8_200
			]);
			const route = [stockholm, copenhagen, home('2026-05-06T10:00')];
			const found = perDiem(
				{ ...aClaim('FI', '', ''), journey: journey(route, '2026-05-06T10:30') },
				SHIPPED
			);
			const atHome = perDiem(aClaim('FI', '2026-05-04T08:00', '2026-05-04T20:00'), SHIPPED);
			const saysAbroad = (of: typeof found) =>
				of.ok && of.value.lines.map(({ source }) => source.includes('journeys abroad'));
			expect([saysAbroad(found), saysAbroad(atHome)]).toEqual([[true, true, true], [false]]);
			// Seven hours are a full day at home, half a one abroad.
			expect(paid([stockholm, copenhagen, home('2026-05-06T14:00')], '2026-05-06T15:00')).toEqual([
				8_200, 8_200, 4_100
			]);
			// An hour later the first travel day ends in Sweden.
			expect(
				paid(
					[stockholm, { ...copenhagen, at: '2026-05-05T07:30' }, home('2026-05-06T19:00')],
					'2026-05-06T19:00'
				)
			).toEqual([7_000, 8_200, 8_200]);
		});

		// On 29 March 2026 the clock goes forward in every one of these places.
		test('a night on which the clock is moved counts its hours, not what the clock shows', () => {
			const at = (day: number, time: string) => `2026-03-${day}T${time}`;
			const through = (arrivedAt: string, back: string) => ({
				...aClaim('FI', '', ''),
				journey: {
					departure: { at: at(28, '12:00'), timeZone: 'Europe/Helsinki', country: 'FI' },
					arrivals: [
						{ at: at(28, '13:00'), timeZone: 'Europe/Stockholm', country: 'SE', place: null },
						{ at: arrivedAt, timeZone: 'Europe/London', country: 'GB', place: null }
					],
					return: { at: back, timeZone: 'Europe/London' }
				}
			});
			// 24 hours after noon it is 13:00 in Helsinki, 12:00 in Stockholm, 11:00 in London.
			const sweden = through(at(29, '11:01'), at(29, '21:01'));
			expect(amounts(perDiem(sweden, SHIPPED))).toEqual([7_000, 8_400]);
			const london = through(at(29, '10:59'), at(29, '13:00'));
			expect(amounts(perDiem(london, SHIPPED))).toEqual([8_400, 0]);
			const shown = perDiem(london, SHIPPED);
			expect(shown.ok && [shown.value.hoursAre, shown.value.days[0]]).toMatchObject([
				'elapsed',
				{ from: at(28, '12:00'), to: at(29, '13:00'), minutes: 1440, country: 'SE' }
			]);
		});

		test('a place with a rate of its own goes before its country', () => {
			const at = { at: '2026-05-04T12:00', timeZone: 'Europe/London', country: 'GB' };
			const until = '2026-05-05T09:00';
			expect(paid([{ ...at, place: 'GB-LONDON' }], until)).toEqual([8_900, 0]);
			expect(paid([{ ...at, place: 'GB-LEEDS' }], until)).toEqual([8_400, 0]);
		});

		test('ten hours or less pay as at home; a country without a rate is missing', () => {
			expect(paid([stockholm, home('2026-05-04T17:00')], '2026-05-04T18:00')).toEqual([2_500]);
			expect(paid([stockholm, home('2026-05-04T17:00')], '2026-05-04T18:01')).toEqual([7_000]);
			expect(paid([{ ...stockholm, country: 'IT' }], '2026-05-05T08:00')).toMatchObject({
				code: 'rate.missing',
				values: { country: 'FI', kind: 'per-diem.abroad', place: 'IT' }
			});
		});
	});

	test('a meal allowance pays one or two meals where no per diem is due, and only there', () => {
		const claim = (to: string, boughtMeals: ('lunch' | 'dinner')[]) =>
			aClaim('FI', '2024-05-06T08:00', to, {
				food: 'meal-allowance',
				days: [{ day: 1, boughtMeals }]
			});
		expect(amounts(perDiem(claim('2024-05-06T14:00', ['lunch']), SHIPPED))).toEqual([1_275]);
		expect(amounts(perDiem(claim('2024-05-06T14:00', ['lunch', 'dinner']), SHIPPED))).toEqual([
			2_550
		]);
		expect(amounts(perDiem(claim('2024-05-06T14:00', []), SHIPPED))).toMatchObject({
			code: 'per_diem.meals_missing'
		});
		expect(amounts(perDiem(claim('2024-05-06T15:00', ['lunch']), SHIPPED))).toMatchObject({
			code: 'per_diem.per_diem_instead'
		});
		// Too near for a per diem, or nobody knows how far: the meal is paid however long it took.
		for (const where of [
			{ distanceFromWorkplaceM: 5_000 },
			{ distanceFromHomeM: null },
			{ distanceFromWorkplaceM: null }
		]) {
			const long = { ...claim('2024-05-06T20:00', ['lunch']), workplace: aWorkplace(where) };
			expect(amounts(perDiem(long, SHIPPED))).toEqual([1_275]);
		}
		const in2025 = aClaim('FI', '2025-05-06T08:00', '2025-05-06T12:00', {
			food: 'meal-allowance',
			days: [{ day: 1, boughtMeals: ['lunch'] }]
		});
		expect(amounts(perDiem(in2025, SHIPPED))).toMatchObject({ code: 'rate.missing' });
	});

	test('what a company pays above the official meal allowance, night or day is taxed, only the excess', () => {
		const split = (found: ReturnType<typeof perDiem>) =>
			found.ok && [found.value.taxFreeMinor, found.value.taxableMinor, found.value.notPayableMinor];
		const meal = aClaim('FI', '2024-05-06T08:00', '2024-05-06T14:00', {
			food: 'meal-allowance',
			days: [{ day: 1, boughtMeals: ['lunch'] }]
		});
		const kind = 'per-diem.meal-allowance.one';
		expect(split(perDiem(meal, companyPays(kind, '15.00')))).toEqual([1275, 225, 0]);
		expect(split(perDiem(meal, companyPays(kind, '10.00')))).toEqual([1000, 0, 0]);
		const night = aClaim('FI', '2024-05-06T08:00', '2024-05-07T08:00', {
			days: [{ day: 1, lodging: 'allowance', freeMeals: ['lunch', 'dinner'] }]
		});
		expect(split(perDiem(night, companyPays('per-diem.night', '20.00')))).toEqual([
			2550 + 1600,
			400,
			2550
		]);
		expect(split(perDiem(night, companyPays('per-diem.full', '60.00')))).toEqual([
			2550 + 1600,
			450,
			3000
		]);
	});
});

test('the night ends at seven: four hours before it are a night away, a minute less is none', () => {
	const leaving = (at: string) =>
		perDiem(
			aClaim('FI', `2024-05-06T${at}`, '2024-05-06T20:00', {
				days: [{ day: 1, lodging: 'allowance' }]
			}),
			SHIPPED
		);
	expect(leaving('03:00').ok).toBe(true);
	expect(leaving('03:01')).toMatchObject({ refusal: { code: 'per_diem.night_where_none_is' } });
});
