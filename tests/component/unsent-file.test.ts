import { afterEach, describe, expect, it } from 'vitest';
import { bringBackUnsent } from '#lib/commands/bring-back-unsent.ts';
import type { SignedIn } from '#lib/commands/ports.ts';
import type { BroughtBackFile } from '#lib/commands/unsent-ports.ts';
import { unsentFile } from '#lib/state/unsent-file.ts';
import { documentsIn } from '#lib/storage/documents.ts';
import { openDatabase, removeEverything } from '#lib/storage/open-database.ts';
import { changeRow, findRows } from '#lib/storage/row-store.ts';
import { rowOf, sentState } from '#lib/storage/rows.ts';
import { sha256Of, vaultIn } from '#lib/storage/vault.ts';
import { DOCUMENT_VERSIONS, type OutlayDocument } from '@outlay/domain/documents';
import type { Kept, Profile } from '@outlay/domain/person';
import { emptyProfile } from '@outlay/domain/person';
import { COMPANY, WORKER, aReceipt, aSubmission, aTransaction } from '../support/documents.ts';

const clock = { nowMs: () => 1_700_000_000_000 };
const fetchNothing = () => Promise.resolve(null);
const ME = { companyId: COMPANY, userId: WORKER } as SignedIn;

async function device(me = ME) {
	const database = await openDatabase(me);
	const documents = documentsIn(database, clock);
	const vault = vaultIn(database, clock, fetchNothing);
	const account = { me, documents, vault };
	return {
		...account,
		database,
		/** As the server has it. */
		async hasSent(document: OutlayDocument, couchRev = '1-a') {
			await changeRow(database.documents, document._id, (row) => ({
				...rowOf(document),
				couchRev,
				unsent: sentState(row?.unsent.earlier)
			}));
		},
		saved: () => unsentFile(account, clock.nowMs()),
		bring: (file: Blob) => bringBackUnsent(account, file),
		async kept(): Promise<Kept['body'][]> {
			const rows = await findRows(database.documents, { selector: { _deleted: { $eq: false } } });
			return rows.filter(({ type }) => type === 'kept').map(({ body }) => body as Kept['body']);
		}
	};
}

/** A device as it is after signing out and in again: empty, and nothing of before in it. */
async function freshDevice(me = ME) {
	await removeEverything();
	return device(me);
}

async function brought(done: Promise<Awaited<ReturnType<typeof bringBackUnsent>>>) {
	const answer = await done;
	if (!answer.ok) throw new Error(answer.refusal.code);
	return answer.value;
}

function outcome(change: Partial<BroughtBackFile['documents']>, rest: object = {}) {
	return {
		documents: { added: 0, merged: 0, kept: 0, there: 0, removed: 0, ...change },
		pictures: 0,
		unreadable: 0,
		tooNew: 0,
		isWhole: true,
		...rest
	};
}

function withPurpose<D extends OutlayDocument>(document: D, change: object): D {
	return { ...document, body: { ...document.body, ...change } };
}

const aProfile = (change: object = {}): Profile => ({
	_id: `profile:${WORKER}`,
	type: 'profile',
	schema: DOCUMENT_VERSIONS.profile,
	companyId: COMPANY,
	ownerId: WORKER,
	createdAt: '2026-11-20T10:00:00.000Z',
	updatedAt: '2026-11-20T10:00:00.000Z',
	body: { ...emptyProfile(), ...change }
});

const picture = new Uint8Array(200_000).map((_zero, at) => (at * 7 + (at >> 9)) & 0xff);

afterEach(() => removeEverything());

describe('a file of unsent work', () => {
	it('brings documents and pictures to a device that has nothing, ready to be sent, and twice is once', async () => {
		const before = await device();
		const { sha256 } = await before.vault.put(picture, 'image/webp');
		const receipt = aReceipt(1, sha256);
		const expense = aTransaction(1, { receiptIds: [receipt._id] });
		for (const document of [expense, receipt, aSubmission(1)]) await before.documents.add(document);
		await before.hasSent(aTransaction(2));
		const file = await before.saved();
		expect(file.name).toBe('outlay-unsent-2023-11-14.jsonl');

		const after = await freshDevice();
		expect(await brought(after.bring(file))).toEqual(outcome({ added: 3 }, { pictures: 1 }));
		expect(await after.documents.get('transaction', expense._id)).toEqual({
			document: expense,
			unsentSinceMs: clock.nowMs(),
			isReadOnly: false
		});
		expect(await after.documents.get('transaction', aTransaction(2)._id)).toBeNull();
		const bytes = await (await after.vault.get(sha256))?.arrayBuffer();
		expect(new Uint8Array(bytes ?? new ArrayBuffer())).toEqual(picture);
		expect(await after.vault.unsent()).toEqual([sha256]);

		expect(await brought(after.bring(file))).toEqual(outcome({ there: 3 }, { pictures: 1 }));
		// Sent and edited since: the file is its past.
		await after.hasSent(expense);
		await after.documents.edit('transaction', expense._id, (now) =>
			withPurpose(now, { purpose: 'New seals' })
		);
		expect(await brought(after.bring(file))).toMatchObject({ documents: { there: 3, kept: 0 } });
		const now = await after.documents.get('transaction', expense._id);
		expect(now?.document.body.purpose).toBe('New seals');
	});

	it('merges what was edited elsewhere meanwhile, and keeps both where both changed the same', async () => {
		const sent = aTransaction(1);
		const before = await device();
		await before.hasSent(sent);
		await before.hasSent(aProfile({ language: 'en' }));
		await before.documents.edit('transaction', sent._id, (now) =>
			withPurpose(now, { purpose: 'Seals, unsent', merchant: 'Harbour shop' })
		);
		await before.documents.edit('profile', aProfile()._id, (now) =>
			withPurpose(now, { language: 'da' })
		);
		const file = await before.saved();

		const after = await freshDevice();
		const elsewhere = withPurpose(sent, { purpose: 'Seals, by the other', country: 'NO' });
		await after.hasSent(elsewhere, '2-b');
		await after.hasSent(aProfile({ language: 'en', theme: 'dark' }), '2-b');
		expect(await brought(after.bring(file))).toEqual(outcome({ kept: 1, merged: 1 }));
		const now = await after.documents.get('transaction', sent._id);
		expect(now?.document.body).toMatchObject({
			purpose: 'Seals, by the other',
			merchant: 'Harbour shop',
			country: 'NO'
		});
		expect(now?.unsentSinceMs).not.toBeNull();
		expect(await after.kept()).toMatchObject([
			{ documentId: sent._id, fields: ['purpose'], lost: { purpose: 'Seals, unsent' } }
		]);
		expect((await after.documents.get('profile', aProfile()._id))?.document.body).toMatchObject({
			language: 'da'
		});
		expect(await brought(after.bring(file))).toEqual(outcome({ there: 2 }));
		expect(await after.kept()).toHaveLength(1);
	});

	it('is not swallowed by a deletion, but does not undo what was deleted on purpose or by the company', async () => {
		const before = await device();
		for (const n of [1, 2, 3]) await before.hasSent(aTransaction(n));
		for (const n of [1, 2, 3]) {
			await before.documents.edit('transaction', aTransaction(n)._id, (now) =>
				withPurpose(now, { purpose: `unsent ${String(n)}` })
			);
		}
		const file = await before.saved();
		// The very content of the file, deleted by the person after saving it.
		await before.documents.remove('transaction', aTransaction(2)._id);
		expect(await brought(before.bring(file))).toEqual(outcome({ there: 3 }));
		expect(await before.documents.get('transaction', aTransaction(2)._id)).toBeNull();

		const after = await freshDevice();
		await after.hasSent(aTransaction(1));
		await after.documents.remove('transaction', aTransaction(1)._id);
		await changeRow(after.database.documents, aTransaction(3)._id, () => ({
			...rowOf(aTransaction(3)),
			body: {},
			couchRev: '3-c',
			removal: 'erased',
			_deleted: true
		}));
		expect(await brought(after.bring(file))).toEqual(outcome({ added: 2, removed: 1 }));
		const revived = await after.documents.get('transaction', aTransaction(1)._id);
		expect(revived?.document.body.purpose).toBe('unsent 1');
		expect(await after.documents.get('transaction', aTransaction(3)._id)).toBeNull();
		const kept = [{ lost: { purpose: 'unsent 3' }, fields: ['purpose'], removal: 'erased' }];
		expect(await after.kept()).toMatchObject(kept);
		expect(await brought(after.bring(file))).toMatchObject({ documents: { removed: 1 } });
		expect(await after.kept()).toMatchObject(kept);
	});

	it('of somebody else, of another company, or of no such kind is refused with a reason', async () => {
		const before = await device();
		await before.documents.add(aTransaction(1));
		const file = await before.saved();
		const code = async (me: SignedIn, chosen: Blob) => {
			const done = await (await freshDevice(me)).bring(chosen);
			return done.ok ? 'taken' : done.refusal.code;
		};
		expect(await code({ ...ME, userId: 'other1' }, file)).toBe('unsent_file.other_person');
		expect(await code({ ...ME, companyId: 'acme1' }, file)).toBe('unsent_file.other_company');
		const text = await file.text();
		const newer = new Blob([text.replace('"version":2', '"version":3')]);
		expect(await code(ME, newer)).toBe('unsent_file.other_version');
		for (const nonsense of [
			'',
			'\n\n',
			'null',
			'[]',
			'{}',
			'"outlay"',
			'{"madeBy":"outlay"',
			picture,
			new Uint8Array(20_000_000)
		]) {
			const refused = await code(ME, new Blob([nonsense]));
			expect(refused).toMatch(/^unsent_file\.(not_ours|other_version)$/);
		}
	});

	it('that is hostile or broken in places brings what is sound, and says what was not', async () => {
		const before = await device();
		const { sha256 } = await before.vault.put(picture, 'image/webp');
		await before.documents.add(aTransaction(1));
		const [head = '', document = '', pictureLine = '', end = ''] = (
			await (await before.saved()).text()
		).split('\n');
		const foreign = JSON.parse(document) as { document: Record<string, unknown> };
		const other = (change: object) =>
			JSON.stringify({ ...foreign, document: { ...foreign.document, ...change } });
		const wrongBytes = JSON.stringify({
			picture: {
				sha256: await sha256Of(new Uint8Array(1)),
				mediaType: 'image/webp',
				base64: 'AAAA'
			}
		});
		const script = JSON.stringify({
			picture: { sha256: await sha256Of(new Uint8Array(3)), mediaType: 'text/html', base64: 'AAAA' }
		});
		const lines = [
			head,
			'{"document":',
			'[]',
			'{"document":null}',
			`{"picture":${'7'.repeat(17_000_000)}}`,
			other({ ownerId: 'other1', _id: aTransaction(1)._id.replace(WORKER, 'other1') }),
			other({ companyId: 'acme1' }),
			other({
				_id: `case:${WORKER}:${'0'.repeat(26)}`,
				type: 'case',
				schema: DOCUMENT_VERSIONS.case
			}),
			other({ body: { kind: 'expense' } }),
			other({ schema: 999 }),
			wrongBytes,
			script,
			pictureLine,
			document,
			end
		];
		const after = await freshDevice();
		expect(await brought(after.bring(new Blob([lines.join('\n')])))).toEqual(
			outcome({ added: 1 }, { pictures: 1, unreadable: 10, tooNew: 1 })
		);
		expect(await after.vault.unsent()).toEqual([sha256]);
		expect(await after.documents.unsent()).toHaveLength(1);
		// The end is missing: the picture was cut in the middle.
		const cut = new Blob([[head, document, pictureLine.slice(0, 1000)].join('\n')]);
		expect(await brought(after.bring(cut))).toEqual(
			outcome({ there: 1 }, { unreadable: 1, isWhole: false })
		);
	});
});
