/** All databases of an embedded store copied to a CouchDB with one command, and nothing left behind. */

import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCouchdbStore } from '@outlay/sync-server/store/couchdb/open-couchdb-store';
import type { Database, DocumentStore } from '@outlay/sync-server/store/document-store';
import { openLmdbStore } from '@outlay/sync-server/store/lmdb/open-lmdb-store';
import { remove, temporaryDirectory } from '../support/server.ts';
import { startCouchdb, type CouchdbUnderneath } from './couchdb-underneath.ts';

const COMMAND = fileURLToPath(
	new URL('../../sync-server/src/commands/move-to-couchdb.ts', import.meta.url)
);

let couch: CouchdbUnderneath;
let directory: string;
beforeAll(async () => {
	couch = await startCouchdb();
	directory = await temporaryDirectory();
});
afterAll(async () => {
	await couch.stop();
	await remove(directory);
});

function move(url: string): Promise<{ code: number | null; printed: string }> {
	const child = spawn(process.execPath, ['--import', 'tsx', COMMAND, url], {
		env: { ...process.env, OUTLAY_DATA: path.join(directory, 'data') },
		stdio: ['ignore', 'pipe', 'pipe']
	});
	let printed = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
	}
	return new Promise((resolve) => {
		child.once('close', (code) => resolve({ code, printed }));
	});
}

async function database(store: DocumentStore, name: string): Promise<Database> {
	await store.create(name);
	const opened = await store.open(name);
	if (!opened) throw new Error('It was just created.');
	return opened;
}

// eslint-disable-next-line @typescript-eslint/require-await -- the store takes streams
async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
	yield bytes;
}

async function everythingIn(db: Database) {
	const { rows } = await db.changes({ since: '0' });
	const found: Record<string, unknown> = {};
	for (const { id } of rows) {
		const leaves = [];
		for (const { rev, deleted, body, attachments, revisions } of await db.leaves(id)) {
			const bytes: Record<string, string> = {};
			for (const [name, stub] of Object.entries(attachments)) {
				const parts: Uint8Array[] = [];
				for await (const part of (await db.readAttachment(stub)) ?? []) parts.push(part);
				bytes[name] = Buffer.concat(parts).toString('base64');
			}
			leaves.push({ rev, deleted, body, revisions, bytes });
		}
		found[id] = leaves;
	}
	return found;
}

test('documents, branches, tombstones, bytes, checkpoints and rights arrive as they were; twice is once', async () => {
	const source = await openLmdbStore(path.join(directory, 'data'));
	const db = await database(source, 'mailbox-acme-anna');
	const edit = { deleted: false, body: {}, attachments: {}, parentRev: null };
	const photo = {
		...(await source.files.write('acme', pieces(Buffer.alloc(200_000, 'photo')), 1_000_000)),
		contentType: 'image/png',
		revpos: 0
	};
	await db.write([
		{ ...edit, id: 'a', body: { n: 1 }, attachments: { photo } },
		{ ...edit, id: 'b', revisions: { start: 2, ids: ['x', 'r'] }, body: { n: 2 } },
		{ ...edit, id: 'b', revisions: { start: 2, ids: ['y', 'r'] }, body: { n: 3 } },
		{ ...edit, id: 'c' }
	]);
	const gone = await db.read('c');
	await db.write([{ ...edit, id: 'c', parentRev: gone?.rev ?? null, deleted: true }]);
	await db.erase(['never again']);
	await db.writeLocal('checkpoint', { at: 7 });
	await db.writeSecurity({ members: { roles: ['x'] } });
	await (await database(source, 'registry')).writeLocal('note', { kept: true });
	const before = await everythingIn(db);
	await source.close();

	const url = `${couch.url()}moved-`;
	for (let round = 0; round < 2; round++) {
		const { code, printed } = await move(url);
		expect([code, printed]).toEqual([0, expect.stringContaining('documents are there')]);
	}
	const stagingDirectory = path.join(directory, 'staged');
	const target = await openCouchdbStore({ url, stagingDirectory, isFollowing: false });
	const moved = await database(target, 'mailbox-acme-anna');
	expect(await everythingIn(moved)).toEqual(before);
	expect(await moved.readLocal('checkpoint')).toMatchObject({ body: { at: 7 } });
	expect(await moved.readSecurity()).toEqual({ members: { roles: ['x'] } });
	const registry = await database(target, 'registry');
	expect(await registry.readLocal('note')).toMatchObject({ body: { kept: true } });
	const [refused] = await moved.write([{ ...edit, id: 'never again' }]);
	expect(refused).toMatchObject({ ok: false, refusal: 'erased' });
	await target.close();
});

test('what can not be moved is told in a sentence', async () => {
	const { code, printed } = await move('not an address');
	expect(code).toBe(1);
	expect(printed).toContain('must be the address of a CouchDB server');
	expect(printed).not.toContain('    at ');
});
