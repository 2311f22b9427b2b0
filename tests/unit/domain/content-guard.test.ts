import {
	clearancesAfterEdit,
	clearancesFor,
	guardDraft,
	judgeText,
	refuseContent,
	refuseStoring,
	textsIn,
	type ContentClearance
} from '@outlay/domain/content-guard';
import { SubmissionBody } from '@outlay/domain/submission';
import { emptyMileage, TransactionBody, type ExpenseBody } from '@outlay/domain/transaction';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anExpense, aSubmission } from '../../support/documents.ts';

const AT = '2026-11-22T10:00:00.000Z';
const CPR = '211062-5629';
const OTHER_CPR = '010165-1234';

function save(before: ExpenseBody | null, change: Partial<ExpenseBody>): ExpenseBody {
	return guardDraft(TransactionBody, before, { ...(before ?? anExpense()), ...change });
}

function cleared(text: string, field = 'purpose'): ContentClearance[] {
	return clearancesFor(text, field, AT);
}

describe('which texts are looked at', () => {
	test('the words of every kind, by their annotation', () => {
		const fields = (body: object) =>
			textsIn(TransactionBody, { ...body }).map(({ field }) => field);
		expect(fields(anExpense())).toEqual(['merchant', 'amountText', 'purpose']);
		const mileage = {
			...emptyMileage({ day: '2026-11-20', country: 'DK' }),
			vias: [{ id: 'v1', name: 'c', point: { kind: 'pin' as const, latitude: 55, longitude: 12 } }]
		};
		expect(fields(mileage)).toEqual([
			'from',
			'to',
			'vias.v1.name',
			'purpose',
			'licencePlate',
			'distanceText'
		]);
	});

	test('what is said of an element’s text stays with it when others go', () => {
		const via = (id: string, name: string) => ({ id, name, point: null });
		const said = { field: 'vias.b.name', kind: 'dk-cpr' as const, count: 1, clearedAt: AT };
		const before = {
			...emptyMileage({ day: '2026-11-20', country: 'DK' }),
			vias: [via('a', 'Depot'), via('b', CPR)],
			clearances: [said]
		};
		const after = guardDraft(TransactionBody, before, { ...before, vias: [via('b', CPR)] });
		expect(after).toMatchObject({ vias: [{ name: CPR }], clearances: [said] });
		const unsaid = guardDraft(TransactionBody, before, {
			...before,
			vias: [via('a', CPR), via('b', CPR)]
		});
		expect(unsaid.vias[0]?.name).not.toContain(CPR);
	});

	test('within lists and objects too, with their place', () => {
		const texts = textsIn(SubmissionBody, { ...aSubmission().body });
		expect(texts).toContainEqual({ field: 'snapshot.purpose', text: 'Seals for pump 4' });
	});
});

describe('a draft', () => {
	test('keeps everything but the number, whichever field it is in', () => {
		const stored = save(null, { purpose: `For Ole ${CPR}, pump 4`, merchant: 'Brugsen' });
		expect(stored).toMatchObject({ purpose: 'For Ole ••••••-••••, pump 4', merchant: 'Brugsen' });
		expect(save(stored, { amountText: '4111 1111 1111 1111' }).amountText).not.toContain('4111');
		expect(JSON.stringify(save(null, { merchant: `cpr ${CPR}` }))).not.toContain(CPR);
	});

	test('keeps a number the person says is none, recorded without it', () => {
		const purpose = `Order ${CPR}-x, part ${OTHER_CPR}`;
		const stored = save(anExpense(), { purpose, clearances: cleared(purpose) });
		expect(stored.purpose).toBe(purpose);
		expect(stored.clearances).toMatchObject([{ field: 'purpose', kind: 'dk-cpr' }]);
		expect(JSON.stringify(stored.clearances)).not.toMatch(/5629|1234/);
		expect(refuseContent(TransactionBody, stored)).toBeNull();
	});

	test('what was said of one number says nothing of the next', () => {
		const purpose = `Part ${CPR}`;
		const stored = save(anExpense(), { purpose, clearances: cleared(purpose) });
		expect(save(stored, { purpose: `${purpose} and more` }).purpose).toBe(`${purpose} and more`);
		expect(save(stored, { merchant: 'Other' }).clearances).toEqual(stored.clearances);
		const next = save(stored, { purpose: `Part ${OTHER_CPR}` });
		expect(next).toMatchObject({ purpose: 'Part ••••••-••••', clearances: [] });
		const elsewhere = save(stored, { merchant: OTHER_CPR });
		expect(elsewhere.merchant).toBe('••••••-••••');
	});

	test('a clearance of one kind lets no other kind through', () => {
		const purpose = `Part ${CPR}, card 4111 1111 1111 1111`;
		const only = cleared(purpose).filter(({ kind }) => kind === 'card');
		expect(save(anExpense(), { purpose, clearances: only }).purpose).toBe(
			'Part ••••••-••••, card 4111 1111 1111 1111'
		);
	});
});

describe('what is handed over', () => {
	test('may hold no number and no trace of one', () => {
		const full = anExpense({ purpose: `Visit to ${CPR}` });
		expect(refuseContent(TransactionBody, full)).toEqual({
			code: 'content.identity_number',
			field: 'purpose'
		});
		expect(refuseStoring(TransactionBody, full)?.code).toBe('content.identity_number');
		const masked = save(null, { purpose: `Visit to ${CPR}` });
		expect(refuseContent(TransactionBody, masked)?.code).toBe('content.masked');
		expect(refuseStoring(TransactionBody, masked)).toBeNull();
		const card = anExpense({ merchant: '4111 1111 1111 1111' });
		expect(refuseContent(TransactionBody, card)?.code).toBe('content.card_number');
	});

	test('more numbers than were cleared are refused', () => {
		const two = `Part ${CPR} and ${OTHER_CPR}`;
		const forOne = cleared(`Part ${CPR}`);
		expect(judgeText(two, 'purpose', forOne).block?.code).toBe('content.identity_number');
		expect(judgeText(two, 'purpose', cleared(two)).block).toBeNull();
	});

	test('a file may be refused by its name alone, and the way out is the same', () => {
		const name = `scan_${CPR}.jpg`;
		expect(judgeText(name, 'fileName', []).block?.code).toBe('content.identity_number');
		const said = cleared(name, 'fileName');
		expect(said).toEqual([{ field: 'fileName', kind: 'dk-cpr', count: 1, clearedAt: AT }]);
		expect(judgeText(name, 'fileName', said)).toEqual({ block: null, warn: [] });
		expect(judgeText(name, 'purpose', said).block?.code).toBe('content.identity_number');
	});

	test('fewer numbers than were cleared are no others', () => {
		const two = cleared(`Part ${CPR} and ${OTHER_CPR}`);
		expect(judgeText(`Part ${CPR}`, 'purpose', two).block).toBeNull();
	});

	test('a refusal never holds the number', () => {
		const refusal = refuseContent(TransactionBody, anExpense({ purpose: `Visit to ${CPR}` }));
		expect(JSON.stringify(refusal)).not.toMatch(/2110|5629/);
	});

	test('digits that only fit are warned about, not refused', () => {
		expect(judgeText('Pump 2110625629', 'purpose', [])).toEqual({ block: null, warn: ['dk-cpr'] });
		expect(judgeText('Pump 111222333', 'purpose', [])).toEqual({ block: null, warn: ['nl-bsn'] });
		expect(refuseContent(TransactionBody, anExpense({ purpose: 'Pump 2110625629' }))).toBeNull();
		const bareCard = save(null, { merchant: '4111111111111111' });
		expect(bareCard.merchant).toBe('4111111111111111');
		expect(judgeText(bareCard.merchant, 'merchant', [])).toEqual({ block: null, warn: ['card'] });
		expect(refuseContent(TransactionBody, bareCard)).toBeNull();
	});
});

const words = fc.array(
	fc.constantFrom(
		CPR,
		OTHER_CPR,
		'4111 1111 1111 1111',
		' for ',
		'Ole ',
		'2110625629',
		'cpr ',
		', '
	),
	{ maxLength: 6 }
);

test('whatever is typed in whatever order, what is stored holds nothing to be refused', () => {
	const edit = fc.record({
		field: fc.constantFrom('merchant' as const, 'purpose' as const),
		text: words.map((parts) => parts.join('')),
		clears: fc.boolean()
	});
	fc.assert(
		fc.property(fc.array(edit, { maxLength: 6 }), (edits) => {
			let stored = anExpense();
			let n = 0;
			for (const { field, text, clears } of edits) {
				n += 1;
				const said = clears
					? clearancesFor(text, field, `2026-11-22T10:00:0${String(n)}.000Z`)
					: [];
				stored = save(stored, {
					[field]: text,
					...(clears ? { clearances: [...stored.clearances, ...said] } : {})
				});
				expect(refuseStoring(TransactionBody, stored)).toBeNull();
				if (clears) expect(stored[field]).toBe(text);
			}
		})
	);
});

test('clearances stay while their numbers do', () => {
	const held = cleared(`Part ${CPR}`);
	expect(clearancesAfterEdit(held, 'purpose', `Part ${CPR}`, `Parts ${CPR}!`)).toEqual(held);
	expect(clearancesAfterEdit(held, 'merchant', '', CPR)).toEqual(held);
	expect(clearancesAfterEdit(held, 'purpose', `Part ${CPR}`, 'Part')).toEqual([]);
});
