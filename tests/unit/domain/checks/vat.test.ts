import { vatOf, type VatFacts } from '@outlay/domain/checks/vat';
import { checkRates, importRates } from '@outlay/domain/dated-rates';
import { STATE_VAT_RATES } from '@outlay/domain/rates/vat';
import { expect, test } from 'vitest';

test('the table of VAT is whole', () => {
	expect(importRates(JSON.stringify(STATE_VAT_RATES)).ok).toBe(true);
	expect(checkRates(STATE_VAT_RATES)).toEqual([]);
});

test('a kind of cost without a row is a missing rate, not the usual one', () => {
	const of = { printedMinor: null, currency: 'SEK', spentOn: '2026-01-01', grossMinor: 1000 };
	expect(
		vatOf({ ...of, country: 'SE', vatKind: 'restaurant' }, 'SE', STATE_VAT_RATES)
	).toMatchObject({ ok: false, refusal: { code: 'rate.missing' } });
	expect(
		vatOf(
			{ ...of, country: 'FI', vatKind: 'standard', spentOn: '2024-08-31' },
			'FI',
			STATE_VAT_RATES
		)
	).toMatchObject({ value: { vatMinor: 194 } });
	expect(
		vatOf(
			{ ...of, country: 'FI', vatKind: 'standard', spentOn: '2024-09-01' },
			'FI',
			STATE_VAT_RATES
		)
	).toMatchObject({ value: { vatMinor: 203 } });
});

test('that VAT of another country is not deducted at home is a rule of the directive, so it is verified', () => {
	const facts = {
		grossMinor: 10_000,
		printedMinor: 1900,
		currency: 'EUR',
		vatKind: 'hotel',
		spentOn: '2026-11-20',
		country: 'DE'
	};
	expect(vatOf(facts, 'DK', STATE_VAT_RATES)).toMatchObject({
		ok: true,
		value: { vatMinor: 1900, deductibleMinor: 0, verified: true }
	});
});

/** Momsloven § 42, stk. 2 for the restaurant; a printed figure goes first: receipts mix rates. */
test.each<[string, Partial<VatFacts>, number, number, boolean]>([
	['nothing printed', {}, 20_000, 5_000, false],
	['less printed than the rate gives', { printedMinor: 8_000 }, 8_000, 2_000, false],
	['just as much', { printedMinor: 20_000 }, 20_000, 5_000, false],
	['an øre more', { printedMinor: 20_001 }, 20_000, 5_000, true],
	['of the other sign', { printedMinor: -1 }, 0, 0, true],
	['a credit', { grossMinor: -100_000 }, -20_000, -5_000, false],
	['a credit, less printed', { grossMinor: -100_000, printedMinor: -8_000 }, -8_000, -2_000, false],
	[
		'a credit, more printed',
		{ grossMinor: -100_000, printedMinor: -20_001 },
		-20_000,
		-5_000,
		true
	],
	['a credit, of the other sign', { grossMinor: -100_000, printedMinor: 1 }, 0, 0, true],
	['the whole of a hotel', { vatKind: 'hotel' }, 20_000, 20_000, false],
	['none in what is exempt', { vatKind: 'exempt', printedMinor: 1 }, 0, 0, true],
	['halves away from zero', { grossMinor: 90, vatKind: 'hotel' }, 18, 18, false],
	['a quarter of them too', { grossMinor: 90 }, 18, 5, false],
	['abroad', { country: 'SE', printedMinor: 12_345 }, 12_345, 0, false],
	['abroad, none printed', { country: 'SE' }, 0, 0, false]
])('VAT in the price, DK: %s', (_, change, vatMinor, deductibleMinor, isPrintedTooMuch) => {
	const found = vatOf(
		{
			grossMinor: 100_000,
			printedMinor: null,
			currency: 'DKK',
			vatKind: 'restaurant',
			spentOn: '2026-11-20',
			country: 'DK',
			...change
		},
		'DK',
		STATE_VAT_RATES
	);
	expect(found).toMatchObject({ ok: true, value: { vatMinor, deductibleMinor, isPrintedTooMuch } });
});

test('an amount is official only where both the rate and the share are', () => {
	const row = (kind: string, amount: string, verified: boolean) => ({
		country: 'DK',
		kind,
		place: null,
		validFrom: '2026-01-01',
		validTo: null,
		unit: 'percent' as const,
		amount,
		currency: null,
		source: 'test',
		verified
	});
	const verified = (rate: boolean, share: boolean) => {
		const found = vatOf(
			{
				grossMinor: 1000,
				printedMinor: null,
				currency: 'DKK',
				vatKind: 'hotel',
				spentOn: '2026-11-20',
				country: 'DK'
			},
			'DK',
			[row('vat.rate.hotel', '25', rate), row('vat.deductible.hotel', '100', share)]
		);
		return found.ok && found.value.verified;
	};
	expect([verified(true, true), verified(true, false), verified(false, true)]).toEqual([
		true,
		false,
		false
	]);
});
