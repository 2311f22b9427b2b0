import {
	ECB,
	NATIONALBANKEN,
	importEcbRates,
	importNationalbankRates
} from '@outlay/domain/exchange-rates';
import { describe, expect, test } from 'vitest';
import { ECB_XML, DNB_XML, ratesIn, ecb, dnb } from '../../support/published-rates.ts';

describe('the banks’ files', () => {
	test('ECB: XML of several days', () => {
		expect(ecb).toHaveLength(5);
		expect(ecb[0]).toEqual({
			base: 'EUR',
			quote: 'USD',
			per: 1,
			amount: '1.1520',
			date: '2025-11-21',
			source: ECB
		});
	});

	test('ECB: the CSV of a day and of the history, without what was not quoted', () => {
		expect(importEcbRates('Date, USD, DKK, \n21 November 2025, 1.1520, 7.4688, \n')).toMatchObject({
			value: [
				{ quote: 'USD', amount: '1.1520', date: '2025-11-21' },
				{ quote: 'DKK', amount: '7.4688' }
			]
		});
		expect(importEcbRates('Date,USD,CYP,\n2025-11-21,1.1520,N/A,\n')).toMatchObject({
			value: [{ quote: 'USD' }]
		});
	});

	test('Danmarks Nationalbank: kroner for a hundred, comma or point, without what was not quoted', () => {
		expect(dnb).toEqual([
			{
				base: 'AUD',
				quote: 'DKK',
				per: 100,
				amount: '418.17',
				date: '2025-11-20',
				source: NATIONALBANKEN
			},
			{
				base: 'EUR',
				quote: 'DKK',
				per: 100,
				amount: '746.80',
				date: '2025-11-20',
				source: NATIONALBANKEN
			}
		]);
	});

	/* The forms, as public readers of these files show them: a byte order mark before the day's XML, a history in the
	   ECB's form, and the statistics bank's CSV by codes (frankfurter, D365Connect, datavilla). Figures are made up. */
	test('Danmarks Nationalbank: the English XML with its byte order mark, and groups of thousands', () => {
		const text = `\uFEFF<?xml version="1.0" encoding="utf-8"?><exchangerates type="Exchange rates" author="Danmarks Nationalbank" refcur="DKK" refamt="1"><dailyrates id="2026-07-10"><currency code="EUR" desc="Euro" rate="747.51" /><currency code="XDR" desc="SDR" rate="1,234.50" /><currency code="KWD" desc="x" rate="2.134,50" /><currency code="ZZZ" desc="x" rate="1,23.50" /></dailyrates></exchangerates>`;
		expect(
			ratesIn(importNationalbankRates(text)).map(({ base, amount, date }) => [base, amount, date])
		).toEqual([
			['EUR', '747.51', '2026-07-10'],
			['XDR', '1234.50', '2026-07-10'],
			['KWD', '2134.50', '2026-07-10']
		]);
	});

	test('Danmarks Nationalbank: the XML of the last days has the ECB’s form and is not taken for the ECB’s', () => {
		const history = ECB_XML.replace("currency='DKK' rate='7.4688'", "currency='EUR' rate='746.88'")
			.replace('currency="DKK" rate="7.4680"', 'currency="EUR" rate="746.80"')
			.replace("rate='1.1520'", "rate='648.33'");
		expect(ratesIn(importNationalbankRates(history))[0]).toEqual({
			base: 'USD',
			quote: 'DKK',
			per: 100,
			amount: '648.33',
			date: '2025-11-21',
			source: NATIONALBANKEN
		});
		expect(importEcbRates(history)).toMatchObject({ refusal: { code: 'exchange.unreadable' } });
		expect(importNationalbankRates(ECB_XML)).toMatchObject({
			refusal: { code: 'exchange.unreadable' }
		});
	});

	test('Danmarks Nationalbank: the CSV of the statistics bank, only what is kroner for a hundred', () => {
		const csv =
			'VALUTA;KURTYP;TID;INDHOLD\r\nUSD;KBH;2025M03D03;712.6900\r\nEUR;KBH;2025M03D04;745,8300\r\nEUR;INX;2025M03D03;101.2\r\nRUB;KBH;2025M03D03;..\r\nSEK;KBH;2025M02D30;66.1\r\n';
		expect(importNationalbankRates(csv)).toEqual({
			ok: true,
			value: [
				{
					base: 'USD',
					quote: 'DKK',
					per: 100,
					amount: '712.6900',
					date: '2025-03-03',
					source: NATIONALBANKEN
				},
				{
					base: 'EUR',
					quote: 'DKK',
					per: 100,
					amount: '745.8300',
					date: '2025-03-04',
					source: NATIONALBANKEN
				}
			]
		});
	});

	test('a currency quoted at nothing is left out, and a file that quotes euro and krone is nobody’s', () => {
		expect(importEcbRates('Date,USD,SEK\n2025-11-21,0.0000,11.2\n')).toMatchObject({
			value: [{ quote: 'SEK' }]
		});
		const both = ECB_XML.replace("currency='USD'", "currency='EUR'");
		expect(importNationalbankRates(both)).toMatchObject({ ok: false });
		expect(importEcbRates(both)).toMatchObject({ ok: false });
	});

	test('a day that is none is left out', () => {
		expect(importEcbRates('Date,USD\n2025-02-30,1.1\n2025-02-28,1.2\n')).toMatchObject({
			value: [{ date: '2025-02-28' }]
		});
	});

	test.each(['', 'hello', '<html></html>', 'Date,USD\nsoon,1', DNB_XML.replace('"DKK"', '"SEK"')])(
		'refuses what is not theirs: %s',
		(text) => {
			expect(importNationalbankRates(text)).toMatchObject({
				refusal: { code: 'exchange.unreadable' }
			});
			if (!text.includes('exchangerates')) {
				expect(importEcbRates(text)).toMatchObject({ refusal: { code: 'exchange.unreadable' } });
			}
		}
	);
});
