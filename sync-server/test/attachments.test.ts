import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
	ADMINISTRATOR,
	AS_ADMINISTRATOR,
	remove,
	startServer,
	startServerProcess,
	temporaryDirectory,
	type TestServer
} from '../../tests/support/server.ts';
import { pictureBytes, sha256Of, TestPerson } from '../../tests/support/test-person.ts';

/** Names of every stored file of bytes, half arrived ones too. */
async function storedFiles({ dataDir }: Pick<TestServer, 'dataDir'>): Promise<string[]> {
	const entries = await readdir(path.join(dataDir, 'files'), {
		recursive: true,
		withFileTypes: true
	});
	return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** An upload that announces a body and sends none of it yet. */
function announce(
	person: TestPerson,
	id: string,
	headers: Record<string, string | number>
): ClientRequest {
	const sent = httpRequest(`${person.url}/${person.mailbox}/${id}/data`, {
		method: 'PUT',
		headers: { cookie: person.cookie, 'content-type': 'image/jpeg', ...headers }
	});
	// The server closes it when it has said no.
	sent.on('error', () => undefined);
	sent.flushHeaders();
	return sent;
}

async function answerTo(sent: ClientRequest): Promise<{ status: number; reason: string }> {
	const [answer] = (await once(sent, 'response')) as [IncomingMessage];
	let text = '';
	for await (const part of answer.setEncoding('utf8')) text += String(part);
	const { reason } = JSON.parse(text) as { reason?: string };
	return { status: answer.statusCode ?? 0, reason: (reason ?? '').split(':')[0] ?? '' };
}

describe('an upload', () => {
	let server: TestServer;
	let jonas: TestPerson;
	beforeAll(async () => {
		server = await startServer();
		jonas = await TestPerson.signIn(server, 'jonas');
	});
	afterAll(() => server.stop());

	test('is refused before its bytes are taken, where that much is known', async () => {
		const blob = `blob:${sha256Of('not sent')}`;
		const draft = jonas.document('transaction', jonas.newId('transaction'), jonas.expense());
		const rev = String((await jonas.put(draft)).body['rev']);
		for (const [id, headers, status, reason] of [
			[blob, { 'content-type': 'text/html' }, 403, 'blob.media_type'],
			[blob, { 'content-length': 8 * 1024 * 1024 + 1 }, 413, 'the request entity is too large'],
			[jonas.newId('transaction'), {}, 403, 'document.attachments'],
			[`${draft._id}`, { 'if-match': rev }, 403, 'document.attachments'],
			[draft._id, {}, 409, 'Document update conflict.'],
			[`transaction:somebody:${'0'.repeat(26)}`, {}, 403, 'document.not_yours'],
			['_design%2Fx', {}, 403, 'document.design'],
			['case:x:y', {}, 403, 'document.unknown_type']
		] as const) {
			const sent = announce(jonas, id, { 'content-length': 1_000_000, ...headers });
			expect([id, await answerTo(sent)]).toEqual([id, { status, reason }]);
			sent.destroy();
		}
		expect(await storedFiles(server)).toEqual([]);
	});

	test('leaves nothing behind when its bytes are not what the id names, or stop coming', async () => {
		const before = await storedFiles(server);
		const id = `blob:${sha256Of('something else')}`;
		const wrong = announce(jonas, id, { 'content-length': 5 });
		wrong.end('wrong');
		expect(await answerTo(wrong)).toEqual({ status: 403, reason: 'blob.other_content' });

		const tooLong = announce(jonas, id, { 'transfer-encoding': 'chunked' });
		const answer = answerTo(tooLong);
		tooLong.write(Buffer.alloc(8 * 1024 * 1024 + 1));
		expect((await answer).status).toBe(413);
		tooLong.destroy();

		const cut = announce(jonas, id, { 'content-length': 1_000_000 });
		cut.write('the first of them');
		await expect.poll(() => storedFiles(server)).not.toEqual(before);
		cut.destroy();
		await expect.poll(() => storedFiles(server)).toEqual(before);
		expect(await jonas.read(id)).toBeNull();
	});

	test('of the right bytes is one file, however often it comes at once', async () => {
		const bytes = pictureBytes('many at once');
		const id = `blob:${sha256Of(bytes)}`;
		const statuses = await Promise.all(
			Array.from({ length: 8 }, async () => {
				const sent = announce(jonas, id, { 'content-length': bytes.byteLength });
				sent.end(bytes);
				return (await answerTo(sent)).status;
			})
		);
		expect(statuses.filter((status) => status === 201)).toHaveLength(1);
		expect(statuses.filter((status) => status === 409)).toHaveLength(7);
		expect(await storedFiles(server)).toEqual([sha256Of(bytes)]);
	});
});

describe('a full disk', () => {
	test('is told as such, keeps nothing half written, names nobody in the log, and reading goes on', async () => {
		const directory = await temporaryDirectory();
		const logFile = path.join(directory, 'log');
		const server = await startServerProcess({
			largestFileKiB: 24 * 1024,
			logFile,
			environment: { OUTLAY_LOG_LEVEL: 'debug' }
		});
		try {
			const jonas = await TestPerson.signIn(server, 'jonas');
			const send = async (address: string, body: Uint8Array<ArrayBuffer> | string) => {
				const answer = await fetch(`${server.url}/${jonas.mailbox}/${address}`, {
					method: 'PUT',
					headers: { ...AS_ADMINISTRATOR, 'content-type': 'application/json' },
					body
				});
				const { error } = (await answer.json()) as { error?: string };
				return [answer.status, error];
			};
			const full = [507, 'insufficient_storage'];
			expect(await send('large/data', new Uint8Array(32 * 1024 * 1024))).toEqual(full);
			expect(await storedFiles(server)).toEqual([]);
			expect(await send('small/data', new Uint8Array(1024))).toEqual([201, undefined]);

			// Documents lie in a file of their own, which is full in the end, too.
			let outcome: unknown[] = [];
			let written = 0;
			for (let n = 0; n < 40 && (outcome[0] ?? 201) === 201; n++) {
				const text = createHash('sha256')
					.update(String(n))
					.digest('hex')
					.repeat(32 * 1024);
				outcome = await send(`document-${n}`, JSON.stringify({ text }));
				if (outcome[0] === 201) written += 1;
			}
			// LMDB tells the last piece that fits no more as a broken disk.
			expect([503, 507]).toContain(outcome[0]);
			expect(written).toBeGreaterThan(1);
			expect((await send('another', '{}'))[0]).toBeOneOf([201, 503, 507]);
			const ids = await jonas.ids();
			expect(ids.filter((id) => id.startsWith('document-'))).toHaveLength(written);
			expect((await jonas.request('GET', `/${jonas.mailbox}/document-0`)).status).toBe(200);

			const log = await readFile(logFile, 'utf8');
			expect(log).toContain('store.');
			const { workEmail, password } = jonas.card;
			const token = jonas.cookie.slice(jonas.cookie.indexOf('=') + 1);
			for (const secret of [jonas.userId, workEmail, password, token, ADMINISTRATOR.password]) {
				expect(log).not.toContain(secret);
			}
		} finally {
			await server.stop();
			await remove(directory);
		}
	});
});
