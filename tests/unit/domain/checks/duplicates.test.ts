import { findDuplicates, type DuplicateFacts } from '@outlay/domain/checks/duplicates';
import fc from 'fast-check';
import { expect, test } from 'vitest';

function claim(claimId: string, change: Partial<DuplicateFacts> = {}): DuplicateFacts {
	return {
		claimId,
		personId: 'jonas',
		vendorId: '',
		merchant: `Shop ${claimId}`,
		invoiceNumber: '',
		amountMinor: 100_000,
		currency: 'DKK',
		spentOn: '2026-11-20',
		paidBy: 'person',
		receiptHashes: [],
		...change
	};
}

function found(change: Partial<DuplicateFacts>, of: Partial<DuplicateFacts> = {}): string[] {
	return findDuplicates(claim('a', of), [claim('b', change)]).map(
		({ certainty, reasons }) => `${certainty} ${reasons.map(({ code }) => code).join(' ')}`
	);
}

const FAR = { spentOn: '2026-01-01', amountMinor: 1 };

test.each<[string, Partial<DuplicateFacts>, Partial<DuplicateFacts>, string[]]>([
	['the same amount on the same day', {}, {}, ['likely duplicate.same_amount']],
	['within 1 %', { amountMinor: 99_000 }, {}, ['likely duplicate.same_amount']],
	['beyond 1 %', { amountMinor: 98_999 }, {}, []],
	['another currency', { currency: 'SEK' }, {}, []],
	['another person', { personId: 'freja' }, {}, []],
	['a near day', { spentOn: '2026-11-23' }, {}, ['likely duplicate.same_amount']],
	['a far day', { spentOn: '2026-11-24' }, {}, []],
	[
		'small and equal on neighbouring days',
		{ amountMinor: 4_000, spentOn: '2026-11-21' },
		{ amountMinor: 4_000 },
		['possible duplicate.same_amount']
	],
	['card against cash', { paidBy: 'company-card' }, {}, ['likely duplicate.card_and_cash']],
	[
		'the same picture, whoever and whenever',
		{ ...FAR, personId: 'freja', receiptHashes: ['x', 'y'] },
		{ receiptHashes: ['y'] },
		['likely duplicate.same_picture']
	],
	[
		'the same invoice of the same vendor',
		{ ...FAR, personId: 'freja', invoiceNumber: 'inv 2026-7', vendorId: 'DK 12345678' },
		{ invoiceNumber: 'INV2026/7', vendorId: 'dk12345678' },
		['likely duplicate.same_invoice']
	],
	[
		'the same number at another vendor',
		{ ...FAR, invoiceNumber: '7', vendorId: '12345678' },
		{ invoiceNumber: '7', vendorId: '87654321' },
		[]
	],
	['two invoices with numbers of their own', { invoiceNumber: '7' }, { invoiceNumber: '8' }, []],
	[
		'an invoice and the receipt of it',
		{ invoiceNumber: '7' },
		{},
		['likely duplicate.same_amount']
	],
	[
		'the same invoice, one without the vendor’s registration',
		{ ...FAR, invoiceNumber: '7', vendorId: '12345678', merchant: 'Shop' },
		{ invoiceNumber: '7', merchant: 'SHOP' },
		['likely duplicate.same_invoice']
	],
	[
		'the same number of vendors nobody named',
		{ ...FAR, invoiceNumber: '7', merchant: '' },
		{ invoiceNumber: '7', merchant: '' },
		[]
	],
	['the same vendor and no number', { ...FAR, vendorId: '12345678' }, { vendorId: '12345678' }, []],
	['nothing against nothing', { amountMinor: 0 }, { amountMinor: 0 }, []],
	[
		'small on the same day',
		{ amountMinor: 4_000 },
		{ amountMinor: 4_000 },
		['likely duplicate.same_amount']
	],
	[
		'small, card against cash on the next day',
		{ amountMinor: 4_000, spentOn: '2026-11-21', paidBy: 'company-card' },
		{ amountMinor: 4_000 },
		['likely duplicate.card_and_cash']
	]
])('%s', (_, other, own, expected) => {
	expect(found(other, own)).toEqual(expected);
});

test.each([
	[20_000, 'DKK', 'possible'],
	[20_001, 'DKK', 'likely'],
	[2_500, 'EUR', 'possible'],
	[2_501, 'EUR', 'likely'],
	// 200 yen are small, yet nobody said so.
	[200, 'JPY', 'likely']
])('%s %s twice on neighbouring days: %s', (amountMinor, currency, certainty) => {
	const of = { amountMinor, currency };
	expect(found({ ...of, spentOn: '2026-11-21' }, of)).toEqual([
		`${certainty} duplicate.same_amount`
	]);
});

test('the company says what is small', () => {
	const twice = [claim('a'), claim('b', { spentOn: '2026-11-21' })] as const;
	const rules = { nearDays: 1, smallMinor: { DKK: 100_000 } };
	expect(findDuplicates(twice[0], [twice[1]], [], rules)).toMatchObject([
		{ certainty: 'possible' }
	]);
});

test('a claim is no duplicate of itself', () => {
	expect(findDuplicates(claim('a'), [claim('a')])).toEqual([]);
});

test('a dismissed pair is not named again, from either side', () => {
	const [a, b] = [claim('a'), claim('b')];
	const [pair] = findDuplicates(a, [b]);
	expect(findDuplicates(a, [b], [pair?.pairKey ?? ''])).toEqual([]);
	expect(findDuplicates(b, [a], [pair?.pairKey ?? ''])).toEqual([]);
});

const anyClaim = fc
	.record({
		claimId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
		amountMinor: fc.constantFrom(4_000, 4_010, 100_000, 100_500),
		spentOn: fc.constantFrom('2026-11-19', '2026-11-20', '2026-11-21'),
		paidBy: fc.constantFrom('person' as const, 'company-card' as const),
		receiptHashes: fc.subarray(['x', 'y'])
	})
	.map(({ claimId, ...change }) => claim(claimId, change));

test('both sides see the same, and the order of the list does not matter', () => {
	fc.assert(
		fc.property(fc.uniqueArray(anyClaim, { selector: ({ claimId }) => claimId }), (claims) => {
			for (const one of claims) {
				const seen = findDuplicates(one, claims);
				expect(findDuplicates(one, [...claims].reverse())).toEqual(seen);
				for (const { otherId, pairKey, certainty } of seen) {
					const other = claims.find(({ claimId }) => claimId === otherId);
					expect(other && findDuplicates(other, [one])).toMatchObject([{ pairKey, certainty }]);
				}
			}
		})
	);
});
