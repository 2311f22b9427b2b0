import { mergeDocuments } from '@outlay/domain/merge';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const expense = {
	kind: 'expense',
	merchant: 'Bauhaus',
	amountMinor: 12_300,
	amountText: '',
	currency: 'DKK',
	purpose: '',
	receiptIds: ['receipt:a', 'receipt:b']
};
const at = (body: Record<string, unknown>, schema = 1) => ({ schema, body });

describe('mergeDocuments', () => {
	it('takes the only side that changed', () => {
		const edited = { ...expense, purpose: 'Paint' };
		expect(mergeDocuments(at(expense), at(edited), at(expense))).toEqual({
			body: edited,
			lost: null
		});
		expect(mergeDocuments(at(expense), at(expense), at(edited))).toEqual({
			body: edited,
			lost: null
		});
	});

	it('joins different fields of both sides', () => {
		const merged = mergeDocuments(
			at(expense),
			at({ ...expense, purpose: 'Paint' }),
			at({ ...expense, merchant: 'Silvan' })
		);
		expect(merged).toEqual({
			body: { ...expense, purpose: 'Paint', merchant: 'Silvan' },
			lost: null
		});
	});

	it('shows mine and hands back theirs where both changed the same field', () => {
		const theirs = { ...expense, purpose: 'Brushes', merchant: 'Silvan' };
		expect(mergeDocuments(at(expense), at({ ...expense, purpose: 'Paint' }), at(theirs))).toEqual({
			body: { ...expense, purpose: 'Paint', merchant: 'Silvan' },
			lost: { fields: ['purpose'], body: theirs }
		});
	});

	it('never pairs one side’s amount with the other side’s currency', () => {
		const mine = { ...expense, amountMinor: 9_900 };
		const theirs = { ...expense, currency: 'EUR' };
		const merged = mergeDocuments(at(expense), at(mine), at(theirs));
		expect(merged.body).toEqual(mine);
		expect(merged.lost).toEqual({ fields: ['amountMinor', 'currency'], body: theirs });
	});

	it('lets places of a mileage change apart, but not the ends of a time span', () => {
		const base = { kind: 'mileage', from: 'Home', to: 'Aarhus', startedAtMs: 1, stoppedAtMs: 2 };
		const places = mergeDocuments(
			at(base),
			at({ ...base, from: 'Office' }),
			at({ ...base, to: 'Odense' })
		);
		expect(places).toEqual({ body: { ...base, from: 'Office', to: 'Odense' }, lost: null });
		const span = mergeDocuments(
			at(base),
			at({ ...base, startedAtMs: 0 }),
			at({ ...base, stoppedAtMs: 3 })
		);
		expect(span.body).toEqual({ ...base, startedAtMs: 0 });
		expect(span.lost?.fields).toEqual(['startedAtMs', 'stoppedAtMs']);
	});

	it('merges lists by element: additions of both stay, removals of either hold', () => {
		const merged = mergeDocuments(
			at(expense),
			at({ ...expense, receiptIds: ['receipt:b', 'receipt:mine'] }),
			at({ ...expense, receiptIds: ['receipt:a', 'receipt:theirs', 'receipt:b'] })
		);
		expect(merged.lost).toBeNull();
		expect(merged.body['receiptIds']).toEqual(['receipt:theirs', 'receipt:b', 'receipt:mine']);
	});

	it('keeps an element one side changed and the other removed', () => {
		const base = { lines: [{ id: '1', text: 'a' }] };
		const merged = mergeDocuments(
			at(base),
			at({ lines: [] }),
			at({ lines: [{ id: '1', text: 'b' }] })
		);
		expect(merged.body).toEqual({ lines: [{ id: '1', text: 'b' }] });
		expect(merged.lost?.fields).toEqual(['lines']);
	});

	it('shows mine whole and keeps theirs without a base to compare with', () => {
		const theirs = { ...expense, merchant: 'Silvan' };
		const merged = mergeDocuments(null, at(expense), at(theirs));
		expect(merged.body).toEqual(expense);
		expect(merged.lost).toEqual({ fields: ['merchant'], body: theirs });
	});

	it('does not mix kinds, nor schemas', () => {
		const mileage = { kind: 'mileage', purpose: 'x' };
		expect(mergeDocuments(at(expense), at({ ...expense, purpose: 'y' }), at(mileage)).body).toEqual(
			{
				...expense,
				purpose: 'y'
			}
		);
		const newer = mergeDocuments(at(expense), at({ ...expense, purpose: 'y' }), at(mileage, 2));
		expect(newer.body).toEqual(mileage);
		expect(newer.lost?.body).toEqual({ ...expense, purpose: 'y' });
	});

	it('loses no edit: what is not shown comes back, whatever both sides did', () => {
		const value = fc.option(fc.integer({ min: 0, max: 3 }));
		const body = fc.record({
			a: value,
			b: value,
			amountMinor: value,
			currency: value,
			list: fc.uniqueArray(fc.constantFrom('x', 'y', 'z', 'w'))
		});
		fc.assert(
			fc.property(body, body, body, (base, mine, theirs) => {
				const { body: shown, lost } = mergeDocuments(at(base), at(mine), at(theirs));
				for (const name of ['a', 'b', 'amountMinor', 'currency'] as const) {
					if (mine[name] !== base[name]) expect(shown[name]).toBe(mine[name]);
					else if (theirs[name] !== base[name] && shown[name] !== theirs[name]) {
						expect(lost?.body[name]).toBe(theirs[name]);
					}
					if (theirs[name] !== base[name] && shown[name] !== theirs[name]) {
						expect(lost).not.toBeNull();
					}
				}
				const list = shown['list'] as string[];
				for (const element of ['x', 'y', 'z', 'w'] as const) {
					const [was, isMine, isTheirs] = [base, mine, theirs].map((version) =>
						version.list.includes(element)
					);
					const expected = was ? isMine && isTheirs : isMine || isTheirs;
					// Both changed alike, or only one did: no third outcome.
					if (!lost?.fields.includes('list')) expect(list.includes(element)).toBe(expected);
				}
			})
		);
	});
});
