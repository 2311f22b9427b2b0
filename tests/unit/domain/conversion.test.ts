import { billedRate, convert } from '@outlay/domain/conversion';
import {
	ECB,
	NATIONALBANKEN,
	importEcbRates,
	importNationalbankRates,
	type ExchangeRate
} from '@outlay/domain/exchange-rates';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

/** In the shape of the banks' files; the figures are made up. */
const ECB_XML = `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
	<gesmes:subject>Reference rates</gesmes:subject>
	<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
	<Cube>
		<Cube time='2025-11-21'>
			<Cube currency='USD' rate='1.1520'/>
			<Cube currency='DKK' rate='7.4688'/>
			<Cube currency='JPY' rate='180.25'/>
		</Cube>
		<Cube time="2025-11-20">
			<Cube currency="USD" rate="1.1500"/>
			<Cube currency="DKK" rate="7.4680"/>
		</Cube>
	</Cube>
</gesmes:Envelope>`;
const DNB_XML = `<?xml version="1.0" encoding="utf-8"?>
<exchangerates type="Valutakurser" author="Danmarks Nationalbank" refcur="DKK" refamt="1">
	<dailyrates id="2025-11-20">
		<currency code="AUD" desc="Australske dollar" rate="418.17" />
		<currency code="EUR" desc="Euro" rate="746,80" />
		<currency code="RUB" desc="Russiske rubler" rate="-" />
	</dailyrates>
</exchangerates>`;
const ore = { unit: 'minor', at: ['total'] } as const;

function read(result: ReturnType<typeof importEcbRates>): ExchangeRate[] {
	if (!result.ok) throw new Error(result.refusal.code);
	return result.value;
}
const ecb = read(importEcbRates(ECB_XML));
const dnb = read(importNationalbankRates(DNB_XML));

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
			read(importNationalbankRates(text)).map(({ base, amount, date }) => [base, amount, date])
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
		expect(read(importNationalbankRates(history))[0]).toEqual({
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

describe('convert', () => {
	test('both ways, with the rate, its day, its source and its direction', () => {
		expect(
			convert({ amountMinor: 10_000, currency: 'EUR' }, 'DKK', '2025-11-20', dnb, ore)
		).toEqual({
			ok: true,
			value: {
				from: { amountMinor: 10_000, currency: 'EUR' },
				to: { amountMinor: 74_680, currency: 'DKK' },
				day: '2025-11-20',
				steps: [{ rate: dnb[1], direction: 'base-to-quote' }]
			}
		});
		expect(
			convert({ amountMinor: 74_680, currency: 'DKK' }, 'EUR', '2025-11-20', dnb, ore)
		).toMatchObject({
			value: { to: { amountMinor: 10_000 }, steps: [{ direction: 'quote-to-base' }] }
		});
	});

	test('a weekend takes Friday’s rate and says so; a fortnight later there is none', () => {
		const usd = { amountMinor: 115_200, currency: 'USD' };
		expect(convert(usd, 'EUR', '2025-11-23', ecb, ore)).toMatchObject({
			value: { to: { amountMinor: 100_000 }, steps: [{ rate: { date: '2025-11-21' } }] }
		});
		expect(convert(usd, 'EUR', '2025-12-05', ecb, ore)).toMatchObject({
			refusal: { code: 'exchange.missing', values: { from: 'USD', to: 'EUR', day: '2025-12-05' } }
		});
		expect(convert(usd, 'EUR', '2025-11-19', ecb, ore)).toMatchObject({ ok: false });
	});

	test('over the bank’s own currency, rounded once, both rates of one day', () => {
		// 100 USD / 1.1520 × 7.4688 = 648.333…
		expect(
			convert({ amountMinor: 10_000, currency: 'USD' }, 'DKK', '2025-11-21', ecb, ore)
		).toMatchObject({
			value: {
				to: { amountMinor: 64_833 },
				steps: [
					{ direction: 'quote-to-base', rate: { quote: 'USD', date: '2025-11-21' } },
					{ direction: 'base-to-quote', rate: { quote: 'DKK', date: '2025-11-21' } }
				]
			}
		});
	});

	test('decimals of each currency, and the whole krone where asked for', () => {
		expect(
			convert({ amountMinor: 18_025, currency: 'JPY' }, 'EUR', '2025-11-21', ecb, ore)
		).toMatchObject({ value: { to: { amountMinor: 10_000 } } });
		const whole = { unit: 'major', at: ['total'] } as const;
		expect(
			convert({ amountMinor: 10_000, currency: 'AUD' }, 'DKK', '2025-11-20', dnb, whole)
		).toMatchObject({ value: { to: { amountMinor: 41_800 } } });
	});

	test('there and back differs by the rounding at most, and more is never less', () => {
		fc.assert(
			fc.property(fc.nat(1e9), fc.nat(1e9), (one, other) => {
				const toKroner = (amountMinor: number) => {
					const done = convert({ amountMinor, currency: 'EUR' }, 'DKK', '2025-11-20', dnb, ore);
					return done.ok ? done.value.to : { amountMinor: NaN, currency: '' };
				};
				const back = convert(toKroner(one), 'EUR', '2025-11-20', dnb, ore);
				expect(back.ok && Math.abs(back.value.to.amountMinor - one)).toBeLessThanOrEqual(1);
				const [less, more] = one < other ? [one, other] : [other, one];
				expect(toKroner(less).amountMinor).toBeLessThanOrEqual(toKroner(more).amountMinor);
			})
		);
	});
});

describe('billedRate', () => {
	const original = { amountMinor: 10_000, currency: 'EUR' };
	const billed = { amountMinor: 76_000, currency: 'DKK' };
	const fee = { amountMinor: 1000, currency: 'DKK' };

	test('goods, fee and the rate the bank really used', () => {
		expect(billedRate({ original, billed, fee }, '2025-11-20', 'card')).toEqual({
			ok: true,
			value: {
				goods: { amountMinor: 75_000, currency: 'DKK' },
				fee,
				rate: {
					base: 'EUR',
					quote: 'DKK',
					per: 1,
					amount: '7.5',
					date: '2025-11-20',
					source: 'card'
				}
			}
		});
	});

	test('one currency needs no rate, and must agree', () => {
		const same = { original: { ...billed, amountMinor: 75_000 }, billed, fee };
		expect(billedRate(same, '2025-11-20', 'card')).toMatchObject({ value: { rate: null } });
		expect(billedRate({ ...same, fee: null }, '2025-11-20', 'card')).toMatchObject({
			refusal: { code: 'money.billed_differs' }
		});
	});

	test.each([
		[{ original, billed, fee: { amountMinor: 100, currency: 'EUR' } }, 'money.fee_currency'],
		[{ original, billed, fee: { amountMinor: 76_000, currency: 'DKK' } }, 'money.fee_too_large'],
		[{ original, billed, fee: { amountMinor: -1, currency: 'DKK' } }, 'money.fee_too_large'],
		[{ original: { ...original, amountMinor: 0 }, billed, fee }, 'amount.zero']
	])('refuses %j', (purchase, code) => {
		expect(billedRate(purchase, '2025-11-20', 'card')).toMatchObject({ refusal: { code } });
	});
});
