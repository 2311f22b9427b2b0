import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AttachmentStub, Database } from '@outlay/sync-server/store/document-store';
import { AttachmentTooLarge } from '@outlay/sync-server/store/store-errors';
import { edit, mustOpen, chunks, collect, type StoreOnTest } from './store-on-test.ts';

export function describeAttachments(on: StoreOnTest): void {
	const { write, written } = on;
	describe('attachments', () => {
		const bytes = Buffer.from('receipt bytes, not really a picture');

		async function stored(content: Buffer = bytes): Promise<AttachmentStub> {
			const file = await on.store.files.write('acme', chunks(content), 1_000_000);
			return { ...file, contentType: 'image/png', revpos: 0 };
		}
		/** The attachment of a document, as it is read. */
		async function photoOf(database: Database, id: string): Promise<AttachmentStub> {
			const photo = (await database.read(id))?.attachments['photo'];
			if (!photo) throw new Error('The document has a photo.');
			return photo;
		}

		test('are kept by content, and read whole or in part', async () => {
			const stub = await stored();
			expect(stub).toMatchObject({
				length: bytes.length,
				digest: `md5-${createHash('md5').update(bytes).digest('base64')}`,
				sha256: createHash('sha256').update(bytes).digest('hex')
			});
			expect(await stored()).toEqual(stub);
			await written({ id: 'a', attachments: { photo: stub } });
			const photo = await photoOf(on.db, 'a');
			expect(await collect(await on.db.readAttachment(photo))).toEqual(bytes);
			const part = await on.db.readAttachment(photo, { start: 8, end: 12 });
			expect(await collect(part)).toEqual(bytes.subarray(8, 13));
			await written({ id: 'b', attachments: { photo: await stored(Buffer.alloc(0)) } });
			expect(await collect(await on.db.readAttachment(await photoOf(on.db, 'b')))).toHaveLength(0);
		});

		test('go by their stub from database to database of a company, and never to another', async () => {
			await written({ id: 'a', attachments: { photo: await stored() } });
			const photo = { ...(await photoOf(on.db, 'a')), revpos: 0 };
			await on.store.create('ledger-acme');
			const ledger = await mustOpen(on.store, 'ledger-acme');
			const copy = edit({ id: 'copy', attachments: { photo } });
			expect(await ledger.write([copy])).toMatchObject([{ ok: true }]);
			expect(await collect(await ledger.readAttachment(await photoOf(ledger, 'copy')))).toEqual(
				bytes
			);
			await on.store.drop('ledger-acme');
			await on.store.create('ledger-other');
			const other = await mustOpen(on.store, 'ledger-other');
			expect(await other.write([copy])).toMatchObject([{ refusal: 'missing_stub' }]);
			expect(await other.readAttachment(photo)).toBeNull();
			await on.store.drop('ledger-other');
		});

		test('are nobody\u2019s before they are kept, and gone once discarded', async () => {
			const content = Buffer.from('received, and then perhaps kept');
			const refused = await on.store.files.receive('acme', chunks(content), 1_000);
			const { digest, length, sha256 } = refused;
			expect(refused).toMatchObject({ length: content.length });
			const photo = { digest, length, sha256, contentType: 'image/png', revpos: 0 };
			const naming = { id: 'a', attachments: { photo } };
			expect(await write(naming)).toMatchObject({ refusal: 'missing_stub' });
			await refused.discard();
			expect(await write(naming)).toMatchObject({ refusal: 'missing_stub' });
			const kept = await on.store.files.receive('acme', chunks(content), 1_000);
			await kept.keep();
			await kept.discard();
			expect(await write(naming)).toMatchObject({ ok: true });
			expect(await collect(await on.db.readAttachment(await photoOf(on.db, 'a')))).toEqual(content);
		});

		test('too long leave nothing behind', async () => {
			const content = Buffer.alloc(2_000, 'z');
			await expect(on.store.files.write('acme', chunks(content), 1_999)).rejects.toBeInstanceOf(
				AttachmentTooLarge
			);
			const digest = `md5-${createHash('md5').update(content).digest('base64')}`;
			const sha256 = createHash('sha256').update(content).digest('hex');
			const photo = { digest, sha256, length: 2_000, contentType: 'image/png', revpos: 0 };
			expect(await write({ id: 'a', attachments: { photo } })).toMatchObject({
				refusal: 'missing_stub'
			});
		});

		test('belong to the revision that brought them', async () => {
			const stub = await stored();
			const first = await written({ id: 'a', attachments: { photo: stub } });
			const kept = (await on.db.read('a'))?.attachments ?? {};
			const { contentType, digest, length } = stub;
			expect(kept['photo']).toMatchObject({ contentType, digest, length, revpos: 1 });
			await written({ id: 'a', parentRev: first, attachments: { ...kept, more: stub } });
			expect((await on.db.read('a'))?.attachments).toMatchObject({
				photo: { revpos: 1 },
				more: { revpos: 2 }
			});
		});
	});
}
