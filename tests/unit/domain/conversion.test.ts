import { billedRate, convert } from '@outlay/domain/conversion';
import { type ExchangeRate } from '@outlay/domain/exchange-rates';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ecb, dnb } from '../../support/published-rates.ts';

const ore = { unit: 'minor', at: ['total'] } as const;

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

	test('a rate is good for a week', () => {
		const usd = { amountMinor: 115_200, currency: 'USD' };
		expect(convert(usd, 'EUR', '2025-11-28', ecb, ore).ok).toBe(true);
		expect(convert(usd, 'EUR', '2025-11-29', ecb, ore).ok).toBe(false);
	});

	test('two rates of two banks, or of two days, are no way', () => {
		const rate = (quote: string, date: string, source: string): ExchangeRate => ({
			base: 'EUR',
			quote,
			per: 1,
			amount: '2',
			date,
			source
		});
		const isThere = (...rates: ExchangeRate[]) =>
			convert({ amountMinor: 100, currency: 'USD' }, 'DKK', '2025-11-21', rates, ore).ok;
		const usd = rate('USD', '2025-11-21', 'a');
		expect(isThere(usd, rate('DKK', '2025-11-21', 'a'))).toBe(true);
		expect(isThere(usd, rate('DKK', '2025-11-21', 'b'))).toBe(false);
		expect(isThere(usd, rate('DKK', '2025-11-20', 'a'))).toBe(false);
		// The newest day has only one of them, the day before both.
		expect(isThere(usd, rate('USD', '2025-11-20', 'a'), rate('DKK', '2025-11-20', 'a'))).toBe(true);
	});

	test('a published pair goes before a newer way over the bank’s own currency', () => {
		const pair = { ...ecb[0], base: 'USD', quote: 'DKK', amount: '6', date: '2025-11-20' };
		const done = convert(
			{ amountMinor: 100, currency: 'USD' },
			'DKK',
			'2025-11-21',
			[...ecb, pair as ExchangeRate],
			ore
		);
		expect(done).toMatchObject({ value: { to: { amountMinor: 600 }, steps: [{}] } });
	});

	test('one currency needs no rate', () => {
		const same = { amountMinor: 100, currency: 'DKK' };
		expect(convert(same, 'DKK', '1999-01-01', [], ore)).toMatchObject({
			value: { to: same, steps: [] }
		});
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

	test('the rate has eight decimals; a refund is negative on both sides', () => {
		const of = (originalMinor: number, billedMinor: number) => {
			const found = billedRate(
				{
					original: { amountMinor: originalMinor, currency: 'EUR' },
					billed: { amountMinor: billedMinor, currency: 'DKK' },
					fee: null
				},
				'2025-11-20',
				'card'
			);
			return found.ok ? found.value.rate?.amount : found.refusal.code;
		};
		expect(of(30_000, 10_000)).toBe('0.33333333');
		expect(of(-10_000, -75_000)).toBe('7.5');
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
