import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { perDiem } from '@outlay/domain/per-diem/per-diem';
import { RULE_LINES, RULE_NOTICES, RULE_REFUSALS } from '@outlay/domain/rule-codes';
import { beforeEach, describe, expect, test } from 'vitest';
import { locales, overwriteGetLocale } from '#lib/paraglide/runtime.js';
import { derivationWords } from '#lib/state/derivation-words.ts';
import { perDiemWords } from '#lib/state/per-diem-words.ts';
import { refusalWords } from '#lib/state/refusal-words.ts';
import { SHIPPED, aClaim } from '../../support/per-diem-claims.ts';

function wordsOf(claim: Parameters<typeof perDiem>[0]) {
	const found = perDiem(claim, SHIPPED);
	return found.ok ? found.value.lines.map((line) => perDiemWords(line)) : [];
}

beforeEach(() => {
	overwriteGetLocale(() => 'en');
});

describe('a line of a per diem in words', () => {
	test('day 2: 597.00 − 30 % lunch 179.10 = 417.90, DK 2025', () => {
		const claim = aClaim('DK', '2025-03-10T08:00', '2025-03-12T14:00', {
			days: [
				{ day: 1, isRemoved: true },
				{ day: 2, freeMeals: ['lunch'], lodging: 'allowance' }
			]
		});
		expect(wordsOf(claim)).toEqual([
			{ sum: 'Day 1: taken out', rule: 'Rule DK 2025' },
			{ sum: 'Day 2: 597.00 − 30 % lunch 179.10 = 417.90', rule: 'Rule DK 2025' },
			{ sum: 'Night of day 2: 256.00', rule: 'Rule DK 2025' },
			{ sum: 'Day 3: 149.25', rule: 'Rule DK 2025' }
		]);
	});

	test('with where the rule is from', () => {
		const found = perDiem(aClaim('DK', '2024-03-10T08:00', '2024-03-11T08:00'), SHIPPED);
		expect(found.ok && found.value.lines.map(derivationWords)).toEqual([
			{
				sum: 'Day 1: 574.00',
				rule: 'Rule DK 2024 · skat.dk, Skattefri rejsegodtgørelse (diæter)'
			}
		]);
	});

	test('what is taxed of it, meals taken together, and components', () => {
		const norway = aClaim('NO', '2025-05-05T08:00', '2025-05-06T07:00');
		expect(wordsOf(norway)).toEqual([
			{ sum: 'Day 1: 977.00', rule: 'Rule NO 2025, 299.00 of it taxed' }
		]);
		const finland = aClaim('FI', '2024-05-06T08:00', '2024-05-06T20:00', {
			days: [{ day: 1, freeMeals: ['lunch', 'dinner'] }]
		});
		expect(wordsOf(finland)[0]?.sum).toBe('Day 1: 51.00 − 50 % meals 25.50 = 25.50');
		const netherlands = aClaim('NL', '2024-05-06T08:00', '2024-05-06T16:00');
		expect(wordsOf(netherlands)[0]?.sum).toBe('Day 1: small expenses by day 6.64');
	});
});

/** What the rules name a code for must not be shown as that code, in any language the app has. */
describe.each([...locales])('in %s', (locale) => {
	beforeEach(() => {
		overwriteGetLocale(() => locale);
	});

	const withoutWords = (codes: readonly string[]) =>
		codes.filter((code) => refusalWords({ code }).includes(code));

	test('every refusal and every notice has a sentence', () => {
		expect(withoutWords(RULE_REFUSALS)).toEqual([]);
		expect(withoutWords(RULE_NOTICES)).toEqual([]);
		expect(withoutWords(['expense.limit_day.meals'])).toEqual([]);
		expect(withoutWords(['time.no_such_code'])).toEqual(['time.no_such_code']);
	});

	test('every line has a sum in words', () => {
		const lines = RULE_LINES.map((code) => ({
			code,
			values: {
				currency: 'DKK',
				day: '2025-03-10',
				date: '2025-03-10',
				...(code === 'per_diem.component' ? { component: 'lunch' } : {}),
				...(code === 'mileage.cost' ? { cost: 'toll' } : {})
			},
			amountMinor: 1,
			source: '',
			verified: true
		}));
		const withoutSum = lines.filter((line) => {
			const { sum } = derivationWords(line);
			return sum === '' || sum.includes(line.code);
		});
		expect(withoutSum.map(({ code }) => code)).toEqual([]);
	});
});

test('every code in the lists is one the rules can give', () => {
	const home = path.join(import.meta.dirname, '../../../src/lib/domain');
	const texts = readdirSync(home, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts') && !name.endsWith('rule-codes.ts'))
		.map((name) => readFileSync(path.join(home, name), 'utf8'))
		.join('\n');
	// Composed from a fault or a limit where they are given.
	const composed = ['rates.backwards', 'rates.overlap', 'expense.limit_day', 'expense.limit_each'];
	const stale = [...RULE_REFUSALS, ...RULE_NOTICES, ...RULE_LINES].filter(
		(code) => !texts.includes(`'${code}'`) && !composed.includes(code)
	);
	expect(stale).toEqual([]);
});

describe('lines of checks and weeks in words', () => {
	const line = (code: string, values: Record<string, string | number>, amountMinor = 0) =>
		derivationWords({ code, values, amountMinor, source: '', verified: true });

	test('a line of an expense, its private part and its VAT', () => {
		const of = { costTypeId: 'meals', currency: 'DKK' };
		expect(line('expense.line', of, 100_000).sum).toBe('meals: 1,000.00');
		expect(line('expense.private_part', { ...of, privateMinor: 2500 }).sum).toBe(
			'meals, private part: 25.00'
		);
		const vat = { vatMinor: 15_000, country: 'DK', ratePercent: '25', deductiblePercent: '25' };
		expect(line('vat.deductible', { ...vat, currency: 'DKK' }, 3750)).toEqual({
			sum: 'VAT 150.00, of it deducted 37.50',
			rule: 'Rule DK: VAT 25 %, 25 % deducted'
		});
	});

	test('a day, overtime and the balance of a week', () => {
		const day = { date: '2025-03-10', workedMinutes: 450, normMinutes: 444 };
		expect(line('time.day', { ...day, creditedMinutes: 0, uncreditedMinutes: 0 }).sum).toMatch(
			/10 Mar 2025: 7 h 30 min worked, 7 h 24 min by the scheme/
		);
		expect(
			line('time.day', { ...day, creditedMinutes: 60, uncreditedMinutes: 30, holiday: 'Easter' })
		).toMatchObject({
			sum: expect.stringContaining('1 h 30 min away') as string,
			rule: 'Public holiday: Easter'
		});
		expect(line('time.flex', { beforeMinutes: -75, minutes: 15, afterMinutes: -60 }).sum).toBe(
			'Flex: \u22121 h 15 min and 0 h 15 min make \u22121 h 00 min'
		);
	});
});
