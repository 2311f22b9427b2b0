/** Backup while it is used, restore, the integrity check, and folders that can't be used. */

import { copyFile, mkdir, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import PouchDB from 'pouchdb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
	ADMINISTRATOR,
	remove,
	startServer,
	temporaryDirectory,
	type TestServer
} from '../../tests/support/server.ts';
import { claimData, holdStill } from '../src/claim-data.ts';
import type { Database, DocumentWrite } from '../src/store/document-store.ts';
import { backUp, restore } from '../src/store/lmdb/backup.ts';
import { checkStore } from '../src/store/lmdb/check-store.ts';
import { openLmdbStore, type LmdbStore } from '../src/store/lmdb/open-lmdb-store.ts';
import { FolderUnusable } from '../src/store/store-errors.ts';

let directory: string;
const at = (name: string) => path.join(directory, name);
beforeEach(async () => {
	directory = await temporaryDirectory();
});
afterEach(() => remove(directory));

async function opened(store: LmdbStore, name: string): Promise<Database> {
	await store.create(name);
	const database = await store.open(name);
	if (!database) throw new Error('It was just created.');
	return database;
}

function edit(partial: Partial<DocumentWrite> & { id: string }): DocumentWrite {
	return { deleted: false, body: {}, attachments: {}, parentRev: null, ...partial };
}

async function photoOf(store: LmdbStore, text: string) {
	const facts = await store.files.write('acme', Readable.from([Buffer.from(text)]), 1_000_000);
	return { ...facts, contentType: 'image/png', revpos: 0 };
}

async function damagesIn(folder: string): Promise<string[]> {
	const damages: string[] = [];
	await checkStore(folder, (damage) => damages.push(damage));
	return damages;
}

describe('a backup', () => {
	test('taken while everybody writes is one whole moment, and restores with another epoch', async () => {
		const store = await openLmdbStore(at('data'));
		const db = await opened(store, 'mailbox-acme-anna');
		await db.write([
			edit({ id: 'before', attachments: { photo: await photoOf(store, 'picture') } })
		]);
		let isWriting = true;
		const writing = (async () => {
			for (let n = 0; isWriting; n++) {
				const photo = await photoOf(store, `picture ${n % 10}`);
				await db.write([edit({ id: `during-${n}`, body: { n }, attachments: { photo } })]);
			}
		})();
		await backUp(at('data'), at('backup'), Date.UTC(2026, 10, 1));
		isWriting = false;
		await writing;
		const { epoch } = await db.info();
		await store.close();

		expect(await damagesIn(at('backup'))).toEqual([]);
		const restored = await restore(at('backup'), at('restored'), null, Date.now());
		expect(restored.takenAt).toBe('2026-11-01T00:00:00.000Z');
		expect(await damagesIn(at('restored'))).toEqual([]);
		const again = await openLmdbStore(at('restored'));
		const there = await opened(again, 'mailbox-acme-anna');
		expect(again.uuid).toBe(store.uuid);
		expect(await there.read('before')).toMatchObject({ attachments: { photo: { length: 7 } } });
		const { updateSeq, epoch: newEpoch } = await there.info();
		expect(newEpoch).not.toBe(epoch);
		expect(updateSeq.endsWith(`-${newEpoch}`)).toBe(true);
		await again.close();
	});

	test('that is not whole, or damaged, is not restored; nor is one over existing data', async () => {
		const store = await openLmdbStore(at('data'));
		const db = await opened(store, 'mailbox-acme-anna');
		await db.write([edit({ id: 'a', attachments: { photo: await photoOf(store, 'picture') } })]);
		await store.close();
		await backUp(at('data'), at('backup'), Date.now());
		await expect(backUp(at('data'), at('backup'), Date.now())).rejects.toThrow(/not empty/);
		await expect(restore(at('backup'), at('data'), null, Date.now())).rejects.toThrow(/not empty/);
		await expect(restore(at('data'), at('new'), null, Date.now())).rejects.toThrow(
			/no whole backup/
		);
		await rm(at('backup/files/acme'), { recursive: true });
		await expect(restore(at('backup'), at('new'), null, Date.now())).rejects.toThrow(
			/damaged\. The file acme\/[0-9a-f]{64} is gone/
		);
	});

	test('makes the one who works on the folder hold still, and nobody starts in between', async () => {
		const claim = await claimData(at('data'));
		expect(claim.isBackedUp()).toBe(false);
		const letGo = await holdStill(at('data'));
		expect(claim.isBackedUp()).toBe(true);
		await letGo();
		await expect.poll(() => claim.isBackedUp()).toBe(false);
		await claim.giveBack();
		const alone = await holdStill(at('data'));
		await expect(claimData(at('data'))).rejects.toThrow(/uses the data directory/);
		await alone();
		await (await claimData(at('data'))).giveBack();
	});
});

describe('after a restore', () => {
	let server: TestServer;
	afterEach(() => server.stop());

	const addressOf = ({ url }: TestServer, name: string) => {
		const { host } = new URL(url);
		const { name: user, password } = ADMINISTRATOR;
		return `http://${user}:${encodeURIComponent(password)}@${host}/${name}`;
	};

	test('a client that was ahead brings back what it knew; what was erased stays refused', async () => {
		const name = 'mailbox-acme-anna';
		server = await startServer({ dataDir: at('data') });
		const client = new PouchDB(at('client'));
		const remote = new PouchDB(addressOf(server, name));
		await remote.info();
		await client.put({ _id: 'old', n: 1 });
		await client.put({ _id: 'secret', word: 'Zaxomgade' });
		await client.sync(remote);
		await backUp(at('data'), at('backup'), Date.now());

		// All of this happens after the backup.
		const old = await client.get('old');
		await client.put({ ...old, n: 2 });
		await client.put({ _id: 'new', n: 1 });
		await client.put({ _id: 'newer secret', word: 'Quovangade' });
		await client.sync(remote);
		await server.stop();
		const store = await openLmdbStore(at('data'));
		await (await store.open(name))?.erase(['secret', 'newer secret']);
		await store.close();

		await restore(at('backup'), at('restored'), at('data/erasures.jsonl'), Date.now());
		server = await startServer({ dataDir: at('restored') });
		const again = new PouchDB(addressOf(server, name));
		expect(await again.get('old')).toMatchObject({ n: 1 });
		await expect(again.get('secret')).rejects.toMatchObject({ status: 404 });
		const pushed = await client.replicate.to(again);
		expect(pushed.doc_write_failures).toBeGreaterThan(0);
		expect(await again.get('old')).toMatchObject({ n: 2 });
		expect(await again.get('new')).toMatchObject({ n: 1 });
		for (const id of ['secret', 'newer secret']) {
			await expect(again.get(id)).rejects.toMatchObject({ status: 404, reason: 'deleted' });
		}
		// The erasure reaches the client, too.
		await client.replicate.from(again);
		await expect(client.get('secret')).rejects.toMatchObject({ status: 404 });
		await client.close();
		expect((await readFile(at('restored/documents.mdb'))).includes('Zaxomgade')).toBe(false);
		expect((await readFile(at('restored/documents.mdb'))).includes('Quovangade')).toBe(false);
	});
});

describe('the integrity check', () => {
	async function someData(): Promise<void> {
		const store = await openLmdbStore(at('data'));
		const db = await opened(store, 'mailbox-acme-anna');
		await db.write([
			edit({ id: 'a', body: { words: 'marked-body-of-a' } }),
			edit({ id: 'b', attachments: { photo: await photoOf(store, 'picture one') } }),
			edit({ id: 'c', attachments: { photo: await photoOf(store, 'picture two') } })
		]);
		await store.close();
		// Nothing is left of what was replaced on the way, so that a damage hits what is in use.
		await backUp(at('data'), at('copy'), Date.now());
	}

	test('names a changed byte in a document, a damaged file and a missing one', async () => {
		await someData();
		expect(await damagesIn(at('copy'))).toEqual([]);
		const file = at('copy/documents.mdb');
		const bytes = await readFile(file);
		const handle = await open(file, 'r+');
		await handle.write('X', bytes.indexOf('marked-body-of-a') + 3);
		await handle.close();
		const { createHash } = await import('node:crypto');
		const nameOf = (text: string) => createHash('sha256').update(text).digest('hex');
		const pathTo = (name: string) => at(`copy/files/acme/${name.slice(0, 2)}/${name}`);
		await writeFile(pathTo(nameOf('picture one')), 'picture 0ne');
		await rm(pathTo(nameOf('picture two')));
		expect((await damagesIn(at('copy'))).sort()).toEqual(
			[
				`The file acme/${nameOf('picture one')} is damaged: its bytes are others.`,
				`The file acme/${nameOf('picture two')} is gone.`,
				'mailbox-acme-anna: the content of revision number 1 is damaged.'
			].sort()
		);
		const damaged = await openLmdbStore(at('copy'));
		const db = await opened(damaged, 'mailbox-acme-anna');
		await expect(db.read('a')).rejects.toThrow(/damaged/);
		expect(await db.read('b')).toMatchObject({ id: 'b' });
		await damaged.close();
	});
});

describe('a start', () => {
	const refusal = (pattern: RegExp) =>
		expect(openLmdbStore(at('data')).then((store) => store.close())).rejects.toSatisfy(
			(error) => error instanceof FolderUnusable && pattern.test(error.message)
		);

	test('on a folder of something else is refused', async () => {
		await mkdir(at('data'));
		await writeFile(at('data/holiday.jpg'), 'x');
		await refusal(/not a data folder of Outlay: it holds holiday\.jpg/);
	});

	test('on damaged documents is refused', async () => {
		await (await openLmdbStore(at('data'))).close();
		await copyFile(at('data/documents.mdb'), at('whole'));
		await truncate(at('data/documents.mdb'), 8_192);
		await refusal(/cut off/);
		await writeFile(at('data/documents.mdb'), 'not a database '.repeat(1_000));
		await refusal(/damaged, or no file of Outlay/);
		await writeFile(at('data/documents.mdb'), '');
		await refusal(/damaged, or no file of Outlay/);
		await copyFile(at('whole'), at('data/documents.mdb'));
		await (await openLmdbStore(at('data'))).close();
	});

	test('on half a restored backup, or with the journal of another store, is refused', async () => {
		await mkdir(at('data'));
		await writeFile(at('data/documents.restoring'), 'x');
		await refusal(/not restored to its end/);
		await rm(at('data'), { recursive: true });
		await (await openLmdbStore(at('data'))).close();
		await (await openLmdbStore(at('other'))).close();
		await copyFile(at('other/erasures.jsonl'), at('data/erasures.jsonl'));
		await refusal(/journal of erasures of another store/);
	});
});
