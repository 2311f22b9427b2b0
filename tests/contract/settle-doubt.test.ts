/**
 * What becomes of a write that only some copies in a cluster took. Over our own server, where the revisions that others
 * wrote at the same time are put beside it as replication would.
 */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { CouchdbClient } from '@outlay/sync-server/store/couchdb/couchdb-client';
import { DatabaseLine } from '@outlay/sync-server/store/couchdb/database-line';
import { settleDoubt } from '@outlay/sync-server/store/couchdb/settle-doubt';
import { StoreUnreachable } from '@outlay/sync-server/store/store-errors';
import { call, startCouchServer, type CouchServer } from './couch-server.ts';

const DATABASE = 'registry';

let server: CouchServer;
let line: DatabaseLine;
beforeAll(async () => {
	server = await startCouchServer();
	await call('PUT', `${server.origin}/${DATABASE}`);
	line = new DatabaseLine(new CouchdbClient(`${server.origin}/`), DATABASE);
});
afterAll(() => server.stop());

const ask = (method: string, path: string, body?: unknown) =>
	call(method, `${server.origin}/${DATABASE}/${path}`, body, { accept: 'application/json' });

/** The revision `hash` on top of others, newest first, as a copy took it. */
async function took(id: string, hashes: readonly string[], body: object): Promise<string> {
	const _rev = `${hashes.length}-${hashes[0]}`;
	const _revisions = { start: hashes.length, ids: hashes };
	await ask('POST', '_bulk_docs', {
		docs: [{ _id: id, _rev, _revisions, ...body }],
		new_edits: false
	});
	return _rev;
}

async function leavesOf(id: string): Promise<{ _rev: string; _deleted?: boolean }[]> {
	const answer = await ask('GET', `${id}?open_revs=all`);
	return (answer.json as unknown as { ok: { _rev: string } }[]).map(({ ok }) => ok);
}

test('one that somebody else was faster than is taken back', async () => {
	await took('edited', ['r'], { n: 1 });
	const other = await took('edited', ['a', 'r'], { n: 2 });
	// Without being taken back it would win.
	const mine = await took('edited', ['b', 'r'], { n: 3 });
	await settleDoubt(line, 'edited', mine);
	expect((await ask('GET', 'edited?conflicts=true')).json).toEqual({
		_id: 'edited',
		_rev: other,
		n: 2
	});
	const created = await took('created', ['a'], { n: 1 });
	await settleDoubt(line, 'created', await took('created', ['b'], { n: 2 }));
	expect((await ask('GET', 'created')).json).toMatchObject({ _rev: created, n: 1 });
});

test('a deletion that had the majority stands', async () => {
	await took('gone', ['r'], { n: 1 });
	await took('gone', ['a', 'r'], { _deleted: true });
	await settleDoubt(line, 'gone', await took('gone', ['b', 'r'], { n: 3 }));
	expect((await ask('GET', 'gone')).status).toBe(404);
	expect((await leavesOf('gone')).every(({ _deleted }) => _deleted)).toBe(true);
});

test('a branch that was there before is no rival', async () => {
	await took('branched', ['r'], { n: 1 });
	await took('branched', ['x', 'q'], { n: 2 });
	const mine = await took('branched', ['b', 'r'], { n: 3 });
	await expect(settleDoubt(line, 'branched', mine)).rejects.toBeInstanceOf(StoreUnreachable);
	expect((await leavesOf('branched')).map(({ _rev }) => _rev)).toContain(mine);
});

test('one that nobody was faster than is left where it is, and not told as written', async () => {
	await took('alone', ['r'], { n: 1 });
	const mine = await took('alone', ['b', 'r'], { n: 2 });
	await expect(settleDoubt(line, 'alone', mine)).rejects.toBeInstanceOf(StoreUnreachable);
	expect((await ask('GET', 'alone')).json).toMatchObject({ _rev: mine, n: 2 });
});

test('where all took theirs back, what they began from stands again, once', async () => {
	const _attachments = { 'a.txt': { content_type: 'text/plain', data: 'aGVsbG8=' } };
	await took('split', ['r'], { n: 1, _attachments });
	const all: string[] = [];
	for (const [i, hash] of ['a', 'b', 'c'].entries()) {
		all.push(await took('split', [hash, 'r'], { n: 2 + i }));
	}
	await Promise.all(all.map((rev) => settleDoubt(line, 'split', rev)));
	const { json } = await ask('GET', 'split?attachments=true&conflicts=true');
	expect(json).toMatchObject({ n: 1, _attachments });
	expect(json).not.toHaveProperty('_conflicts');
});
