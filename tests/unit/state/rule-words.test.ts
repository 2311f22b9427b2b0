import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { perDiem } from '@outlay/domain/per-diem/per-diem';
import { describe, expect, test } from 'vitest';
import { derivationWords } from '#lib/state/derivation-words.ts';
import { perDiemWords } from '#lib/state/per-diem-words.ts';
import { refusalWords } from '#lib/state/refusal-words.ts';
import { SHIPPED, aClaim } from '../../support/per-diem-claims.ts';

function wordsOf(claim: Parameters<typeof perDiem>[0]) {
	const found = perDiem(claim, SHIPPED);
	return found.ok ? found.value.lines.map((line) => perDiemWords(line)) : [];
}

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

/** Codes an engine names in its own files, without those of its lines. */
function codesOf(folder: string): string[] {
	const home = path.join(import.meta.dirname, '../../../src/lib/domain', folder);
	const files = readdirSync(home).filter((name) => name.endsWith('.ts'));
	const texts = files.map((name) => readFileSync(path.join(home, name), 'utf8'));
	const named = texts.flatMap((text) => [
		...text.matchAll(/(?:refuse|no)\(\s*'([a-z_]+\.[a-z0-9_]+)'/g),
		...text.matchAll(/notices\.push\(\{\s*code: '([a-z_]+\.[a-z0-9_]+)'/g),
		...text.matchAll(/code: '(time\.[a-z0-9_]+)',\s*values/g),
		...text.matchAll(/'(per_diem\.meal_[a-z]+_[a-z_]+)'/g)
	]);
	return [...new Set(named.map(([, code = '']) => code))];
}

test.each([
	['per-diem', 'per_diem.'],
	['time', 'time.']
])('everything %s refuses or notices has a sentence', (folder, prefix) => {
	const codes = codesOf(folder).filter((code) => code.startsWith(prefix));
	expect(codes.length).toBeGreaterThan(20);
	expect(codes.filter((code) => refusalWords({ code }).includes(code))).toEqual([]);
});

test.each([
	'mileage.crosses_threshold',
	'mileage.above_official',
	'mileage.cost_without_receipt',
	'mileage.charging_with_kilometres',
	'mileage.fuel_with_kilometres',
	'mileage.no_such_addition',
	'sixty_days.soon',
	'workday.several_people',
	'workday.day_unreadable'
])('%s has a sentence', (code) => {
	expect(refusalWords({ code })).not.toContain(code);
});
