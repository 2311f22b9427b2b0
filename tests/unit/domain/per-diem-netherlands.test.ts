import { perDiem } from '@outlay/domain/per-diem/per-diem';
import { describe, expect, test } from 'vitest';
import { SHIPPED, aClaim, aWorkplace } from '../../support/per-diem-claims.ts';

describe('the Netherlands', () => {
	// raaknederland.nl for 2024: paid, and exempt from tax.
	test('a day and a night by their components, each with its exempt part', () => {
		const claim = aClaim('NL', '2024-05-06T11:00', '2024-05-07T15:00', {
			days: [
				{ day: 1, lodging: 'allowance', boughtMeals: ['dinner', 'lunch'] },
				{ day: 2, boughtMeals: ['breakfast', 'dinner'] }
			]
		});
		const found = perDiem(claim, SHIPPED);
		expect(
			found.ok &&
				found.value.lines.map(({ values, amountMinor }) => [values['component'], amountMinor])
		).toEqual([
			['small-day', 664],
			['small-evening', 1_982],
			['lodging', 14_210],
			['lunch', 2_032],
			['dinner', 3_074],
			['small-day', 664],
			['breakfast', 1_388]
			// Dinner would need 18–21 wholly within the journey.
		]);
		expect(found).toMatchObject({
			ok: true,
			value: {
				currency: 'EUR',
				taxFreeMinor: 593 + 1_186 + 14_057 + 1_188 + 2_982 + 593 + 1_388,
				verified: false
			}
		});
	});

	test('meals somebody else paid, and the first morning, pay nothing', () => {
		const claim = aClaim('NL', '2024-05-06T07:00', '2024-05-06T16:00', {
			days: [{ day: 1, boughtMeals: ['breakfast', 'lunch'], freeMeals: ['lunch'] }]
		});
		expect(perDiem(claim, SHIPPED)).toMatchObject({
			ok: true,
			value: { lines: [{ amountMinor: 664 }] }
		});
	});

	// p-direkt.nl (2022).
	test('evenings pay half after eight in a row', () => {
		const found = perDiem(aClaim('NL', '2024-05-06T08:00', '2024-05-16T12:00'), SHIPPED);
		const evenings = found.ok
			? found.value.lines.filter(({ values }) => values['component'] === 'small-evening')
			: [];
		expect(evenings.map(({ amountMinor }) => amountMinor)).toEqual([
			...Array<number>(8).fill(1_982),
			991,
			991
		]);
	});

	test.each([
		['2023-05-08', 'per-diem.small-day'],
		['2025-05-08', 'per-diem.tax-free.small-day'],
		['2026-05-08', 'per-diem.small-day']
	])('%s: what is not known is rate.missing', (day, kind) => {
		expect(perDiem(aClaim('NL', `${day}T08:00`, `${day}T16:00`), SHIPPED)).toMatchObject({
			ok: false,
			refusal: { code: 'rate.missing', values: { country: 'NL', kind } }
		});
	});

	test('four hours, and another municipality or a kilometre', () => {
		const day = ['2024-05-06T08:00', '2024-05-06T16:00'] as const;
		expect(perDiem(aClaim('NL', day[0], '2024-05-06T11:59'), SHIPPED)).toMatchObject({
			ok: false,
			refusal: { code: 'per_diem.too_short' }
		});
		const at = (distanceFromWorkplaceM: number) =>
			perDiem(
				aClaim('NL', ...day, {
					workplace: aWorkplace({ isOtherMunicipality: false, distanceFromWorkplaceM })
				}),
				SHIPPED
			);
		expect(perDiem(aClaim('NL', day[0], '2024-05-06T12:00'), SHIPPED).ok).toBe(true);
		expect(at(999)).toMatchObject({
			ok: false,
			refusal: { code: 'per_diem.too_near', values: { km: 1 } }
		});
		expect(at(1_000)).toMatchObject({ ok: true });
	});

	test('lunch and dinner need their hours wholly within the journey', () => {
		const meals = (from: string, to: string) => {
			const days = [{ day: 1, boughtMeals: ['lunch' as const, 'dinner' as const] }];
			const found = perDiem(
				aClaim('NL', `2024-05-06T${from}`, `2024-05-06T${to}`, { days }),
				SHIPPED
			);
			return found.ok ? found.value.lines.slice(1).map(({ values }) => values['component']) : [];
		};
		expect(meals('12:00', '21:00')).toEqual(['lunch', 'dinner']);
		expect(meals('12:01', '20:59')).toEqual([]);
		expect(meals('09:00', '14:00')).toEqual(['lunch']);
		expect(meals('09:00', '13:59')).toEqual([]);
		expect(meals('18:00', '22:00')).toEqual(['dinner']);
		expect(meals('18:01', '23:00')).toEqual([]);
	});

	test('an evening and lodging need a night away', () => {
		const days = [{ day: 1, lodging: 'none' as const }];
		const found = perDiem(aClaim('NL', '2024-05-06T08:00', '2024-05-07T16:00', { days }), SHIPPED);
		expect(found.ok && found.value.lines.map(({ values }) => values['component'])).toEqual([
			'small-day',
			'small-day'
		]);
		// Nobody lodges after coming home.
		const back = [{ day: 2, lodging: 'allowance' as const }];
		const last = perDiem(
			aClaim('NL', '2024-05-06T08:00', '2024-05-07T16:00', { days: back }),
			SHIPPED
		);
		expect(last.ok && last.value.lines.map(({ values }) => values['component'])).toEqual([
			'small-day',
			'small-evening',
			'small-day'
		]);
	});

	test('food by receipts is not known here; a distance nobody knows is asked for', () => {
		const day = ['2024-05-06T08:00', '2024-05-06T16:00'] as const;
		expect(perDiem(aClaim('NL', ...day, { food: 'receipts' }), SHIPPED)).toMatchObject({
			refusal: { code: 'per_diem.food_not_known_here' }
		});
		const workplace = aWorkplace({ isOtherMunicipality: false, distanceFromWorkplaceM: null });
		expect(perDiem(aClaim('NL', ...day, { workplace }), SHIPPED)).toMatchObject({
			refusal: { code: 'per_diem.distance_missing' }
		});
		const elsewhere = { ...workplace, isOtherMunicipality: true };
		expect(perDiem(aClaim('NL', ...day, { workplace: elsewhere }), SHIPPED).ok).toBe(true);
	});

	test('a day abroad and a day changed to one figure are refused', () => {
		const claim = aClaim('NL', '2024-05-06T08:00', '2024-05-07T16:00');
		const abroad = [
			{ at: '2024-05-06T10:00', timeZone: 'Europe/Brussels', country: 'BE', place: null }
		];
		expect(
			perDiem({ ...claim, journey: { ...claim.journey, arrivals: abroad } }, SHIPPED)
		).toMatchObject({
			ok: false,
			refusal: { code: 'rate.missing', values: { place: 'BE' } }
		});
		expect(perDiem({ ...claim, days: [{ day: 1, askedMinor: 100 }] }, SHIPPED)).toMatchObject({
			ok: false,
			refusal: { code: 'per_diem.amount_by_component' }
		});
	});
});
