import { rateMileage } from '@outlay/domain/mileage/rate-mileage';
import type { MileageTrip } from '@outlay/domain/mileage/mileage-trip';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { MILEAGE_RULES } from '@outlay/domain/rates/mileage-rules';
import type { DerivationLine } from '@outlay/domain/submission';
import { beforeEach, describe, expect, test } from 'vitest';
import { overwriteGetLocale, type Locale } from '#lib/paraglide/runtime.js';
import { derivationWords } from '#lib/state/derivation-words.ts';

let locale: Locale = 'en';
beforeEach(() => {
	locale = 'en';
	overwriteGetLocale(() => locale);
});

function linesOf(change: Partial<MileageTrip>, companyRate?: string): DerivationLine[] {
	const trip: MileageTrip = {
		tripId: 't',
		personId: 'p',
		employerId: 'e',
		drivenOn: '2024-05-01',
		startedAt: '',
		country: 'NO',
		vehicle: 'own-car',
		fuel: 'petrol',
		distanceM: 64_600,
		privateM: 0,
		commutingM: 0,
		additions: [],
		costs: [],
		...change
	};
	const company = STATE_MILEAGE_RATES.filter(
		({ kind }) => kind.endsWith('own-car') || kind.endsWith('passenger')
	).map((rate) => ({
		...rate,
		kind: rate.kind.replace('tax-free', 'entitlement'),
		amount: companyRate ?? ''
	}));
	const [rated] = rateMileage({
		trips: [trip],
		rates: { state: STATE_MILEAGE_RATES, company: companyRate === undefined ? [] : company },
		rules: MILEAGE_RULES,
		excessIsSalary: false,
		exported: [],
		fuelReceipts: []
	}).trips;
	if (!rated?.outcome.ok) throw new Error('not rated');
	return rated.outcome.value.lines;
}

const everything = linesOf({
	privateM: 5000,
	commutingM: 5000,
	additions: (['passenger', 'trailer', 'forest-road'] as const).map((addition) => ({
		addition,
		distanceM: 10_000,
		count: addition === 'passenger' ? 2 : 1
	})),
	costs: (['toll', 'parking', 'ferry', 'charging'] as const).map((cost) => ({
		cost,
		amountMinor: 100,
		currency: 'NOK',
		receiptId: null
	}))
});
const allTaxed = linesOf({ country: 'DK', drivenOn: '2025-05-01' }, '9');

describe('derivationWords', () => {
	test('every line of a drive has its own sentence, in both languages', () => {
		for (const language of ['en', 'da'] as const) {
			locale = language;
			const sums = [...everything, ...allTaxed].map((line) => {
				const { sum, rule } = derivationWords(line);
				expect(sum).not.toBe(line.code);
				expect(rule).not.toBe('');
				return sum;
			});
			expect(new Set(sums).size).toBe(sums.length);
		}
	});

	test('reads as a sum with its rule', () => {
		const words = everything.map(derivationWords);
		expect(words[0]).toMatchObject({ sum: '54.6 km × 3.50 NOK' });
		expect(words[0]?.rule).toMatch(/^Rule NO 2024 · skatteetaten\.no/);
		expect(words[1]?.sum).toBe('Passenger × 2: 10.0 km × 1.00 NOK');
		expect(words.map(({ sum }) => sum)).toContain('307.54 − 231.10 NOK');
		expect(derivationWords(allTaxed[0] as DerivationLine)).toMatchObject({
			sum: '64.6 km × 9.00 DKK'
		});
		locale = 'da';
		expect(derivationWords(allTaxed[0] as DerivationLine).rule).toMatch(
			/^Regel DK 2025, op til 20\.000 km, beskattes · /
		);
	});

	test('a line this app does not know yet shows its code and source', () => {
		const line = { code: 'future.rule', values: {}, amountMinor: 1, source: 'law', verified: true };
		expect(derivationWords(line)).toEqual({ sum: 'future.rule', rule: 'law' });
	});
});
