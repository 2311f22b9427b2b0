/** Attachment files of the embedded store: how long they stay, when they go, and what erasing leaves of them. */

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AttachmentStub, Database, DocumentWrite } from '../src/store/document-store.ts';
import { GRACE_MS } from '../src/store/lmdb/file-references.ts';
import { openLmdbStore, type LmdbStore } from '../src/store/lmdb/open-lmdb-store.ts';

let directory: string;
let store: LmdbStore;
let nowMs = 0;
let isBackedUp = false;

beforeEach(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'outlay-files-'));
	nowMs = Date.UTC(2026, 10, 1);
	isBackedUp = false;
	store = await open();
});
afterEach(async () => {
	await store.close();
	await rm(directory, { recursive: true, force: true });
});

function open(): Promise<LmdbStore> {
	return openLmdbStore(directory, { now: () => nowMs, isBackedUp: () => isBackedUp });
}

async function database(name: string): Promise<Database> {
	await store.create(name);
	const opened = await store.open(name);
	if (!opened) throw new Error('It was just created.');
	return opened;
}

async function stubOf(company: string, text: string): Promise<AttachmentStub> {
	const facts = await store.files.write(company, Readable.from([Buffer.from(text)]), 1_000);
	return { ...facts, contentType: 'image/png', revpos: 0 };
}

async function write(db: Database, partial: Partial<DocumentWrite> & { id: string }) {
	const [outcome] = await db.write([
		{ deleted: false, body: {}, attachments: {}, parentRev: null, ...partial }
	]);
	if (!outcome?.ok) throw new Error(`Refused: ${outcome?.refusal}`);
	return outcome.rev;
}

/** Files of bytes on disk, as `<company>/<hash>`. */
async function filesThere(): Promise<string[]> {
	const entries = await readdir(path.join(directory, 'files'), {
		recursive: true,
		withFileTypes: true
	});
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => `${path.basename(path.dirname(entry.parentPath))}/${entry.name}`)
		.sort();
}

const nameOf = (company: string, stub: AttachmentStub) => `${company}/${stub.sha256}`;

/** As long as it takes, and the look that follows. */
async function pass(ms: number): Promise<void> {
	nowMs += ms;
	await store.unlinkUnusedFiles();
}

test('a file stays while any document of the company names it, and an hour longer', async () => {
	const mailbox = await database('mailbox-acme-anna');
	const ledger = await database('ledger-acme');
	const photo = await stubOf('acme', 'a receipt');
	const mine = await write(mailbox, { id: 'a', attachments: { photo } });
	const theirs = await write(ledger, { id: 'a', attachments: { photo, twice: photo } });
	await pass(10 * GRACE_MS);
	expect(await filesThere()).toEqual([nameOf('acme', photo)]);

	// Older revisions are still kept, and name it, too.
	await write(mailbox, { id: 'a', parentRev: mine, deleted: true });
	await pass(10 * GRACE_MS);
	expect(await filesThere()).toEqual([nameOf('acme', photo)]);
	await mailbox.erase(['a']);
	await pass(10 * GRACE_MS);
	expect(await filesThere()).toEqual([nameOf('acme', photo)]);
	await write(ledger, { id: 'a', parentRev: theirs, deleted: true });
	await store.drop('ledger-acme');
	await expect.poll(async () => (await countedByStore()).length).toBe(0);

	await pass(GRACE_MS - 1_000);
	expect(await filesThere()).toEqual([nameOf('acme', photo)]);
	await pass(2_000);
	expect(await filesThere()).toEqual([]);
});

test('a file that a power cut left broken is replaced when its bytes come again', async () => {
	const mailbox = await database('mailbox-acme-anna');
	const sha256 = createHash('sha256').update('a receipt').digest('hex');
	const file = path.join(directory, 'files', 'acme', sha256.slice(0, 2), sha256);
	await mkdir(path.dirname(file), { recursive: true });
	await writeFile(file, '\0\0\0');
	const photo = await stubOf('acme', 'a receipt');
	await write(mailbox, { id: 'a', attachments: { photo } });
	expect(photo.sha256).toBe(sha256);
	expect(await readFile(file, 'utf8')).toBe('a receipt');
});

test('a company that fills a few directories gets them all; a small one has what it needs', async () => {
	const directoriesOf = async (company: string) =>
		(await readdir(path.join(directory, 'files', company))).length;
	await stubOf('small', 'only this');
	expect(await directoriesOf('small')).toBe(1);
	const texts = Array.from({ length: 100 }, (_, n) => `number ${n}`);
	const stubs = await Promise.all(texts.map((text) => stubOf('large', text)));
	expect(await directoriesOf('large')).toBe(256);
	expect((await filesThere()).filter((name) => name.startsWith('large/'))).toEqual(
		stubs.map((stub) => nameOf('large', stub)).sort()
	);
});

test('the same bytes that arrive at once are one whole file', async () => {
	const stubs = await Promise.all(Array.from({ length: 8 }, () => stubOf('acme', 'same')));
	expect(await filesThere()).toEqual([nameOf('acme', stubs[0] ?? expect.unreachable())]);
	expect(await readdir(path.join(directory, 'files', '.incoming'))).toEqual([]);
});

test('a file named again within its hour stays', async () => {
	const mailbox = await database('mailbox-acme-anna');
	const ledger = await database('ledger-acme');
	const photo = await stubOf('acme', 'a receipt');
	await write(ledger, { id: 'a', attachments: { photo } });
	await store.drop('ledger-acme');
	await expect.poll(async () => (await countedByStore()).length).toBe(0);
	await pass(GRACE_MS / 2);
	await write(mailbox, { id: 'b', attachments: { photo } });
	await pass(10 * GRACE_MS);
	expect(await filesThere()).toEqual([nameOf('acme', photo)]);
});

test('the same bytes of two companies are two files; one goes without the other', async () => {
	const acme = await database('mailbox-acme-anna');
	const other = await database('mailbox-other-anna');
	const [a, b] = [await stubOf('acme', 'same'), await stubOf('other', 'same')];
	await write(acme, { id: 'a', attachments: { photo: a } });
	await write(other, { id: 'a', attachments: { photo: b } });
	expect(await filesThere()).toEqual([nameOf('acme', a), nameOf('other', b)]);
	await store.drop('mailbox-other-anna');
	await expect.poll(async () => (await countedByStore()).length).toBe(1);
	await pass(2 * GRACE_MS);
	expect(await filesThere()).toEqual([nameOf('acme', a)]);
});

test('bytes whose document never came are found and get their hour', async () => {
	const photo = await stubOf('acme', 'orphan');
	await store.close();
	store = await open();
	await store.findOrphanedFiles();
	await pass(GRACE_MS - 1);
	expect(await filesThere()).toEqual([nameOf('acme', photo)]);
	await pass(2);
	expect(await filesThere()).toEqual([]);
});

test('nothing is unlinked while a backup copies files', async () => {
	const photo = await stubOf('acme', 'orphan');
	await store.findOrphanedFiles();
	isBackedUp = true;
	await pass(10 * GRACE_MS);
	expect(await filesThere()).toEqual([nameOf('acme', photo)]);
	isBackedUp = false;
	await pass(0);
	expect(await filesThere()).toEqual([]);
});

test('what was erased is in no file any more, and everything else still is', async () => {
	const mailbox = await database('mailbox-acme-anna');
	const secret = 'Rosengade-77-secret';
	const photo = await stubOf('acme', `picture of ${secret}`);
	const first = await write(mailbox, { id: 'a', body: { secret }, attachments: { photo } });
	await write(mailbox, { id: 'a', parentRev: first, body: { secret, more: 1 } });
	await write(mailbox, { id: 'b', body: { kept: 'Havnegade-1-kept' } });
	await (mailbox.queries.by === 'server' &&
		mailbox.queries.blocks.write([['x', Buffer.from(secret)]]));
	expect(await filesWith(secret)).not.toEqual([]);
	const reading = Array.from({ length: 50 }, () => mailbox.read('b'));
	await mailbox.erase(['a']);
	for (const found of await Promise.all(reading))
		expect(found?.body).toEqual({ kept: 'Havnegade-1-kept' });
	expect(await filesWith(secret)).toEqual([]);
	expect(await filesWith('Havnegade-1-kept')).toEqual(['documents.mdb']);
	expect(await mailbox.read('b')).toMatchObject({ body: { kept: 'Havnegade-1-kept' } });
	await write(mailbox, { id: 'c', body: { n: 1 } });

	await store.close();
	store = await open();
	const again = await database('mailbox-acme-anna');
	expect(await again.read('c')).toMatchObject({ body: { n: 1 } });
	const [refused] = await again.write([
		{ id: 'a', deleted: false, body: { secret }, attachments: {}, parentRev: null }
	]);
	expect(refused).toMatchObject({ ok: false, refusal: 'erased' });
	expect(await filesWith(secret)).toEqual([]);
});

/** Names of the files of the store that have these words somewhere in their bytes. */
async function filesWith(words: string): Promise<string[]> {
	const entries = await readdir(directory, { recursive: true, withFileTypes: true });
	const found: string[] = [];
	for (const entry of entries.filter((each) => each.isFile())) {
		const bytes = await readFile(path.join(entry.parentPath, entry.name));
		if (bytes.includes(words)) found.push(entry.name);
	}
	return found;
}

/** Files that documents name, by the store's own count. */
async function countedByStore(): Promise<string[]> {
	const { openTables } = await import('../src/store/lmdb/tables.ts');
	const { countedFiles } = await import('../src/store/lmdb/file-references.ts');
	const { root, tables } = openTables(path.join(directory, 'documents.mdb'), { readOnly: true });
	try {
		return [...countedFiles(tables)].filter(({ count }) => count > 0).map(({ sha256 }) => sha256);
	} finally {
		await root.close();
	}
}
