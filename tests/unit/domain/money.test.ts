import { allocate, currencyExponent, formatAmount, parseAmount } from '@outlay/domain/money';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

describe('parseAmount', () => {
	test.each([
		['1.234,56', 123_456],
		['1,234.56', 123_456],
		['1 234,56', 123_456],
		['1\u00a0234,56', 123_456],
		["1'234.56", 123_456],
		['1234', 123_400],
		['100.000.000', 10_000_000_000],
		['1.234', 123_400],
		['1,234', 123_400],
		['1.234.567', 123_456_700],
		['12,5', 1250],
		['0.5', 50],
		['0,05', 5],
		['84,00 kr.', 8400],
		['DKK 84', 8400],
		['486.00', 48_600],
		['７５', 7500],
		['12.500', 1_250_000],
		['12,50 ', 1250]
	])('reads %s', (text, amountMinor) => {
		expect(parseAmount(text, 'DKK')).toEqual({ ok: true, value: amountMinor });
	});

	test.each([
		['', 'amount.missing'],
		['   ', 'amount.missing'],
		['DKK', 'amount.missing'],
		['-12', 'amount.negative'],
		['−12,50', 'amount.negative'],
		['(12,50)', 'amount.negative'],
		['100.000.000,01', 'amount.too_large'],
		['twelve', 'amount.unreadable'],
		['12a', 'amount.unreadable'],
		['1,2,3', 'amount.unreadable'],
		['1.23.45', 'amount.unreadable'],
		['1.234,56,78', 'amount.unreadable'],
		['1e5', 'amount.unreadable'],
		['12.3456', 'amount.too_many_decimals'],
		['0.125', 'amount.too_many_decimals'],
		['0', 'amount.zero'],
		['0,00', 'amount.zero'],
		['9999999999', 'amount.too_large'],
		['1'.repeat(400), 'amount.too_large']
	])('refuses %s with %s', (text, code) => {
		expect(parseAmount(text, 'DKK')).toMatchObject({ ok: false, refusal: { code } });
	});

	test('knows currencies without decimals and with three', () => {
		expect(parseAmount('1500', 'JPY')).toEqual({ ok: true, value: 1500 });
		expect(parseAmount('15.5', 'JPY')).toMatchObject({ ok: false });
		expect(parseAmount('1.234', 'KWD')).toEqual({ ok: true, value: 1234 });
	});

	test('with three decimals one separator is what the language says it is', () => {
		expect(parseAmount('1.234', 'KWD', 'en')).toEqual({ ok: true, value: 1234 });
		expect(parseAmount('1.234', 'KWD', 'da')).toEqual({ ok: true, value: 1_234_000 });
		expect(parseAmount('1,234', 'KWD', 'da')).toEqual({ ok: true, value: 1234 });
		expect(parseAmount('1,234', 'KWD', 'en')).toEqual({ ok: true, value: 1_234_000 });
		expect(parseAmount('0.234', 'KWD', 'da')).toEqual({ ok: true, value: 234 });
	});

	test('reads back what it writes, in every language and currency', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 9_999_999_999 }),
				fc.constantFrom('DKK', 'EUR', 'JPY', 'KWD'),
				fc.constantFrom('en', 'da', 'sv', 'de-CH', 'nb'),
				(amountMinor, currency, language) => {
					fc.pre(currency !== 'JPY' || amountMinor <= 100_000_000);
					const { whole, decimals } = formatAmount(amountMinor, currency, language);
					expect(parseAmount(whole + decimals, currency, language)).toEqual({
						ok: true,
						value: amountMinor
					});
				}
			)
		);
	});
});

test('formatAmount groups by language, keeps decimals apart and writes a real minus', () => {
	expect(formatAmount(1_137_890, 'DKK', 'en')).toEqual({ whole: '11,378', decimals: '.90' });
	expect(formatAmount(1_137_890, 'DKK', 'da')).toEqual({ whole: '11.378', decimals: ',90' });
	expect(formatAmount(-500, 'JPY', 'en')).toEqual({ whole: '\u2212500', decimals: '' });
});

test('formatAmount writes nothing without a sign', () => {
	expect(formatAmount(0, 'DKK', 'en')).toEqual({ whole: '0', decimals: '.00' });
	expect(formatAmount(0, 'JPY', 'da')).toEqual({ whole: '0', decimals: '' });
	expect(formatAmount(-5, 'DKK', 'da')).toEqual({ whole: '\u22120', decimals: ',05' });
});

test('formatAmount keeps every digit of the largest amount', () => {
	expect(formatAmount(9_007_199_254_740_991, 'DKK', 'en')).toEqual({
		whole: '90,071,992,547,409',
		decimals: '.91'
	});
});

/** ISO 4217 list one: the minor unit of currencies that people meet. */
test.each([
	['DKK', 2],
	['EUR', 2],
	['HUF', 2],
	['IDR', 2],
	['JPY', 0],
	['ISK', 0],
	['KRW', 0],
	['CLP', 0],
	['KWD', 3],
	['TND', 3],
	['CLF', 4],
	['UYW', 4]
])('%s has %s decimals', (currency, exponent) => {
	expect(currencyExponent(currency)).toBe(exponent);
});

describe('allocate', () => {
	test.each([
		[100, [1, 1, 1], [34, 33, 33]],
		[-100, [1, 1, 1], [-34, -33, -33]],
		[5, [30, 70], [2, 3]],
		[1, [1, 1], [1, 0]],
		[0, [1, 2], [0, 0]],
		[1000, [0, 25, 75], [0, 250, 750]],
		[10, [0.1, 0.2, 0.7], [1, 2, 7]]
	])('%s by %j is %j', (amountMinor, shares, parts) => {
		expect(allocate(amountMinor, shares)).toEqual({ ok: true, value: parts });
	});

	test.each([[[]], [[0, 0]], [[3, -1]]])('refuses the shares %j', (shares) => {
		expect(allocate(100, shares)).toMatchObject({ refusal: { code: 'money.no_shares' } });
	});

	test('loses no minor unit, stays within one of the exact share and never turns a sign', () => {
		const shares = fc.array(fc.nat(1000), { minLength: 1, maxLength: 12 });
		fc.assert(
			fc.property(fc.integer({ min: -1e12, max: 1e12 }), shares, (amountMinor, weights) => {
				const sum = weights.reduce((a, b) => a + b, 0);
				fc.pre(sum > 0);
				const read = allocate(amountMinor, weights);
				const parts = read.ok ? read.value : [];
				expect(parts.reduce((a, b) => a + b, 0)).toBe(amountMinor);
				for (const [index, part] of parts.entries()) {
					const exact = (amountMinor * (weights[index] ?? 0)) / sum;
					expect(Math.abs(part - exact)).toBeLessThan(1.01);
					expect(part * amountMinor).toBeGreaterThanOrEqual(0);
				}
			})
		);
	});
});
