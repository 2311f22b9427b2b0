import { matchCardEntries, type CardClaim, type CardEntry } from '@outlay/domain/checks/card-match';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const dkk = (amountMinor: number) => ({ amountMinor, currency: 'DKK' });
const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });

function entry(entryId: string, change: Partial<CardEntry> = {}): CardEntry {
	return {
		entryId,
		personId: 'jonas',
		billed: dkk(74_600),
		original: eur(10_000),
		day: '2026-11-20',
		...change
	};
}

function claim(claimId: string, change: Partial<CardClaim> = {}): CardClaim {
	return {
		claimId,
		personId: 'jonas',
		amountMinor: 10_000,
		currency: 'EUR',
		spentOn: '2026-11-20',
		mayHaveTip: false,
		...change
	};
}

test.each<[string, Partial<CardClaim>, object[]]>([
	['the original amount', {}, [{ by: 'original', differenceMinor: 0, isTip: false }]],
	['the billed amount', { amountMinor: 74_600, currency: 'DKK' }, [{ by: 'billed' }]],
	['1 % off', { amountMinor: 74_000, currency: 'DKK' }, [{ by: 'billed', differenceMinor: 600 }]],
	['more than 1 % off', { amountMinor: 73_800, currency: 'DKK' }, []],
	[
		'a tip on the card',
		{ amountMinor: 8_400, mayHaveTip: true },
		[{ isTip: true, differenceMinor: 1_600 }]
	],
	['a tip where none is usual', { amountMinor: 8_400 }, []],
	[
		'a small tip',
		{ amountMinor: 9_800, mayHaveTip: true },
		[{ isTip: true, differenceMinor: 200 }]
	],
	[
		'within 1 % where tips are usual',
		{ amountMinor: 9_950, mayHaveTip: true },
		[{ isTip: false, differenceMinor: 50 }]
	],
	['too large a tip', { amountMinor: 8_300, mayHaveTip: true }, []],
	['less on the card than on the receipt', { amountMinor: 12_000, mayHaveTip: true }, []],
	['booked five days later', { spentOn: '2026-11-15' }, [{ days: 5 }]],
	['six days', { spentOn: '2026-11-14' }, []],
	['another currency', { currency: 'SEK' }, []],
	['somebody else', { personId: 'freja' }, []]
])('%s', (_, change, expected) => {
	expect(matchCardEntries([entry('e')], [claim('c', change)])).toMatchObject(expected);
});

test('the closest first, and each once', () => {
	const entries = [entry('e1'), entry('e2', { day: '2026-11-21' })];
	const claims = [
		claim('c1', { spentOn: '2026-11-21' }),
		claim('c2'),
		claim('c3', { amountMinor: 10_050 })
	];
	expect(
		matchCardEntries(entries, claims).map(({ entryId, claimId }) => [entryId, claimId])
	).toEqual([
		['e1', 'c2'],
		['e2', 'c1']
	]);
});

test('a close amount goes before a tip, however small', () => {
	const claims = [
		claim('tip', { amountMinor: 9_890, mayHaveTip: true }),
		claim('close', { amountMinor: 73_900, currency: 'DKK' })
	];
	expect(matchCardEntries([entry('e')], claims)).toMatchObject([
		{ claimId: 'close', by: 'billed' }
	]);
});

test('the smaller difference goes before the nearer day, the nearer day before the id', () => {
	const far = claim('b', { spentOn: '2026-11-17' });
	const off = claim('a', { amountMinor: 10_050 });
	expect(matchCardEntries([entry('e')], [off, far])).toMatchObject([{ claimId: 'b' }]);
	const near = claim('c', { spentOn: '2026-11-19' });
	expect(matchCardEntries([entry('e')], [far, near])).toMatchObject([{ claimId: 'c' }]);
	expect(matchCardEntries([entry('e')], [claim('z'), claim('y')])).toMatchObject([
		{ claimId: 'y' }
	]);
});

test('where both amounts are the same, it is the original', () => {
	const same = entry('e', { original: dkk(74_600) });
	const claims = [claim('c', { amountMinor: 74_600, currency: 'DKK' })];
	expect(matchCardEntries([same], claims)).toMatchObject([{ by: 'original' }]);
	expect(matchCardEntries([{ ...same, original: null }], claims)).toMatchObject([{ by: 'billed' }]);
});

test('the order of arrival never matters, and nothing is matched twice', () => {
	const day = fc.constantFrom('2026-11-18', '2026-11-20', '2026-11-22');
	const minor = fc.constantFrom(10_000, 10_050, 9_000, 20_000);
	const entries = fc
		.array(fc.record({ day, minor }), { maxLength: 5 })
		.map((list) =>
			list.map((of, n) => entry(`e${String(n)}`, { day: of.day, original: eur(of.minor) }))
		);
	const claims = fc
		.array(fc.record({ day, minor, mayHaveTip: fc.boolean() }), { maxLength: 5 })
		.map((list) =>
			list.map((of, n) =>
				claim(`c${String(n)}`, {
					spentOn: of.day,
					amountMinor: of.minor,
					mayHaveTip: of.mayHaveTip
				})
			)
		);
	fc.assert(
		fc.property(entries, claims, (someEntries, someClaims) => {
			const matches = matchCardEntries(someEntries, someClaims);
			expect(matchCardEntries([...someEntries].reverse(), [...someClaims].reverse())).toEqual(
				matches
			);
			expect(new Set(matches.map(({ entryId }) => entryId)).size).toBe(matches.length);
			expect(new Set(matches.map(({ claimId }) => claimId)).size).toBe(matches.length);
		})
	);
});

test('a tip is a fifth of the receipt at most', () => {
	const tipped = (amountMinor: number) =>
		matchCardEntries([entry('e')], [claim('c', { amountMinor, mayHaveTip: true })]);
	expect(tipped(8334)).toMatchObject([{ isTip: true, differenceMinor: 1666 }]);
	expect(tipped(8333)).toEqual([]);
});
