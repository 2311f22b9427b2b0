/** The journey's other reader: a real PouchDB signs in as the worker and has the same documents and the photo. */

import { createHash } from 'node:crypto';
import path from 'node:path';
import PouchDB from 'pouchdb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { caseIdOf } from '@outlay/domain/identifiers';
import { remove, startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { TestPerson } from '../support/test-person.ts';

let server: TestServer;
let directory: string;

beforeAll(async () => {
	server = await startServer();
	directory = await temporaryDirectory();
});
afterAll(async () => {
	await server.stop();
	await remove(directory);
});

function remoteOf(person: TestPerson, database = person.mailbox): PouchDB {
	const { companyCode, workEmail, password } = person.card;
	return new PouchDB(`${server.url}/${database}`, {
		skip_setup: true,
		auth: { username: `${companyCode}/${workEmail}`, password }
	});
}

test('replicates a mailbox both ways, the photo included', async () => {
	const jonas = await TestPerson.signIn(server, 'jonas');
	const mette = await TestPerson.signIn(server, 'mette');
	const device = new PouchDB(path.join(directory, 'jonas'));
	const sent = await jonas.expenseWithPicture('through PouchDB');
	for (const document of [sent.transaction, sent.receipt, sent.submission]) {
		await device.put(document);
	}
	await device.put({
		_id: sent.blobId,
		_attachments: { data: { content_type: 'image/jpeg', data: sent.bytes } }
	});
	const pushed = await device.replicate.to(remoteOf(jonas));
	expect(pushed).toMatchObject({ ok: true, docs_written: 4, doc_write_failures: 0 });

	const manager = new PouchDB(path.join(directory, 'mette'));
	await vi.waitFor(
		async () => {
			await manager.replicate.from(remoteOf(mette));
			await manager.get(caseIdOf(sent.transaction._id));
		},
		{ timeout: 60_000, interval: 50 }
	);
	expect(await manager.get(sent.submission._id)).toMatchObject(sent.submission);
	const photo = await manager.getAttachment(sent.blobId, 'data');
	expect(`blob:${createHash('sha256').update(photo).digest('hex')}`).toBe(sent.blobId);
	await expect(manager.get(sent.transaction._id)).rejects.toMatchObject({ status: 404 });

	const decision = mette.decision(sent.submission, 'approve');
	await manager.put(decision);
	expect(await manager.replicate.to(remoteOf(mette))).toMatchObject({ doc_write_failures: 0 });
	await vi.waitFor(
		async () => {
			await device.replicate.from(remoteOf(jonas));
			const found = await device.get(caseIdOf(sent.transaction._id));
			expect(found).toMatchObject({ body: { state: 'approved' } });
		},
		{ timeout: 60_000, interval: 50 }
	);

	// A second device of the same person, from nothing.
	const fresh = new PouchDB(path.join(directory, 'jonas-again'));
	await fresh.replicate.from(remoteOf(jonas));
	const { results } = await fresh.changes({ since: 0 });
	expect(results.map(({ id }) => id).sort()).toEqual((await jonas.ids()).sort());
	for (const pouch of [device, manager, fresh]) await pouch.close();
});

test('is told row by row what it may not write, and nobody else\u2019s mailbox exists', async () => {
	const jonas = await TestPerson.signIn(server, 'jonas');
	const freja = await TestPerson.signIn(server, 'freja');
	const device = new PouchDB(path.join(directory, 'mixed'));
	const good = jonas.document('transaction', jonas.newId('transaction'), jonas.expense());
	const forged = freja.document('transaction', freja.newId('transaction'), freja.expense());
	await device.bulkDocs([good, forged]);
	const pushed = await device.replicate.to(remoteOf(jonas));
	expect(pushed).toMatchObject({ docs_written: 1, doc_write_failures: 1 });
	expect(await jonas.read(good._id)).toMatchObject({ type: 'transaction' });
	await expect(remoteOf(jonas, freja.mailbox).info()).resolves.toMatchObject({
		error: 'not_found'
	});
	await device.close();
});
