import type { Refusal } from '@outlay/domain/refusal';
import { describe, expect, it } from 'vitest';
import { fieldRefusals, firstUnstored, type RefusalSources } from '#lib/state/field-refusals.ts';

type Field = 'amountMinor' | 'merchant' | 'spentOn';

const refusal = (code: string, field?: Field | 'amountText'): Refusal =>
	field === undefined ? { code } : { code, field };

function sources(change: Partial<RefusalSources<Field>>): RefusalSources<Field> {
	return {
		submit: null,
		read: {},
		unstored: {},
		blocked: [],
		shownAt: (member) => (member === 'amountText' ? 'amountMinor' : (member as Field)),
		...change
	};
}

describe('fieldRefusals', () => {
	it('shows what is stored as words where its field stands, whoever refused it', () => {
		const unreadable = refusal('amount.unreadable', 'amountText');
		expect(fieldRefusals(sources({ submit: unreadable }))).toEqual({ amountMinor: unreadable });
		expect(fieldRefusals(sources({ unstored: { amountText: unreadable } }))).toEqual({
			amountMinor: unreadable
		});
	});

	it('puts content that has no place here before what is missing, and keeps other fields', () => {
		const number = refusal('content.identity_number');
		const future = refusal('expense.date_future', 'spentOn');
		const refusals = fieldRefusals(
			sources({
				submit: refusal('expense.merchant_missing', 'merchant'),
				read: { spentOn: future },
				unstored: { merchant: refusal('transaction.too_long', 'merchant') },
				blocked: [{ field: 'merchant', refusal: number }]
			})
		);
		expect(refusals).toEqual({ merchant: number, spentOn: future });
	});

	it('leaves what concerns the whole entry to the page', () => {
		expect(fieldRefusals(sources({ submit: refusal('storage.full') }))).toEqual({});
	});
});

describe('firstUnstored', () => {
	it('names what is blocked before what a rule refused, and nothing once all is mended', () => {
		const tooLong = refusal('transaction.too_long', 'amountText');
		const blocked = [{ field: 'merchant' as const, refusal: refusal('content.card_number') }];
		expect(firstUnstored(sources({ blocked, unstored: { amountText: tooLong } }))).toEqual(
			blocked[0]
		);
		expect(firstUnstored(sources({ unstored: { amountText: tooLong } }))).toEqual({
			field: 'amountMinor',
			refusal: tooLong
		});
		expect(firstUnstored(sources({ unstored: { amountText: undefined } }))).toBeNull();
	});
});
