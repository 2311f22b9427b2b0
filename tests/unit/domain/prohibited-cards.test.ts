import { describe, expect, test } from 'vitest';
import { verdicts } from '../../support/content-verdicts.ts';

/* Numbers are published examples of python-stdnum (product notes, E6), or built by the formulas under test. */

/**
 * Ranges of the schemes (Visa, Mastercard, American Express, Diners Club, JCB, Discover, UnionPay, Dankort, Maestro) at
 * both ends, completed by Luhn. A number outside says nothing without a word beside it.
 */
describe('cards', () => {
	test.each([
		'4000000000000002',
		'4000000000000000006',
		'5100000000000008',
		'5599000000000006',
		'2221000000000009',
		'2720000000000005',
		'340000000000009',
		'30000000000004',
		'30500000000003',
		'30950000000000',
		'3528000000000007',
		'3589000000000003',
		'6011000000000004',
		'6440000000000005',
		'6499000000000005',
		'6500000000000002',
		'6200000000000005',
		'6200000000000000000',
		'5019555544445555',
		'5000000000000009',
		'5600000000000003',
		'5899000000000003',
		'6700000000000000',
		'670000000000000000',
		'6700000000000000009'
	])('%s is in a range', (card) => {
		expect(verdicts(card)).toEqual(['card warn']);
		expect(verdicts(`card ${card}`)).toEqual(['card block']);
	});

	test.each([
		'6430000000000007',
		'5900000000000000',
		'30600000000001',
		'3527000000000008',
		'3590000000000000',
		'2220000000000000',
		'2721000000000004',
		'40000000000000006',
		// An article number of 14 digits that also passes the card check.
		'36000000000081'
	])('%s is in none', (card) => {
		expect(verdicts(card)).toEqual([]);
		expect(verdicts(`card ${card}`)).toEqual(['card block']);
	});

	test.each([
		'6200 0000 0000 0005',
		'3600 000000 0008',
		'5105 1051 0510 5100',
		'2223 0000 4841 0010',
		'6440 0000 0000 0005',
		'6700 0000 0000 0000 009'
	])('%s is written in its groups', (card) => {
		expect(verdicts(card)).toEqual(['card block']);
		expect(verdicts(card.replaceAll(' ', '-'))).toEqual(['card block']);
	});

	test('a digit off, it is none', () => {
		expect(verdicts('4000000000000003')).toEqual([]);
		expect(verdicts('card 4000000000000003')).toEqual([]);
	});
});
