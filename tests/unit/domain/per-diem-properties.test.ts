import {
	MEALS,
	PER_DIEM_SCHEMES,
	USUAL_CHOICES,
	type DayFacts,
	type PerDiemClaim
} from '@outlay/domain/per-diem/claim';
import { perDiem } from '@outlay/domain/per-diem/per-diem';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SHIPPED, aClaim, withCompanyRate } from '../../support/per-diem-claims.ts';

const RUNS = { numRuns: 50 };

const facts = fc.record({
	freeMeals: fc.subarray([...MEALS]),
	boughtMeals: fc.subarray([...MEALS]),
	lodging: fc.constantFrom('receipts' as const, 'free' as const),
	lodgingKind: fc.constantFrom('hotel' as const, 'guesthouse' as const, 'private' as const),
	canCook: fc.boolean(),
	isRemoved: fc.boolean()
});

/** What a person may also say of a day: another amount, and how the night was covered. */
const changes = fc.record({
	askedMinor: fc.option(fc.nat(200_000)),
	lodging: fc.constantFrom('receipts' as const, 'free' as const, 'allowance' as const)
});

/** Journeys of 2024, a year every country's table knows, starting at any minute and lasting up to six days. */
const journeys = fc
	.record({
		scheme: fc.constantFrom(...PER_DIEM_SCHEMES),
		startMinute: fc.integer({ min: 0, max: 300 * 1440 }),
		minutes: fc.integer({ min: 30, max: 6 * 1440 }),
		facts: fc.array(facts, { maxLength: 5 })
	})
	.map(({ scheme, startMinute, minutes, facts: some }) => ({
		minutes,
		scheme,
		claim: (lasting: number, days: DayFacts[]) => claimOf(scheme, startMinute, lasting, days),
		// Days that exist in every country's way of counting them.
		days: some
			.slice(0, Math.floor(minutes / 1440))
			.map((fact, at): DayFacts => ({ day: at + 1, ...fact }))
	}));

function claimOf(
	scheme: PerDiemClaim['scheme'],
	startMinute: number,
	minutes: number,
	days: DayFacts[]
) {
	const local = (minute: number) =>
		new Date(Date.UTC(2024, 0, 2, 0, minute)).toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length);
	return aClaim(scheme, local(startMinute), local(startMinute + minutes), { days });
}

/** Paid in all; a journey that gives no right pays nothing. Anything but "too short" is a fault of the test. */
function paidFor(claim: PerDiemClaim): number {
	const found = perDiem(claim, SHIPPED);
	if (found.ok) return found.value.taxFreeMinor + found.value.taxableMinor;
	expect(['per_diem.too_short', 'per_diem.under_24_hours', 'per_diem.no_overnight']).toContain(
		found.refusal.code
	);
	return 0;
}

describe('a per diem', () => {
	test('adds up: lines to what is paid, days to the three parts, all of them whole and not negative', () => {
		fc.assert(
			fc.property(journeys, ({ claim, minutes, days }) => {
				const found = perDiem(claim(minutes, days), SHIPPED);
				if (!found.ok) return;
				const { lines, taxFreeMinor, taxableMinor, notPayableMinor, days: outcomes } = found.value;
				const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
				expect(sum(lines.map(({ amountMinor }) => amountMinor))).toBe(taxFreeMinor + taxableMinor);
				for (const [part, total] of [
					['taxFreeMinor', taxFreeMinor],
					['taxableMinor', taxableMinor],
					['notPayableMinor', notPayableMinor]
				] as const) {
					expect(sum(outcomes.map((day) => day[part]))).toBe(total);
					expect(sum(lines.map(({ values }) => Number(values[part])))).toBe(total);
					expect(outcomes.every((day) => Number.isSafeInteger(day[part]) && day[part] >= 0)).toBe(
						true
					);
				}
				expect(lines.every(({ source }) => source.length > 0)).toBe(true);
			}),
			RUNS
		);
	});

	test('splits what each line asks for, the figure of the rules or the person’s own, without a rest', () => {
		fc.assert(
			fc.property(
				journeys,
				fc.array(changes, { minLength: 5, maxLength: 5 }),
				fc.boolean(),
				({ claim, minutes, days, scheme }, changed, paysMore) => {
					const edited = days.map((day, at): DayFacts => {
						const { askedMinor = null, lodging = 'receipts' } = changed[at] ?? {};
						// NL changes components, not days, and FI has no night where none is.
						return scheme === 'NL' || scheme === 'FI' ? day : { ...day, askedMinor, lodging };
					});
					const rates = paysMore ? withCompanyRate({ kind: 'per-diem.food' }) : SHIPPED;
					const found = perDiem(claim(minutes, edited), rates, {
						...USUAL_CHOICES,
						paysLessForFreeMeals: paysMore
					});
					if (!found.ok) return;
					for (const { code, values, amountMinor } of found.value.lines) {
						const parts = ['taxFreeMinor', 'taxableMinor', 'notPayableMinor'].map((part) =>
							Number(values[part])
						);
						const [taxFree = 0, taxable = 0, notPayable = 0] = parts;
						expect(parts.every((part) => Number.isSafeInteger(part) && part >= 0)).toBe(true);
						expect(taxFree + taxable).toBe(amountMinor);
						expect(values['hoursAre']).toBe(found.value.hoursAre);
						const asked = values['askedMinor'] ?? values['fullMinor'];
						if (code === 'per_diem.day_removed') expect(amountMinor + notPayable).toBe(0);
						else if (asked !== undefined) expect(amountMinor + notPayable).toBe(asked);
						else expect(code).toBe('per_diem.lodging_night');
					}
				}
			),
			RUNS
		);
	});

	test('never pays less for a longer journey', () => {
		fc.assert(
			fc.property(
				journeys,
				fc.integer({ min: 1, max: 3 * 1440 }),
				({ claim, minutes, days }, more) => {
					expect(paidFor(claim(minutes + more, days))).toBeGreaterThanOrEqual(
						paidFor(claim(minutes, days))
					);
				}
			),
			RUNS
		);
	});

	test('has never more tax-free for another free meal', () => {
		fc.assert(
			fc.property(journeys, fc.constantFrom(...MEALS), ({ claim, minutes, days }, meal) => {
				const one = perDiem(claim(minutes, days), SHIPPED);
				const withMeal = days.map((day) => ({
					...day,
					freeMeals: [...(day.freeMeals ?? []), meal]
				}));
				const other = perDiem(claim(minutes, withMeal), SHIPPED);
				expect(other.ok).toBe(one.ok);
				if (one.ok && other.ok) {
					expect(other.value.taxFreeMinor).toBeLessThanOrEqual(one.value.taxFreeMinor);
					expect(other.value.taxFreeMinor + other.value.taxableMinor).toBeLessThanOrEqual(
						one.value.taxFreeMinor + one.value.taxableMinor
					);
				}
			}),
			RUNS
		);
	});

	test('does not depend on the order of what it is given', () => {
		fc.assert(
			fc.property(journeys, ({ claim, minutes, days }) => {
				const shuffled = days
					.map((day) => ({ ...day, freeMeals: [...(day.freeMeals ?? [])].reverse() }))
					.reverse();
				const reversedTables = { ...SHIPPED, state: [...SHIPPED.state].reverse() };
				expect(perDiem(claim(minutes, shuffled), reversedTables)).toEqual(
					perDiem(claim(minutes, days), SHIPPED)
				);
			}),
			RUNS
		);
	});

	test('changes nothing of what it is given', () => {
		const claim = claimOf('DK', 0, 3000, [{ day: 1, freeMeals: ['dinner', 'lunch'] }]);
		const before = structuredClone(claim);
		perDiem(claim, SHIPPED);
		expect(claim).toEqual(before);
	});
});
