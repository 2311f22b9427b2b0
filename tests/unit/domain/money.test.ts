import { formatAmount, parseAmount } from '@outlay/domain/money';
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

	test('reads back what it writes, in every language and currency', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 9_999_999_999 }),
				fc.constantFrom('DKK', 'EUR', 'JPY'),
				fc.constantFrom('en', 'da', 'sv', 'de-CH', 'nb'),
				(amountMinor, currency, language) => {
					fc.pre(currency !== 'JPY' || amountMinor <= 100_000_000);
					const { whole, decimals } = formatAmount(amountMinor, currency, language);
					expect(parseAmount(whole + decimals, currency)).toEqual({ ok: true, value: amountMinor });
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
