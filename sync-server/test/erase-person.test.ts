/** A person erased for good: here, with everybody who had something from them, and in the files themselves. */

import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { blobId } from '@outlay/domain/identifiers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { backUp, restore } from '@outlay/sync-server/store/lmdb/backup';
import { startCouchServer, type CouchServer } from '../../tests/contract/couch-server.ts';
import {
	AS_ADMINISTRATOR,
	remove,
	startServer,
	temporaryDirectory,
	type TestServer
} from '../../tests/support/server.ts';
import { pictureBytes, sha256Of, TestPerson } from '../../tests/support/test-person.ts';
import { basic } from '../../tests/support/basic-credentials.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let dataDir: string;
let directory: string;

beforeEach(async () => {
	dataDir = await temporaryDirectory();
	directory = await temporaryDirectory();
});
afterEach(async () => {
	await remove(dataDir);
	await remove(directory);
});

function erase(server: Pick<TestServer, 'url'>, body: unknown, headers: Record<string, string>) {
	return fetch(`${server.url}/_outlay/erasures`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body: JSON.stringify(body)
	});
}

/** Which of the words stand in any file of a folder, in the encodings text is stored in. */
async function wordsIn(folder: string, words: readonly string[]): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile());
	expect(files.length).toBeGreaterThan(0);
	const found = new Set<string>();
	for (const file of files) {
		const bytes = await readFile(path.join(file.parentPath, file.name));
		for (const word of words) {
			const isThere = bytes.includes(word, 0, 'utf8') || bytes.includes(word, 0, 'utf16le');
			if (isThere) found.add(word);
		}
	}
	return [...found].sort();
}

/** Waits until somebody has it. */
async function arrived(person: TestPerson, id: string, database = person.mailbox): Promise<void> {
	await vi.waitFor(async () => expect(await person.read(id, database)).not.toBeNull(), {
		timeout: 60_000,
		interval: 50
	});
}

const PURPOSE = 'Zaxomirplex for the harbour';
const REASON = 'Quovandril is not a guest';
const PICTURE = 'a picture only Jonas took';
const HALF = 'the first half of a picture';
const SHARED = 'a picture both of them sent';

/** The thumbnail of a picture. */
const smallOf = (text: string) => pictureBytes(`${text}, small`);

/** Jonas with drafts, a declined expense, and a picture Freja sent as well. */
async function companyAtWork(server: TestServer) {
	const [jonas, freja, mette, sofie] = await Promise.all([
		TestPerson.signIn(server, 'jonas'),
		TestPerson.signIn(server, 'freja'),
		TestPerson.signIn(server, 'mette'),
		TestPerson.signIn(server, 'sofie')
	]);
	const ledger = sofie.view.databases.ledger ?? '';
	const send = async (person: TestPerson, text: string) => {
		const small = smallOf(text);
		const sent = await person.expenseWithPicture(text, small);
		for (const bytes of [sent.bytes, small]) {
			expect((await person.putPicture(bytes)).status).toBe(201);
		}
		for (const document of [sent.receipt, sent.transaction, sent.submission]) {
			expect((await person.put(document)).status).toBe(201);
		}
		return sent;
	};
	const draft = jonas.document(
		'transaction',
		jonas.newId('transaction'),
		jonas.expense({ purpose: PURPOSE })
	);
	expect((await jonas.put(draft)).status).toBe(201);
	const half = pictureBytes(HALF);
	const upload = await fetch(
		`${jonas.url}/_outlay/uploads/${sha256Of('the whole')}?bytes=10000&from=0`,
		{
			method: 'PUT',
			headers: { cookie: jonas.cookie, 'content-type': 'image/jpeg' },
			body: Buffer.from(half)
		}
	);
	expect(await upload.json()).toMatchObject({ receivedBytes: half.byteLength });
	const mine = await send(jonas, PICTURE);
	const shared = await send(jonas, SHARED);
	const frejas = await send(freja, SHARED);
	const smallIds = [PICTURE, SHARED].map((text) => blobId(sha256Of(smallOf(text))));
	for (const id of [
		mine.submission._id,
		mine.blobId,
		shared.blobId,
		frejas.submission._id,
		...smallIds
	]) {
		await arrived(mette, id);
		await arrived(sofie, id, ledger);
	}
	const decision = mette.decision(mine.submission, 'decline', REASON);
	expect((await mette.put(decision)).status).toBe(201);
	await arrived(jonas, decision._id);
	await arrived(sofie, decision._id, ledger);
	return { jonas, freja, mette, sofie, ledger, draft, mine, shared, frejas, decision };
}

/** What is personal in all that. */
function wordsOf(person: TestPerson): string[] {
	return [person.card.name, person.card.workEmail, PURPOSE, REASON, PICTURE, HALF].sort();
}

test(
	'a person is gone everywhere, for good, and from the files',
	{ timeout: 120_000 },
	async () => {
		const server = await startServer({ dataDir });
		const work = await companyAtWork(server);
		const { jonas, freja, mette, sofie, ledger, mine, shared, frejas, decision } = work;
		const words = wordsOf(jonas);
		// The search finds what is there.
		expect(await wordsIn(dataDir, words)).toEqual(words);
		const backup = path.join(directory, 'backup');
		await backUp(dataDir, backup, Date.now());

		const who = { company: jonas.card.companyCode, user: jonas.card.workEmail };
		expect((await erase(server, who, {})).status).toBe(401);
		expect((await erase(server, who, { cookie: mette.cookie })).status).toBe(404);
		const foreign = { ...AS_ADMINISTRATOR, origin: 'https://evil.example' };
		expect((await erase(server, who, foreign)).status).toBe(403);
		expect((await erase(server, { company: 'nordlys' }, AS_ADMINISTRATOR)).status).toBe(400);
		for (const nobody of [
			{ company: 'nowhere', user: jonas.card.workEmail },
			{ company: who.company, user: 'nobody@nordlys.example' },
			{ company: who.company, user: '../registry' }
		]) {
			expect((await erase(server, nobody, AS_ADMINISTRATOR)).status).toBe(404);
		}
		expect((await jonas.request('GET', '/_outlay/session')).status).toBe(200);

		const feed = fetch(`${server.url}/${jonas.mailbox}/_changes?feed=longpoll&since=now`, {
			headers: { cookie: jonas.cookie }
		});
		const answer = await erase(server, who, AS_ADMINISTRATOR);
		expect(answer.status).toBe(200);
		expect(await answer.json()).toMatchObject({ userId: jonas.userId });

		expect((await (await feed).text()).includes(PURPOSE)).toBe(false);
		expect((await jonas.request('GET', '/_outlay/session')).status).toBe(401);
		expect((await jonas.request('GET', `/${jonas.mailbox}`)).status).toBe(401);
		const { card, view } = jonas;
		const asBasic = basic(`${view.companyId}/${card.workEmail}`, card.password);
		expect((await fetch(`${server.url}/${jonas.mailbox}`, { headers: asBasic })).status).toBe(401);
		await expect(TestPerson.signIn(server, 'jonas')).rejects.toThrow('401');

		const tombstones = [
			[mette.mailbox, mine.submission._id],
			[mette.mailbox, mine.blobId],
			[mette.mailbox, blobId(sha256Of(smallOf(PICTURE)))],
			[mette.mailbox, decision._id],
			[ledger, mine.receipt._id],
			[ledger, mine.submission._id],
			[jonas.mailbox, work.draft._id],
			[jonas.mailbox, shared.blobId]
		] as const;
		for (const [database, id] of tombstones) {
			const address = `${server.url}/${database}/${encodeURIComponent(id)}`;
			const [row] = (await (
				await fetch(`${address}?open_revs=all`, {
					headers: { ...AS_ADMINISTRATOR, accept: 'application/json' }
				})
			).json()) as { ok: object }[];
			expect(row?.ok).toMatchObject({ _deleted: true, removal: 'erased' });
			const again = await fetch(address, {
				method: 'PUT',
				headers: { ...AS_ADMINISTRATOR, 'content-type': 'application/json' },
				body: JSON.stringify({ purpose: PURPOSE })
			});
			expect(again.status).toBe(403);
		}
		// What is somebody else's stays, with its picture.
		for (const database of [mette.mailbox, ledger]) {
			const reader = database === ledger ? sofie : mette;
			expect(await reader.read(frejas.submission._id, database)).not.toBeNull();
			const picture = await fetch(`${server.url}/${database}/${frejas.blobId}/data`, {
				headers: { cookie: reader.cookie }
			});
			expect(picture.status).toBe(200);
			expect(await reader.read(blobId(sha256Of(smallOf(SHARED))), database)).not.toBeNull();
			expect(await picture.text()).toContain(SHARED);
		}
		// Once more, by the id, does no harm; the mailroom goes on.
		const twice = await erase(server, { ...who, user: jonas.userId }, AS_ADMINISTRATOR);
		expect(await twice.json()).toMatchObject({ documents: 0 });
		const later = await freja.submission();
		expect((await freja.put(later)).status).toBe(201);
		await arrived(mette, later._id);
		await server.stop();
		expect(await wordsIn(dataDir, words)).toEqual([]);

		// Nor does last week's backup bring anything back.
		const restored = path.join(directory, 'restored');
		await restore(backup, restored, path.join(dataDir, 'erasures.jsonl'), Date.now());
		expect(await wordsIn(restored, words)).toEqual([]);
		const again = await startServer({ dataDir: restored });
		await expect(TestPerson.signIn({ ...again, signIns: server.signIns }, 'jonas')).rejects.toThrow(
			'401'
		);
		await again.stop();
	}
);

test(
	'the operator’s command erases in a folder nobody works on',
	{ timeout: 120_000 },
	async () => {
		const command = (...args: string[]) =>
			spawnSync(
				process.execPath,
				['--import', 'tsx', path.join(ROOT, 'sync-server/src/commands/erase-person.ts'), ...args],
				{ cwd: ROOT, encoding: 'utf8', env: { ...process.env, OUTLAY_DATA: dataDir } }
			);
		expect(command('nordlys', 'jonas')).toMatchObject({ status: 1 });
		expect(command('nordlys').stderr).toContain('npm run erase-person');
		const server = await startServer({ dataDir });
		const { jonas } = await companyAtWork(server);
		const words = wordsOf(jonas);
		await server.stop();
		expect(command('elsewhere', jonas.card.workEmail).stderr).toContain('no company elsewhere');
		expect(command('nordlys', 'nobody@nordlys.example').stderr).toContain('Nobody of that name');
		expect(await wordsIn(dataDir, words)).toEqual(words);
		const done = command('nordlys', jonas.card.workEmail);
		expect(done).toMatchObject({ status: 0, stderr: '' });
		expect(done.stdout).toContain(jonas.userId);
		expect(await wordsIn(dataDir, words)).toEqual([]);
	}
);

test('on CouchDB, whose compaction forgets what is no leaf', { timeout: 120_000 }, async () => {
	const couch: CouchServer = await startCouchServer();
	const server = await startServer({ environment: { COUCHDB_URL: `${couch.origin}/` } });
	const { jonas, mette, frejas } = await companyAtWork(server);
	const words = wordsOf(jonas).filter((word) => word !== PICTURE && word !== HALF);
	const who = { company: jonas.card.companyCode, user: jonas.card.workEmail };
	const answer = await erase(server, who, AS_ADMINISTRATOR);
	expect(answer.status).toBe(200);
	expect((await jonas.request('GET', `/${jonas.mailbox}`)).status).toBe(401);
	await expect(TestPerson.signIn(server, 'jonas')).rejects.toThrow('401');
	expect(await mette.read(frejas.submission._id)).not.toBeNull();
	await server.stop();
	// A copy has what CouchDB still knows; pages of the file it lies in are the database server's own business.
	const copy = path.join(directory, 'copy');
	await backUp(path.join(couch.directory, 'server'), copy, Date.now());
	await couch.stop();
	expect(await wordsIn(copy, words)).toEqual([]);
});
