import { accountRangesIn } from '@outlay/domain/account-numbers';
import { isGtin } from '@outlay/domain/identity-numbers';
import { findProhibited } from '@outlay/domain/prohibited-content';
import { describe, expect, test } from 'vitest';
import { verdicts } from '../../support/content-verdicts.ts';

/* Numbers are published examples of python-stdnum (product notes, E6), or built by the formulas under test. */

describe('what is refused', () => {
	test.each([
		['Visit to 211062-5629', 'dk-cpr block'],
		// Issued without a check digit since 2007.
		['010165-1234 was there', 'dk-cpr block'],
		['010165 - 1234 was there', 'dk-cpr block'],
		['010165–1234', 'dk-cpr block'],
		['cpr 2110625629', 'dk-cpr block'],
		['CPR-nr.: 21 10 62 5629', 'dk-cpr block'],
		['CPR nummer er 211062 5629', 'dk-cpr block'],
		['cpr2110625629.pdf', 'dk-cpr block'],
		['scan_211062-5629.jpg', 'dk-cpr block'],
		['2110625629 (cpr)', 'dk-cpr block'],
		['2110625629_cpr.pdf', 'dk-cpr block'],
		['2110625629-cpr.pdf', 'dk-cpr block'],
		['CPR-nummeret er 2110625629', 'dk-cpr block'],
		['cpr 21-10-62-5629', 'dk-cpr block'],
		['+71<000000000000018+12345678<211062-5629', 'dk-cpr block'],
		['２１１０６２－５６２９', 'dk-cpr block'],
		['211062\u200b-\u00ad5629', 'dk-cpr block'],
		['151086 95088', 'no-fnr block'],
		['151086-95088', 'no-fnr block'],
		['fødselsnr 15108695088', 'no-fnr block'],
		['Fødselsnummer: 15108695088', 'no-fnr block'],
		['fødselsnummeret 15108695088', 'no-fnr block'],
		['fnr_15108695088.pdf', 'no-fnr block'],
		// Control digits are not asked for beside a word.
		['fnr 15108695000', 'no-fnr block'],
		['D-nummer 55108695088', 'no-fnr block'],
		['H-nr 15508695088', 'no-fnr block'],
		['880320-0016', 'se-personnummer block'],
		['811228-9841', 'se-personnummer block'],
		['19880320-0016', 'se-personnummer block'],
		['880320+0016', 'se-personnummer block'],
		['personnummer 8803200016', 'se-personnummer block'],
		['personnumret 8803200016', 'se-personnummer block'],
		['intyg_880320-0016.pdf', 'se-personnummer block'],
		['18880320+0016', 'se-personnummer block'],
		['Hoito 131052-308T', 'fi-hetu block'],
		['131052-308t', 'fi-hetu block'],
		['hetu 131052A3080', 'fi-hetu block'],
		['henkilötunnukseni 131052A3080', 'fi-hetu block'],
		['hoito_131052-308T.jpg', 'fi-hetu block'],
		['BSN 111222333', 'nl-bsn block'],
		['burgerservicenummer: 1112.22.333', 'nl-bsn block'],
		['bsn 111 222 333', 'nl-bsn block'],
		['bsn 111-222-333', 'nl-bsn block'],
		['bsn_111222333.pdf', 'nl-bsn block'],
		['111222333 (BSN)', 'nl-bsn block'],
		['paid with 4111 1111 1111 1111', 'card block'],
		['4111-1111-1111-1111 2026', 'card block'],
		['4111.1111.1111.1111', 'card block'],
		['1234 4111 1111 1111 1111', 'card block'],
		['Visa 4111111111111111', 'card block'],
		['4111111111111111 (visa)', 'card block'],
		['3782 822463 10005', 'card block'],
		['4000 0000 0000 0000 006', 'card block'],
		['foto_4111_1111_1111_1111.pdf', 'card block'],
		['Dankort 5019555544445555', 'card block'],
		['card4111111111111111.jpg', 'card block'],
		['kortnr 6304985028090561515', 'card block'],
		// What is refused goes before the longer number it is part of, which would only warn.
		['Order 3782 822463 10005 (cpr)', 'no-fnr block']
	])('%s: %s', (text, expected) => {
		expect(verdicts(text)).toEqual([expected]);
	});
});

describe('what is worth a warning', () => {
	test.each([
		['2110625629', 'dk-cpr warn'],
		['Pump 2110625629 replaced', 'dk-cpr warn'],
		['15108695088', 'no-fnr warn'],
		['111222333', 'nl-bsn warn'],
		['Pump 111222333 replaced', 'nl-bsn warn'],
		['1112.22.333', 'nl-bsn warn'],
		['scan-111222333.pdf', 'nl-bsn warn'],
		['21-10-62-5629', 'dk-cpr warn'],
		['21.10.62-5629', 'dk-cpr warn'],
		['scan_211062_5629.jpg', 'dk-cpr warn'],
		['880320_6005', 'se-personnummer warn'],
		['188803200016', 'se-personnummer warn'],
		['2110625629+71<000000000000018+12345678<', 'dk-cpr warn'],
		['198803200016', 'se-personnummer warn'],
		// An invoice may be numbered like that.
		['Faktura 010165-1234', 'dk-cpr warn'],
		['Faktura 4111 1111 1111 1111', 'card warn'],
		['4111111111111111', 'card warn'],
		['Paid with 4111111111111111', 'card warn'],
		['378282246310005', 'card warn'],
		['scan-4111111111111111.jpg', 'card warn']
	])('%s: %s', (text, expected) => {
		expect(verdicts(text)).toEqual([expected]);
	});
});

describe('what passes', () => {
	test.each([
		'Lunch during pump service',
		'Invoice 2025-11842',
		'Faktura 2110625629',
		'Call +45 21 10 62 56',
		'+4521106256',
		'+46701234567',
		'+31612345609',
		'+31 612345609',
		'0031 612345609',
		'Tel. 612345609',
		// Grouped like a telephone or a company number.
		'612 345 609',
		'21106204',
		'CVR 21106204',
		'Org.nr 974760602',
		'974760602 MVA',
		'Faktura 111222333',
		'Invoice 2025-111222333',
		'111222333,50',
		'111222333.50',
		'Tlf. 2110625629',
		'tel: 0701234567',
		'EAN 5790000123456',
		'GLN 5790000123456',
		'5790000123456',
		// A German article number that also passes the card check.
		'4006381333931',
		'CVR 12345678',
		'CVR-nr. DK12345678',
		'P-nr. 1003388394',
		'SE-nr 2110625629',
		'Org.nr 556016-0680',
		'556016-0680',
		'DK5000400440116243',
		'DK50 0040 0440 1162 43',
		'SE45 5000 0000 0583 9825 7466 for 5 days',
		'NL91ABNA0417164300',
		'Konto 0400 0440116243',
		'Konto 0400 2110625629',
		'202511251435',
		'20251125_1430',
		'251125_1430.jpg',
		'21-11-25-1430.pdf',
		'880320_0016',
		'+71<000000000000018+12345678<',
		'+04<0000000000000000+1234567<',
		'FIK 71 000000000000018',
		'Giro 2110625629',
		'991399-1234',
		'310299-1234',
		'0000000000000000',
		'111222334',
		'Odense 5000 to Kolding 6000',
		'2026-11-20 14:30',
		'IMG_20251125_143059.jpg',
		'Order 15108695088',
		'Invoice no. 4111111111111111',
		'a3f9211062562911b7c0',
		'x2110625629',
		'2110625629x',
		'kort 0000 0000 0000 0000',
		'Total 4111111111111111,50',
		'Total 4111111111111111.50',
		// Not a leap year: 1900, by the seventh digit.
		'290200-3123',
		'Toll 1.234.567,89',
		'',
		'••••••-••••'
	])('%s', (text) => {
		expect(findProhibited(text)).toEqual([]);
	});
});

describe('numbers of people without an ordinary one', () => {
	test.each([
		['D-number', '551086', '00100', 'no-fnr'],
		['H-number', '155086', '00280', 'no-fnr'],
		['D- and H-number', '555086', '00193', 'no-fnr'],
		['samordningsnummer', '880380', '0013', 'se-personnummer']
	])('%s', (_, date, rest, kind) => {
		expect(verdicts(`for ${date}-${rest}`)).toEqual([`${kind} block`]);
		expect(verdicts(`for ${date}${rest}`)).toEqual([`${kind} warn`]);
	});

	test.each([...'+-UVWXYABCDEF'])('henkilötunnus with %s for the century', (sign) => {
		expect(verdicts(`for 131052${sign}308T`)).toEqual(['fi-hetu block']);
	});

	test.each([...'GHKLMNOPQRSTZ'])('%s is no century', (sign) => {
		expect(verdicts(`for 131052${sign}308T`)).toEqual([]);
	});

	test('29 February only stands in the leap year of its century', () => {
		expect(verdicts('hetu 290200A0030')).toEqual(['fi-hetu block']);
		for (const sign of '+-UVWXY') expect(verdicts(`hetu 290200${sign}0030`)).toEqual([]);
		for (const sign of 'ABCDEF') {
			expect(verdicts(`hetu 290200${sign}0030`)).toEqual(['fi-hetu block']);
		}
	});

	test('the eleven-test tells a BSN from nine other digits, beside its word', () => {
		expect(verdicts('bsn 111222333')).toEqual(['nl-bsn block']);
		expect(verdicts('bsn 111222334')).toEqual([]);
		// Its leading zero was lost.
		expect(verdicts('bsn 10000008')).toEqual(['nl-bsn block']);
	});
});

test.each([
	['a first remainder of 1', '151086 10007', ['no-fnr block']],
	['of 3', '151086 10023', ['no-fnr block']],
	['of 4', '151086 10031', []],
	// Bare, the old check holds: five in eleven of any digits would pass otherwise.
	['of 3, bare', '15108610023', []]
])('fødselsnummer from 2032, %s', (_, text, expected) => {
	expect(verdicts(text)).toEqual(expected);
});

test('a henkilötunnus has an individual number of 002 at least, temporary ones up to 999', () => {
	expect(verdicts('131052-001W')).toEqual([]);
	expect(verdicts('131052-002X')).toEqual(['fi-hetu block']);
	expect(verdicts('131052A9993')).toEqual(['fi-hetu block']);
	expect(verdicts('hetu 131052-001W')).toEqual([]);
});

test('29 February 2000 is a day of CPR numbers given out since', () => {
	expect(verdicts('290200-4123')).toEqual(['dk-cpr block']);
	expect(verdicts('290200-9123')).toEqual(['dk-cpr block']);
	expect(verdicts('290200-5123')).toEqual(['dk-cpr block']);
});

test('check digits of articles and accounts', () => {
	expect(['96385074', '012345678905', '4006381333931', '10012345678902'].map(isGtin)).toEqual(
		Array(4).fill(true)
	);
	expect(['96385075', '4006381333932', '1234567895'].map(isGtin)).toEqual(Array(3).fill(false));
	// The shortest there is, Norway's.
	expect(accountRangesIn('to NO9386011117947 today')).toEqual([[3, 18]]);
	expect(accountRangesIn('to NO9386011117948 today')).toEqual([]);
});

test('a finding says where, never what', () => {
	const [finding] = findProhibited('for Ole 211062-5629, pump');
	expect(finding).toEqual({ kind: 'dk-cpr', verdict: 'block', start: 8, end: 19 });
});

test('several in one text, in order', () => {
	expect(verdicts('131052-308T and 4111 1111 1111 1111, cpr 2110625629')).toEqual([
		'fi-hetu block',
		'card block',
		'dk-cpr block'
	]);
});
