import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blobId } from '@outlay/domain/identifiers';
import { startCouchdb, type CouchdbUnderneath } from '../../tests/contract/couchdb-underneath.ts';
import {
	AS_ADMINISTRATOR,
	remove,
	startServer,
	startServerProcess,
	temporaryDirectory,
	type TestServer
} from '../../tests/support/server.ts';
import { sha256Of, TestPerson } from '../../tests/support/test-person.ts';

const PICTURE_BYTES = 250_000;
const DAY_MS = 24 * 60 * 60 * 1000;

interface Part {
	sha256: string;
	bytes: Uint8Array;
	from: number;
	total?: number;
	mediaType?: string;
}

/** Sends bytes of an upload from an offset on, all of them. */
async function send(person: TestPerson, { sha256, bytes, from, total, mediaType }: Part) {
	const query = `bytes=${String(total ?? from + bytes.byteLength)}&from=${String(from)}`;
	const answer = await fetch(`${person.url}/_outlay/uploads/${sha256}?${query}`, {
		method: 'PUT',
		headers: { cookie: person.cookie, 'content-type': mediaType ?? 'image/jpeg' },
		body: Buffer.from(bytes)
	});
	const { reason = '', ...rest } = (await answer.json()) as Record<string, unknown>;
	return { status: answer.status, code: String(reason).split(':')[0], ...rest };
}

/** As `send`, but says nothing after so many bytes; `cut` breaks the connection, as a tunnel does. */
function begin(person: TestPerson, { sha256, bytes, from, total }: Part, sentBytes: number) {
	const query = `bytes=${String(total ?? from + bytes.byteLength)}&from=${String(from)}`;
	const sent = httpRequest(`${person.url}/_outlay/uploads/${sha256}?${query}`, {
		method: 'PUT',
		headers: {
			cookie: person.cookie,
			'content-type': 'image/jpeg',
			'content-length': bytes.byteLength
		}
	});
	sent.on('error', () => undefined);
	sent.write(bytes.subarray(0, sentBytes));
	return { cut: () => sent.destroy() };
}

async function progress(person: TestPerson, sha256: string) {
	const { body } = await person.request('GET', `/_outlay/uploads/${sha256}`);
	return { receivedBytes: body['receivedBytes'], isStored: body['isStored'] };
}

async function storedBytes(person: TestPerson, sha256: string): Promise<Buffer | null> {
	const address = `${person.url}/${person.mailbox}/${encodeURIComponent(blobId(sha256))}/data`;
	const answer = await fetch(address, { headers: { cookie: person.cookie } });
	return answer.ok ? Buffer.from(await answer.arrayBuffer()) : null;
}

/** Ids of everything unfinished of a person's company, as the administrator sees it. */
async function unfinished({ url, view }: TestPerson): Promise<string[]> {
	const answer = await fetch(`${url}/uploads-${view.companyId}/_all_docs`, {
		headers: { ...AS_ADMINISTRATOR, accept: 'application/json' }
	});
	const { rows = [] } = (await answer.json()) as { rows?: { id: string }[] };
	return rows.map(({ id }) => id);
}

describe.each(['LMDB', 'CouchDB'])('an upload in parts, kept in %s', (kind) => {
	let couch: CouchdbUnderneath | null = null;
	let server: TestServer;
	let environment: Record<string, string> = {};
	let jonas: TestPerson;
	let freja: TestPerson;
	let nowMs = Date.now();

	beforeAll(async () => {
		if (kind === 'CouchDB') {
			couch = await startCouchdb();
			environment = { COUCHDB_URL: couch.url() };
		}
		server = await startServer({
			environment,
			limits: { unfinishedUploadBytes: 1_000_000 },
			now: () => nowMs
		});
		jonas = await TestPerson.signIn(server, 'jonas');
		freja = await TestPerson.signIn(server, 'freja');
	});
	afterAll(async () => {
		await server.stop();
		await couch?.stop();
	});

	test('goes on where it broke off, and is the blob once all of it is there', async () => {
		const bytes = randomBytes(PICTURE_BYTES);
		const sha256 = sha256Of(bytes);
		expect(await progress(jonas, sha256)).toEqual({ receivedBytes: 0, isStored: false });
		const cut = begin(jonas, { sha256, bytes, from: 0 }, 200_000);
		await expect.poll(async () => (await unfinished(jonas)).length).toBeGreaterThan(2);
		cut.cut();
		// What arrived before the cut is kept, also what fills no whole piece.
		await expect.poll(async () => (await progress(jonas, sha256)).receivedBytes).toBe(200_000);
		expect(await storedBytes(jonas, sha256)).toBeNull();
		const rest = bytes.subarray(200_000);
		const done = await send(jonas, { sha256, bytes: rest, from: 200_000, total: bytes.byteLength });
		expect(done).toMatchObject({
			status: 200,
			sha256,
			isStored: true,
			receivedBytes: PICTURE_BYTES
		});
		expect((await storedBytes(jonas, sha256))?.equals(bytes)).toBe(true);
		expect(await unfinished(jonas)).toEqual([]);
		const document = await jonas.read(blobId(sha256));
		expect(document?.['_attachments']).toMatchObject({ data: { content_type: 'image/jpeg' } });
	});

	test('counts what a silent connection brought, as soon as the device asks again', async () => {
		const bytes = randomBytes(PICTURE_BYTES);
		const sha256 = sha256Of(bytes);
		const silent = begin(jonas, { sha256, bytes, from: 0 }, 100_000);
		await expect.poll(async () => (await unfinished(jonas)).length).toBeGreaterThan(0);
		expect((await progress(jonas, sha256)).receivedBytes).toBe(100_000);
		silent.cut();
		const done = await send(jonas, { sha256, bytes, from: 0 });
		expect(done).toMatchObject({ status: 200, isStored: true });
		expect((await storedBytes(jonas, sha256))?.equals(bytes)).toBe(true);
	});

	test('of the same bytes twice, out of order, or at once is one blob', async () => {
		const bytes = randomBytes(PICTURE_BYTES);
		const sha256 = sha256Of(bytes);
		const total = bytes.byteLength;
		const [one, two, three] = [
			bytes.subarray(0, 90_000),
			bytes.subarray(90_000, 180_000),
			bytes.subarray(180_000)
		];
		expect(await send(jonas, { sha256, bytes: three, from: 180_000, total })).toMatchObject({
			status: 409,
			code: 'upload.gap',
			receivedBytes: 0
		});
		await send(jonas, { sha256, bytes: one, from: 0, total });
		expect(await send(jonas, { sha256, bytes: one, from: 0, total })).toMatchObject({
			status: 200,
			receivedBytes: 90_000
		});
		await send(jonas, { sha256, bytes: bytes.subarray(50_000, 180_000), from: 50_000, total });
		expect(await send(jonas, { sha256, bytes: two, from: 90_000, total })).toMatchObject({
			receivedBytes: 180_000
		});
		await Promise.all([
			send(jonas, { sha256, bytes: three, from: 180_000, total }).catch(() => undefined),
			send(jonas, { sha256, bytes: three, from: 180_000, total }).catch(() => undefined)
		]);
		expect(await send(jonas, { sha256, bytes: three, from: 180_000, total })).toMatchObject({
			status: 200,
			isStored: true
		});
		expect(await send(jonas, { sha256, bytes, from: 0 })).toMatchObject({ isStored: true });
		expect((await storedBytes(jonas, sha256))?.equals(bytes)).toBe(true);
		expect(String((await jonas.read(blobId(sha256)))?.['_rev'])).toMatch(/^1-/);
		expect(await unfinished(jonas)).toEqual([]);
	});

	test('of other bytes than its name says is thrown away whole', async () => {
		const sha256 = sha256Of(randomBytes(10));
		const bytes = randomBytes(PICTURE_BYTES);
		expect(await send(jonas, { sha256, bytes, from: 0 })).toMatchObject({
			status: 409,
			code: 'upload.other_content'
		});
		expect(await progress(jonas, sha256)).toEqual({ receivedBytes: 0, isStored: false });
		expect(await unfinished(jonas)).toEqual([]);
		expect(await storedBytes(jonas, sha256)).toBeNull();
	});

	test('is refused by the rules for blobs before a byte is taken', async () => {
		const bytes = randomBytes(100);
		const sha256 = sha256Of(bytes);
		const refused = async (part: Partial<Part>) => {
			const { status, code } = await send(jonas, { sha256, bytes, from: 0, ...part });
			return [status, code];
		};
		expect(await refused({ mediaType: 'text/html' })).toEqual([403, 'blob.media_type']);
		expect(await refused({ mediaType: 'image/svg+xml' })).toEqual([403, 'blob.media_type']);
		expect(await refused({ total: 8 * 1024 * 1024 + 1 })).toEqual([403, 'blob.too_large']);
		expect(await refused({ total: 99 })).toEqual([400, 'upload.range']);
		expect(await refused({ from: 200, total: 100 })).toEqual([400, 'upload.range']);
		expect((await refused({ total: -1 }))[0]).toBe(400);
		expect((await refused({ total: Number.NaN }))[0]).toBe(400);
		expect((await refused({ sha256: 'x'.repeat(64) }))[0]).toBe(404);
		expect((await refused({ sha256: `${sha256}0` }))[0]).toBe(404);
		expect(await unfinished(jonas)).toEqual([]);
	});

	test("is nobody else's: without a session, with another, or with the administrator's", async () => {
		const bytes = randomBytes(PICTURE_BYTES);
		const sha256 = sha256Of(bytes);
		await send(jonas, { sha256, bytes: bytes.subarray(0, 1000), from: 0, total: PICTURE_BYTES });
		const address = `${server.url}/_outlay/uploads/${sha256}`;
		expect((await fetch(address)).status).toBe(401);
		expect((await fetch(`${address}?bytes=10`, { method: 'PUT', body: 'a' })).status).toBe(401);
		expect((await fetch(address, { headers: AS_ADMINISTRATOR })).status).toBe(403);
		expect(await progress(freja, sha256)).toEqual({ receivedBytes: 0, isStored: false });
		const pieces = `/uploads-${jonas.view.companyId}`;
		expect((await jonas.request('GET', `${pieces}/_all_docs`)).status).toBe(404);
		const planted = await jonas.request('PUT', `${pieces}/${'a'.repeat(8)}`, {});
		expect(planted.status).toBe(404);
		// The bytes of somebody else don't count either, whoever knows their hash.
		const theirs = await send(freja, { sha256, bytes: bytes.subarray(1000), from: 1000 });
		expect(theirs).toMatchObject({ status: 409, code: 'upload.gap', receivedBytes: 0 });
		await send(jonas, { sha256, bytes: bytes.subarray(1000), from: 1000 });
		expect(await storedBytes(freja, sha256)).toBeNull();
	});

	test('may not fill the server: the one that waits longest gives way to a new one', async () => {
		const large = 200_000;
		const hashes = Array.from({ length: 6 }, () => sha256Of(randomBytes(8)));
		const upload = (id: string) => id.split(':')[1];
		// Five of them are a million bytes, as many as one person may have unfinished here.
		const some = randomBytes(large - 1);
		for (const sha256 of hashes) {
			nowMs += 1000;
			await send(jonas, { sha256, bytes: some, from: 0, total: large });
		}
		const left = new Set((await unfinished(jonas)).map(upload));
		expect(left).toEqual(new Set(hashes.slice(1)));
		expect(await progress(freja, hashes[1] ?? '')).toMatchObject({ receivedBytes: 0 });
	});
});

describe('an unfinished upload', () => {
	test('outlives the server being killed, and is forgotten after a week', async () => {
		const dataDir = await temporaryDirectory();
		let server = await startServerProcess({ dataDir });
		try {
			let jonas = await TestPerson.signIn(server, 'jonas');
			const bytes = randomBytes(PICTURE_BYTES);
			const sha256 = sha256Of(bytes);
			begin(jonas, { sha256, bytes, from: 0 }, 140_000);
			await expect.poll(async () => (await unfinished(jonas)).length).toBe(2);
			await server.kill();
			server = await startServerProcess({ dataDir });
			jonas = jonas.at(server);
			expect((await progress(jonas, sha256)).receivedBytes).toBe(2 * 64 * 1024);
			await server.stop();

			const later = await startServer({ dataDir, now: () => Date.now() + 8 * DAY_MS });
			try {
				await expect.poll(() => unfinished(jonas.at(later))).toEqual([]);
			} finally {
				await later.stop();
			}
		} finally {
			await server.stop();
			await remove(dataDir);
		}
	});

	test('is gone on with at another server on the same CouchDB', async () => {
		const couch = await startCouchdb();
		const environment = { COUCHDB_URL: couch.url() };
		const first = await startServer({ environment });
		const second = await startServer({ environment });
		try {
			const jonas = await TestPerson.signIn(first, 'jonas');
			const bytes = randomBytes(PICTURE_BYTES);
			const sha256 = sha256Of(bytes);
			const total = bytes.byteLength;
			await send(jonas, { sha256, bytes: bytes.subarray(0, 150_000), from: 0, total });
			const there = jonas.at(second);
			await expect.poll(async () => (await progress(there, sha256)).receivedBytes).toBe(150_000);
			// In a cluster a copy may answer that has not heard of the last bytes: a device sends them again.
			await expect
				.poll(() => send(there, { sha256, bytes: bytes.subarray(150_000), from: 150_000 }))
				.toMatchObject({ isStored: true });
			expect((await storedBytes(jonas, sha256))?.equals(bytes)).toBe(true);
		} finally {
			await first.stop();
			await second.stop();
			await couch.stop();
		}
	});
});
