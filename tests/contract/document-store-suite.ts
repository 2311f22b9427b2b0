/**
 * What every document store must do, run over each implementation. The rules are CouchDB's; the promises are
 * in `document-store.ts`.
 */

import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type {
	AttachmentStub,
	Database,
	DocumentStore,
	DocumentWrite,
	JsonObject,
	WriteOutcome
} from '@outlay/sync-server/store/document-store';
import { AttachmentTooLarge, DatabaseDropped } from '@outlay/sync-server/store/store-errors';

export interface StoreUnderTest {
	store: DocumentStore;
	/** Closes the store and opens the same data again. */
	reopen(): Promise<DocumentStore>;
	discard(): Promise<void>;
}

/** Runs the whole contract over the stores `start` makes. */
export function describeDocumentStore(
	label: string,
	start: () => Promise<StoreUnderTest>,
	/** How many random histories are tried. */
	histories = 100
): void {
	describe(label, () => {
		let under: StoreUnderTest;
		let store: DocumentStore;
		let db: Database;
		let count = 0;

		beforeAll(async () => {
			under = await start();
			store = under.store;
		});
		afterAll(() => under.discard());
		beforeEach(async () => {
			const name = `mailbox-acme-u${(count += 1)}`;
			await store.create(name);
			db = await mustOpen(store, name);
		});

		async function write(partial: Partial<DocumentWrite> & { id: string }): Promise<WriteOutcome> {
			const [outcome] = await db.write([edit(partial)]);
			if (!outcome) throw new Error('A write has an outcome.');
			return outcome;
		}
		async function written(partial: Partial<DocumentWrite> & { id: string }): Promise<string> {
			const outcome = await write(partial);
			if (!outcome.ok) throw new Error(`Refused: ${outcome.refusal}`);
			return outcome.rev;
		}

		describe('databases', () => {
			test('are created once, listed, dropped once, and start anew when created again', async () => {
				expect(await store.create('ledger-acme')).toBe(true);
				expect(await store.create('ledger-acme')).toBe(false);
				expect(await store.names()).toContain('ledger-acme');
				const first = await mustOpen(store, 'ledger-acme');
				await first.write([edit({ id: 'a' })]);
				const since = (await first.info()).updateSeq;
				expect(await store.drop('ledger-acme')).toBe(true);
				expect(await store.drop('ledger-acme')).toBe(false);
				expect(await store.open('ledger-acme')).toBeNull();
				await expect(first.read('a')).rejects.toBeInstanceOf(DatabaseDropped);
				await expect(first.write([edit({ id: 'b' })])).rejects.toBeInstanceOf(DatabaseDropped);

				await store.create('ledger-acme');
				const second = await mustOpen(store, 'ledger-acme');
				expect(await second.read('a')).toBeNull();
				await second.write([edit({ id: 'c' })]);
				// The old database's sequence means nothing here: everything is shown.
				expect(ids(await second.changes({ since }))).toEqual(['c']);
				await store.drop('ledger-acme');
			});

			test('count documents and tombstones', async () => {
				const rev = await written({ id: 'a' });
				await written({ id: 'b' });
				await written({ id: 'a', parentRev: rev, deleted: true });
				const info = await db.info();
				expect(info).toMatchObject({ docCount: 1, deletedDocCount: 1, name: db.name });
				expect(info.updateSeq).toMatch(/^3-[\w-]+$/);
			});

			test('keep everything, and their epoch, when the store is opened again', async () => {
				const rev = await written({ id: 'a', body: { amount: 1 } });
				await db.writeLocal('checkpoint', { at: 1 });
				await db.writeSecurity({ admins: { names: ['x'], roles: [] } });
				const before = { info: await db.info(), uuid: store.uuid };
				store = await under.reopen();
				db = await mustOpen(store, db.name);
				expect(store.uuid).toBe(before.uuid);
				expect(await db.info()).toEqual(before.info);
				expect(await db.read('a')).toMatchObject({ rev, body: { amount: 1 } });
				expect(await db.readLocal('checkpoint')).toMatchObject({ rev: '0-1', body: { at: 1 } });
				expect(await db.readSecurity()).toEqual({ admins: { names: ['x'], roles: [] } });
			});
		});

		describe('normal edits', () => {
			test('create, replace and delete; the tombstone keeps its body', async () => {
				const first = await written({ id: 'a', body: { n: 1 } });
				expect(first).toMatch(/^1-[0-9a-f]{32}$/);
				const second = await written({ id: 'a', parentRev: first, body: { n: 2 } });
				expect(second).toMatch(/^2-/);
				const third = await written({
					id: 'a',
					parentRev: second,
					deleted: true,
					body: { removal: 'moved' }
				});
				expect(await db.read('a')).toEqual({
					id: 'a',
					rev: third,
					deleted: true,
					body: { removal: 'moved' },
					attachments: {},
					revisions: { start: 3, ids: [third, second, first].map(hashOf) }
				});
				expect(await db.read('a', first)).toMatchObject({ body: { n: 1 }, deleted: false });
			});

			test('conflict without the newest revision, also when the same edit is sent again', async () => {
				expect(await write({ id: 'a', parentRev: `1-${'a'.repeat(32)}` })).toMatchObject({
					refusal: 'conflict'
				});
				const first = await written({ id: 'a', body: { n: 1 } });
				expect(await write({ id: 'a', body: { n: 1 } })).toMatchObject({ refusal: 'conflict' });
				const second = await written({ id: 'a', parentRev: first, body: { n: 2 } });
				expect(await write({ id: 'a', parentRev: first, body: { n: 2 } })).toMatchObject({
					ok: false,
					refusal: 'conflict'
				});
				expect(await write({ id: 'a', parentRev: 'nonsense' })).toMatchObject({
					refusal: 'bad_rev'
				});
				expect((await db.read('a'))?.rev).toBe(second);
			});

			test('the same edit of the same parent makes the same revision anywhere', async () => {
				const here = await written({ id: 'a', body: { n: 1, list: ['x'] } });
				await store.create('settings-other');
				const other = await mustOpen(store, 'settings-other');
				const [there] = await other.write([edit({ id: 'a', body: { n: 1, list: ['x'] } })]);
				expect(there).toMatchObject({ ok: true, rev: here });
				await store.drop('settings-other');
			});

			test('a deleted document is created again on top of its tombstone', async () => {
				const first = await written({ id: 'a' });
				const second = await written({ id: 'a', parentRev: first, deleted: true });
				expect(await write({ id: 'a', deleted: true })).toMatchObject({ refusal: 'conflict' });
				const third = await written({ id: 'a', body: { again: true } });
				expect(third).toMatch(/^3-/);
				expect((await db.read('a'))?.revisions.ids[1]).toBe(hashOf(second));
			});

			test('rows of one call see each other, and each has its own outcome', async () => {
				const outcomes = await db.write([
					edit({ id: 'a', body: { n: 1 } }),
					edit({ id: 'a', body: { n: 2 } }),
					edit({ id: 'b' })
				]);
				expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, false, true]);
				expect(await db.info()).toMatchObject({ docCount: 2 });
			});

			test('two writers of one revision: one wins, the other conflicts', async () => {
				const first = await written({ id: 'a' });
				const outcomes = await Promise.all(
					[1, 2, 3].map((n) => write({ id: 'a', parentRev: first, body: { n } }))
				);
				expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
			});

			test('ids may be long, odd and not ASCII', async () => {
				for (const id of [
					'a/b+c d%2F',
					'ærø ☕ 😀',
					'\u0000nul',
					'x'.repeat(1_500),
					'"',
					'constructor'
				]) {
					await written({ id, body: { id } });
					expect((await db.read(id))?.body).toEqual({ id });
				}
				expect(await db.read('y'.repeat(5_000))).toBeNull();
				await expect(write({ id: 'y'.repeat(1_501) })).rejects.toThrow(/1500 bytes/);
			});
		});

		describe('replicated edits', () => {
			test('bring their history; revisions between are known but missing', async () => {
				await written({ id: 'a', revisions: { start: 3, ids: ['c', 'b', 'a'] }, body: { n: 3 } });
				expect(await db.history('a', '3-c')).toEqual([
					{ rev: '3-c', status: 'available' },
					{ rev: '2-b', status: 'missing' },
					{ rev: '1-a', status: 'missing' }
				]);
				expect(await db.read('a', '2-b')).toBeNull();
			});

			test('twice is once', async () => {
				const revisions = { start: 2, ids: ['b', 'a'] };
				await written({ id: 'a', revisions });
				const before = await db.info();
				expect(await write({ id: 'a', revisions })).toMatchObject({ ok: true, rev: '2-b' });
				expect(await db.info()).toEqual(before);
			});

			test('a delivered, deleted and again delivered revision stays deleted', async () => {
				const revisions = { start: 1, ids: ['a'] };
				await written({ id: 'a', revisions });
				await written({ id: 'a', parentRev: '1-a', deleted: true });
				await written({ id: 'a', revisions });
				expect(await db.read('a')).toMatchObject({ deleted: true });
			});

			test('branch; the winner lives, is longest, and has the greatest hash', async () => {
				await written({ id: 'a', revisions: { start: 2, ids: ['b', 'a'] } });
				await written({ id: 'a', revisions: { start: 2, ids: ['c', 'a'] } });
				await written({ id: 'a', revisions: { start: 3, ids: ['d', 'x', 'a'] }, deleted: true });
				expect((await db.leaves('a')).map((leaf) => leaf.rev)).toEqual(['2-c', '2-b', '3-d']);
				await written({ id: 'a', parentRev: '2-c', deleted: true });
				expect((await db.read('a'))?.rev).toBe('2-b');
				const { rows } = await db.changes({ since: '0' });
				expect(rows).toHaveLength(1);
				expect(rows[0]).toMatchObject({ id: 'a', deleted: false });
				expect(rows[0]?.leaves).toHaveLength(3);
			});

			test('refuse what is no history', async () => {
				for (const revisions of [
					{ start: 1, ids: ['b', 'a'] },
					{ start: 1, ids: [] },
					{ start: 0.5, ids: ['a'] },
					{ start: 2, ids: ['a b', 'a'] }
				]) {
					expect(await write({ id: 'a', revisions })).toMatchObject({ refusal: 'bad_rev' });
				}
			});

			test('keep a thousand revisions of a branch, and go on', async () => {
				const chain = Array.from({ length: 1_500 }, (_, i) => md5(String(1_500 - i)));
				await written({ id: 'a', revisions: { start: 1_500, ids: chain }, body: { n: 0 } });
				const next = await written({ id: 'a', parentRev: `1500-${chain[0]}`, body: { n: 1 } });
				const found = await db.read('a');
				expect(found).toMatchObject({ rev: next, body: { n: 1 } });
				expect(found?.revisions.ids).toHaveLength(1_000);
				// A history that reaches back further than ours changes nothing about bodies we have.
				await written({
					id: 'a',
					revisions: { start: 1_502, ids: [md5('new'), hashOf(next), ...chain] }
				});
				expect(await db.read('a', next)).toMatchObject({ body: { n: 1 } });
				expect(await db.leaves('a')).toHaveLength(1);
			});

			test('missing revisions are told, with possible ancestors', async () => {
				await written({ id: 'a', revisions: { start: 2, ids: ['b', 'a'] } });
				for (const ids of [['x'], ['y']]) {
					await written({ id: 'branched', revisions: { start: 1, ids } });
				}
				for (const id of ['first', 'newer', 'other']) {
					await written({ id, revisions: { start: 1, ids: ['a'] } });
				}
				const answer = await db.missing(
					new Map([
						['a', ['1-a', '2-b', '3-c']],
						['branched', ['1-x', '1-y', '1-z', '2-z']],
						['known', []],
						['first', ['1-a']],
						['newer', ['1-a', '2-b']],
						['other', ['1-b']],
						['unknown', ['1-z']]
					])
				);
				expect(Object.fromEntries(answer)).toEqual({
					a: { missing: ['3-c'], possibleAncestors: ['2-b'] },
					branched: { missing: ['1-z', '2-z'], possibleAncestors: ['1-y', '1-x'] },
					newer: { missing: ['2-b'], possibleAncestors: ['1-a'] },
					other: { missing: ['1-b'], possibleAncestors: [] },
					unknown: { missing: ['1-z'], possibleAncestors: [] }
				});
			});

			test('any order of the same revisions gives the same winner and the same leaves', async () => {
				let round = 0;
				await fc.assert(
					fc.asyncProperty(editHistories(), fc.infiniteStream(fc.nat()), async (edits, picks) => {
						const inOrder = `in-order-${(round += 1)}`;
						const shuffled = `shuffled-${round}`;
						for (const one of edits) await written({ ...one, id: inOrder });
						for (const one of shuffle(edits, picks)) await written({ ...one, id: shuffled });
						const [a, b] = [await db.leaves(inOrder), await db.leaves(shuffled)];
						expect(b.map(withoutId)).toEqual(a.map(withoutId));
						expect(await db.read(shuffled)).toMatchObject({ rev: a[0]?.rev });
						expect(a.map((leaf) => leaf.rev)).toEqual(expectedLeaves(edits));
					}),
					{ numRuns: histories }
				);
				const info = await db.info();
				const { rows } = await db.changes({ since: '0' });
				expect(rows).toHaveLength(info.docCount + info.deletedDocCount);
				expect(rows.filter((row) => row.deleted)).toHaveLength(info.deletedDocCount);
			});
		});

		describe('winner-only writes', () => {
			test('create, and extend the winner', async () => {
				const first = await written({ id: 'a', winnerOnly: true });
				const second = await written({ id: 'a', winnerOnly: true, parentRev: first });
				await written({
					id: 'a',
					winnerOnly: true,
					revisions: { start: 4, ids: ['d', 'c', hashOf(second), hashOf(first)] }
				});
				expect((await db.read('a'))?.rev).toBe('4-d');
				await written({ id: 'b', winnerOnly: true, revisions: { start: 2, ids: ['b', 'a'] } });
				// Sent again, it is there already.
				await written({ id: 'b', winnerOnly: true, revisions: { start: 2, ids: ['b', 'a'] } });
			});

			test('touch no other branch, however long its history', async () => {
				await written({ id: 'a', revisions: { start: 2, ids: ['c', 'a'] } });
				await written({ id: 'a', revisions: { start: 2, ids: ['b', 'a'] } });
				for (const attempt of [
					{ parentRev: '2-b' },
					{ revisions: { start: 3, ids: ['d', 'b', 'a'] } },
					{ revisions: { start: 9, ids: ['z', 'y'] } },
					{ revisions: { start: 1, ids: ['q'] } }
				]) {
					expect(await write({ id: 'a', winnerOnly: true, ...attempt })).toMatchObject({
						refusal: 'not_winning'
					});
				}
				expect(await write({ id: 'a', winnerOnly: true, parentRev: '1-a' })).toMatchObject({
					refusal: 'conflict'
				});
			});
		});

		describe('changes', () => {
			test('show each document once, in the order of the last edit, in pages', async () => {
				const first = await written({ id: 'a' });
				await written({ id: 'b' });
				await written({ id: 'c' });
				await written({ id: 'a', parentRev: first });
				const page = await db.changes({ since: '0', limit: 2 });
				expect(ids(page)).toEqual(['b', 'c']);
				expect(page).toMatchObject({ pending: 1, lastSeq: page.rows[1]?.seq });
				const rest = await db.changes({ since: page.lastSeq, limit: 2 });
				expect(ids(rest)).toEqual(['a']);
				expect(rest).toMatchObject({ pending: 0, lastSeq: (await db.info()).updateSeq });
				expect(ids(await db.changes({ since: 'now' }))).toEqual([]);
				expect(ids(await db.changes({ since: '0', descending: true }))).toEqual(['a', 'c', 'b']);
				expect(await db.changes({ since: '0', limit: 0 })).toMatchObject({ rows: [], pending: 3 });
			});

			test('tell at each page how many lie beyond it, whatever is written meanwhile', async () => {
				await db.write(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => edit({ id })));
				const first = await db.changes({ since: '0', limit: 2 });
				const second = await db.changes({ since: first.lastSeq, limit: 1 });
				expect([first.pending, second.pending]).toEqual([4, 3]);
				await db.write([edit({ id: 'g' }), edit({ id: 'h' })]);
				const rev = (await db.read('a'))?.rev ?? null;
				await db.write([edit({ id: 'a', parentRev: rev, deleted: true })]);
				const third = await db.changes({ since: second.lastSeq, limit: 1 });
				const fourth = await db.changes({ since: third.lastSeq, limit: 2 });
				expect([third.pending, fourth.pending]).toEqual([5, 3]);
				const again = await db.changes({ since: first.lastSeq, limit: 2 });
				expect([ids(again), again.pending]).toEqual([['c', 'd'], 5]);
			});

			test('of some ids only', async () => {
				await db.write(['a', 'b', 'c', 'd'].map((id) => edit({ id })));
				const wanted = new Set(['d', 'b', 'unknown']);
				const page = await db.changes({ since: '0', ids: wanted, limit: 1 });
				expect(ids(page)).toEqual(['b']);
				expect(page.pending).toBe(1);
				const rest = await db.changes({ since: page.lastSeq, ids: wanted });
				expect(ids(rest)).toEqual(['d']);
				expect(ids(await db.changes({ since: rest.lastSeq, ids: wanted }))).toEqual([]);
			});

			test('start over for a sequence of another epoch', async () => {
				await written({ id: 'a' });
				const { updateSeq } = await db.info();
				expect(ids(await db.changes({ since: updateSeq }))).toEqual([]);
				expect(ids(await db.changes({ since: `${updateSeq}x` }))).toEqual(['a']);
				expect(updateSeq).toBe(encodeURIComponent(updateSeq));
			});

			test('ring when something was written, and not when nothing was', async () => {
				const rung: string[] = [];
				const quiet = db.onChange(() => rung.push('database'));
				const quietStore = store.onWrite((name) => rung.push(name));
				await written({ id: 'a', revisions: { start: 1, ids: ['a'] } });
				expect(rung).toEqual(['database', db.name]);
				await written({ id: 'a', revisions: { start: 1, ids: ['a'] } });
				await write({ id: 'a' });
				expect(rung).toHaveLength(2);
				quiet();
				quietStore();
				await written({ id: 'b' });
				expect(rung).toHaveLength(2);
			});

			test('tell what happened to a database', async () => {
				const heard: string[] = [];
				const quiet = store.onWrite((name, event) => heard.push(`${name} ${event}`));
				const name = `${db.name}x`;
				await store.create(name);
				await store.create(name);
				await (await mustOpen(store, name)).write([edit({ id: 'a' })]);
				await store.drop(name);
				quiet();
				expect(heard).toEqual(['created', 'updated', 'deleted'].map((event) => `${name} ${event}`));
			});

			test('hold what the bell told of', async () => {
				const seen = new Promise<string[]>((resolve, reject) => {
					const quiet = db.onChange(() => {
						quiet();
						db.changes({ since: '0' }).then((page) => resolve(ids(page)), reject);
					});
				});
				await written({ id: 'a' });
				expect(await seen).toEqual(['a']);
			});
		});

		describe('all documents', () => {
			test('are in the order of their bytes, without tombstones, between keys', async () => {
				const names = ['Z', 'a', 'b', 'ø', '😀', '^a', 'ab'];
				await db.write(names.map((id) => edit({ id })));
				const rev = await written({ id: 'gone' });
				await written({ id: 'gone', parentRev: rev, deleted: true });
				const sorted = ['Z', '^a', 'a', 'ab', 'b', 'ø', '😀'];
				const all = await db.allDocs({});
				expect(all.rows.map((row) => row.id)).toEqual(sorted);
				expect(all).toMatchObject({ total: 7, offset: 0 });

				const list = async (query: Parameters<Database['allDocs']>[0]) =>
					(await db.allDocs(query)).rows.map((row) => row.id);
				expect(await list({ descending: true })).toEqual(sorted.toReversed());
				expect(await list({ startKey: 'a', endKey: 'b' })).toEqual(['a', 'ab', 'b']);
				expect(await list({ startKey: 'a', endKey: 'b', inclusiveEnd: false })).toEqual([
					'a',
					'ab'
				]);
				expect(await list({ startKey: 'b', endKey: 'a', descending: true })).toEqual([
					'b',
					'ab',
					'a'
				]);
				expect(await list({ startKey: 'b', endKey: 'a' })).toEqual([]);
				expect(await list({ skip: 2, limit: 2 })).toEqual(['a', 'ab']);
				expect(await list({ limit: 0 })).toEqual([]);
				expect(await db.allDocs({ startKey: 'a', skip: 1 })).toMatchObject({ offset: 3, total: 7 });
				expect(await list({ startKey: 'y'.repeat(9_000) })).toEqual(['ø', '😀']);
			});
		});

		describe('design documents', () => {
			test('are listed while they live, without the documents around them', async () => {
				const first = await written({ id: '_design/a', body: { views: {} } });
				const second = await written({ id: '_design/ø b' });
				for (const id of ['a', 'design', '~design0']) await written({ id });
				expect(await db.designDocuments()).toEqual([
					{ id: '_design/a', rev: first, deleted: false },
					{ id: '_design/ø b', rev: second, deleted: false }
				]);
				await written({ id: '_design/a', parentRev: first, deleted: true });
				expect((await db.designDocuments()).map(({ id }) => id)).toEqual(['_design/ø b']);
			});
		});

		describe('index blocks', () => {
			const blocksOf = ({ queries }: Database) => (queries.by === 'server' ? queries.blocks : null);

			test('are written together, read, listed, and kept when opened again', async (context) => {
				const blocks = blocksOf(db);
				context.skip(blocks === null, 'this store answers queries itself');
				if (!blocks) return;
				await blocks.write([
					['a/1', Buffer.from('one')],
					['a/ø', Buffer.from('two')],
					['b', Buffer.from('three')]
				]);
				await blocks.write([['a/1', null]]);
				store = await under.reopen();
				db = await mustOpen(store, db.name);
				const again = blocksOf(db);
				expect(again?.keys('a/')).toEqual(['a/ø']);
				expect(again?.keys('')).toEqual(['a/ø', 'b']);
				expect(again?.read('a/ø')?.toString()).toBe('two');
				expect(again?.read('a/1')).toBeUndefined();
			});

			test('belong to one database and go with it', async (context) => {
				const blocks = blocksOf(db);
				context.skip(blocks === null, 'this store answers queries itself');
				await blocks?.write([['a', Buffer.from('one')]]);
				const { name } = db;
				await store.drop(name);
				await expect(blocks?.write([['b', Buffer.from('two')]])).rejects.toBeInstanceOf(
					DatabaseDropped
				);
				await store.create(name);
				expect(blocksOf(await mustOpen(store, name))?.keys('')).toEqual([]);
			});
		});

		describe('writes that were judged', () => {
			test('are refused once another revision wins', async () => {
				expect(await write({ id: 'a', judgedRev: '1-a' })).toMatchObject({
					refusal: 'judged_other'
				});
				const first = await written({ id: 'a', judgedRev: null });
				const second = await written({ id: 'a', parentRev: first, judgedRev: first });
				const going = { start: 3, ids: ['c', hashOf(second), hashOf(first)] };
				for (const attempt of [
					{ revisions: going, judgedRev: null },
					{ revisions: going, judgedRev: first },
					{ parentRev: second, judgedRev: first },
					{ parentRev: second, judgedRev: null }
				]) {
					expect(await write({ id: 'a', ...attempt })).toMatchObject({ refusal: 'judged_other' });
				}
				await written({ id: 'a', revisions: going, judgedRev: second });
				// What is there already changes nothing, whatever was looked at.
				await written({ id: 'a', revisions: going, judgedRev: null });
				const gone = await written({ id: 'a', parentRev: '3-c', judgedRev: '3-c', deleted: true });
				expect(await write({ id: 'a', judgedRev: '3-c' })).toMatchObject({
					refusal: 'judged_other'
				});
				await written({ id: 'a', judgedRev: gone });
			});

			test('do not slip past one another, in one call or in several at once', async () => {
				const longer = (body: JsonObject) => ({
					body,
					judgedRev: null,
					winnerOnly: true,
					revisions: { start: 2, ids: ['b', 'a'] }
				});
				const shorter = { judgedRev: null, revisions: { start: 1, ids: ['a'] }, body: { n: 1 } };
				const inOneCall = await db.write([
					edit({ id: 'a', ...shorter }),
					edit({ id: 'a', ...longer({ n: 2 }) })
				]);
				expect(inOneCall).toMatchObject([{ ok: true }, { refusal: 'judged_other' }]);
				const atOnce = await Promise.all([
					write({ id: 'b', ...shorter }),
					write({ id: 'b', ...longer({ n: 2 }) })
				]);
				expect(atOnce).toMatchObject([{ ok: true }, { refusal: 'judged_other' }]);
				expect(await db.read('b')).toMatchObject({ body: { n: 1 } });
			});
		});

		describe('forgetting', () => {
			test('compaction takes bodies that were edited since, and nothing a reader of leaves sees', async () => {
				const first = await written({ id: 'a', body: { n: 1 } });
				const second = await written({ id: 'a', body: { n: 2 }, parentRev: first });
				await written({
					id: 'a',
					body: { n: 3 },
					revisions: { start: 2, ids: [md5('other'), hashOf(first)] }
				});
				const before = [await db.leaves('a'), await db.changes({ since: '0' })];
				expect(await db.read('a', first)).toMatchObject({ body: { n: 1 } });
				await db.compact();
				expect(await db.read('a', first)).toBeNull();
				expect([await db.leaves('a'), await db.changes({ since: '0' })]).toEqual(before);
				expect(await db.history('a', second)).toEqual([
					{ rev: second, status: 'available' },
					{ rev: first, status: 'missing' }
				]);
				expect((await db.info()).docCount).toBe(1);
			});

			test('a purge takes a leaf with what led to it alone, at last the document', async () => {
				const root = await written({ id: 'a', revisions: { start: 1, ids: ['r'] } });
				const left = await written({ id: 'a', revisions: { start: 3, ids: ['l3', 'l2', 'r'] } });
				const right = await written({ id: 'a', revisions: { start: 2, ids: ['x2', 'r'] } });
				await written({ id: 'b' });
				const before = await db.info();

				const first = await db.purge(
					new Map([
						['a', [left, root]],
						['unknown', [root]]
					])
				);
				expect(first.purged).toEqual(
					new Map([
						['a', [left]],
						['unknown', []]
					])
				);
				expect(await db.read('a')).toMatchObject({ rev: right });
				expect((await db.missing(new Map([['a', [left]]]))).has('a')).toBe(true);
				expect(ids(await db.changes({ since: before.updateSeq }))).toEqual(['a']);

				const second = await db.purge(new Map([['a', [right]]]));
				expect(second.purgeSeq).not.toBe(first.purgeSeq);
				expect(await db.leaves('a')).toEqual([]);
				expect(ids(await db.changes({ since: '0' }))).toEqual(['b']);
				expect(await db.info()).toMatchObject({ docCount: 1, purgeSeq: second.purgeSeq });
				// As if it had never been: created anew, not in conflict.
				expect(await written({ id: 'a' })).toMatch(/^1-/);
			});

			test('no more of a branch is remembered than the limit of the database', async () => {
				expect(await db.readRevsLimit()).toBe(1000);
				await db.writeRevsLimit(2);
				expect(await db.readRevsLimit()).toBe(2);
				const first = await written({ id: 'a' });
				const second = await written({ id: 'a', body: { n: 2 }, parentRev: first });
				const third = await written({ id: 'a', body: { n: 3 }, parentRev: second });
				expect((await db.history('a', third)).map(({ rev }) => rev)).toEqual([third, second]);
				expect(await db.read('a', first)).toBeNull();
			});
		});

		describe('erasing', () => {
			test('leaves a tombstone on every branch and nothing else, for good', async () => {
				const photo = {
					...(await store.files.write('acme', chunks(Buffer.from('erased bytes')), 100)),
					contentType: 'image/png',
					revpos: 0
				};
				const first = await written({ id: 'a', body: { word: 'one' }, attachments: { photo } });
				const second = await written({ id: 'a', parentRev: first, body: { word: 'two' } });
				await written({
					id: 'a',
					revisions: { start: 2, ids: ['b', 'a'] },
					body: { word: 'three' }
				});
				await written({ id: 'kept', body: { word: 'kept' } });
				await db.erase(['a', 'never seen']);
				for (const id of ['a', 'never seen']) {
					expect(await db.read(id)).toMatchObject({
						deleted: true,
						body: { removal: 'erased' },
						attachments: {}
					});
				}
				const leaves = await db.leaves('a');
				expect(leaves).toHaveLength(2);
				for (const leaf of leaves) expect(leaf.body).toEqual({ removal: 'erased' });
				for (const rev of [first, second, '2-b']) expect(await db.read('a', rev)).toBeNull();
				expect(await db.info()).toMatchObject({ docCount: 1, deletedDocCount: 2 });
				expect(ids(await db.changes({ since: '0' }))).toEqual(['kept', 'a', 'never seen']);

				const tombstone = leaves[0]?.rev ?? null;
				for (const attempt of [
					{ id: 'a' },
					{ id: 'a', parentRev: tombstone },
					{ id: 'a', revisions: { start: 9, ids: ['z', 'y'] } },
					{ id: 'never seen', body: { word: 'four' } }
				]) {
					expect(await write(attempt)).toMatchObject({ ok: false, refusal: 'erased' });
				}
				// Twice is once.
				const before = await db.info();
				await db.erase(['a']);
				expect((await db.info()).updateSeq).toBe(before.updateSeq);
			});

			test('in several databases at once, passing over one that is not there', async () => {
				await store.create('ledger-acme');
				const ledger = await store.open('ledger-acme');
				await written({ id: 'a', body: { word: 'one' } });
				await ledger?.write([
					{ id: 'b', body: { word: 'two' }, deleted: false, attachments: {}, parentRev: null }
				]);
				await store.erase(
					new Map([
						[db.name, ['a']],
						['ledger-acme', ['b']],
						['ledger-nobody', ['c']]
					])
				);
				const erased = { deleted: true, body: { removal: 'erased' } };
				expect(await db.read('a')).toMatchObject(erased);
				expect(await ledger?.read('b')).toMatchObject(erased);
				expect(await store.open('ledger-nobody')).toBeNull();
				await store.drop('ledger-acme');
			});
		});

		describe('local documents', () => {
			test('are overwritten, removed, and stay out of changes and lists', async () => {
				expect(await db.readLocal('x=')).toBeNull();
				expect(await db.writeLocal('x=', { n: 1 })).toBe('0-1');
				expect(await db.writeLocal('x=', { n: 2 })).toBe('0-2');
				expect(await db.readLocal('x=')).toEqual({ id: 'x=', rev: '0-2', body: { n: 2 } });
				expect(await db.removeLocal('x=')).toBe(true);
				expect(await db.removeLocal('x=')).toBe(false);
				expect(await db.info()).toMatchObject({ docCount: 0 });
				expect(ids(await db.changes({ since: '0' }))).toEqual([]);
			});

			test('are no more than the writer allows; those that are there may still be written', async () => {
				expect(await db.writeLocal('a', {}, 2)).toBe('0-1');
				expect(await db.writeLocal('b', {}, 2)).toBe('0-1');
				expect(await db.writeLocal('c', {}, 2)).toBeNull();
				expect(await db.readLocal('c')).toBeNull();
				expect(await db.writeLocal('b', {}, 2)).toBe('0-2');
				const atOnce = await Promise.all([1, 2].map((n) => db.writeLocal(`at once ${n}`, {}, 3)));
				expect(atOnce.filter((rev) => rev === null)).toHaveLength(1);
				expect(await db.writeLocal('d', {})).toBe('0-1');
			});
		});

		describe('attachments', () => {
			const bytes = Buffer.from('receipt bytes, not really a picture');

			async function stored(content: Buffer = bytes): Promise<AttachmentStub> {
				const file = await store.files.write('acme', chunks(content), 1_000_000);
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
				const photo = await photoOf(db, 'a');
				expect(await collect(await db.readAttachment(photo))).toEqual(bytes);
				const part = await db.readAttachment(photo, { start: 8, end: 12 });
				expect(await collect(part)).toEqual(bytes.subarray(8, 13));
				await written({ id: 'b', attachments: { photo: await stored(Buffer.alloc(0)) } });
				expect(await collect(await db.readAttachment(await photoOf(db, 'b')))).toHaveLength(0);
			});

			test('go by their stub from database to database of a company, and never to another', async () => {
				await written({ id: 'a', attachments: { photo: await stored() } });
				const photo = { ...(await photoOf(db, 'a')), revpos: 0 };
				await store.create('ledger-acme');
				const ledger = await mustOpen(store, 'ledger-acme');
				const copy = edit({ id: 'copy', attachments: { photo } });
				expect(await ledger.write([copy])).toMatchObject([{ ok: true }]);
				expect(await collect(await ledger.readAttachment(await photoOf(ledger, 'copy')))).toEqual(
					bytes
				);
				await store.drop('ledger-acme');
				await store.create('ledger-other');
				const other = await mustOpen(store, 'ledger-other');
				expect(await other.write([copy])).toMatchObject([{ refusal: 'missing_stub' }]);
				expect(await other.readAttachment(photo)).toBeNull();
				await store.drop('ledger-other');
			});

			test('are nobody\u2019s before they are kept, and gone once discarded', async () => {
				const content = Buffer.from('received, and then perhaps kept');
				const refused = await store.files.receive('acme', chunks(content), 1_000);
				const { digest, length, sha256 } = refused;
				expect(refused).toMatchObject({ length: content.length });
				const photo = { digest, length, sha256, contentType: 'image/png', revpos: 0 };
				const naming = { id: 'a', attachments: { photo } };
				expect(await write(naming)).toMatchObject({ refusal: 'missing_stub' });
				await refused.discard();
				expect(await write(naming)).toMatchObject({ refusal: 'missing_stub' });
				const kept = await store.files.receive('acme', chunks(content), 1_000);
				await kept.keep();
				await kept.discard();
				expect(await write(naming)).toMatchObject({ ok: true });
				expect(await collect(await db.readAttachment(await photoOf(db, 'a')))).toEqual(content);
			});

			test('too long leave nothing behind', async () => {
				const content = Buffer.alloc(2_000, 'z');
				await expect(store.files.write('acme', chunks(content), 1_999)).rejects.toBeInstanceOf(
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
				const kept = (await db.read('a'))?.attachments ?? {};
				const { contentType, digest, length } = stub;
				expect(kept['photo']).toMatchObject({ contentType, digest, length, revpos: 1 });
				await written({ id: 'a', parentRev: first, attachments: { ...kept, more: stub } });
				expect((await db.read('a'))?.attachments).toMatchObject({
					photo: { revpos: 1 },
					more: { revpos: 2 }
				});
			});
		});
	});
}

function edit(partial: Partial<DocumentWrite> & { id: string }): DocumentWrite {
	return { deleted: false, body: {}, attachments: {}, parentRev: null, ...partial };
}

async function mustOpen(store: DocumentStore, name: string): Promise<Database> {
	const database = await store.open(name);
	if (!database) throw new Error(`No database ${name}.`);
	return database;
}

function ids(page: { rows: { id: string }[] }): string[] {
	return page.rows.map((row) => row.id);
}

function hashOf(rev: string): string {
	return rev.slice(rev.indexOf('-') + 1);
}

function md5(text: string): string {
	return createHash('md5').update(text).digest('hex');
}

function withoutId<T extends { id: string }>({ id: _, ...rest }: T): Omit<T, 'id'> {
	return rest;
}

// eslint-disable-next-line @typescript-eslint/require-await -- an async generator is what a request body is
async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

async function collect(stream: AsyncIterable<Uint8Array> | null): Promise<Buffer> {
	if (!stream) throw new Error('There are no bytes.');
	const parts: Uint8Array[] = [];
	for await (const part of stream) parts.push(part);
	return Buffer.concat(parts);
}

interface ReplicatedEdit {
	revisions: { start: number; ids: string[] };
	deleted: boolean;
	body: JsonObject;
}

/** Trees of edits as several devices make them: each edit goes on from any earlier one, or starts anew. */
function editHistories(): fc.Arbitrary<ReplicatedEdit[]> {
	return fc
		.array(fc.record({ parent: fc.nat(), root: fc.nat(9), deleted: fc.boolean() }), {
			minLength: 1,
			maxLength: 12
		})
		.map((steps) => {
			const edits: ReplicatedEdit[] = [];
			steps.forEach((step, i) => {
				// One edit in ten starts a history of its own.
				const parent = step.root === 0 ? undefined : edits[step.parent % Math.max(edits.length, 1)];
				const ids = [md5(`${i}-${step.parent}`), ...(parent?.revisions.ids ?? [])];
				edits.push({ revisions: { start: ids.length, ids }, deleted: step.deleted, body: { i } });
			});
			return edits;
		});
}

function shuffle<T>(items: readonly T[], picks: Iterator<number>): T[] {
	const left = [...items];
	const shuffled: T[] = [];
	while (left.length > 0) {
		const pick = picks.next().value as number;
		shuffled.push(...left.splice(pick % left.length, 1));
	}
	return shuffled;
}

/** The rule of the winner, said once more and in another way. */
function expectedLeaves(edits: readonly ReplicatedEdit[]): string[] {
	const revOf = ({ start, ids: [hash] }: ReplicatedEdit['revisions']) => `${start}-${hash}`;
	const parents = new Set(edits.map(({ revisions: r }) => `${r.start - 1}-${r.ids[1]}`));
	return edits
		.filter((one) => !parents.has(revOf(one.revisions)))
		.map((one) => ({
			rev: revOf(one.revisions),
			rank: `${one.deleted ? 0 : 1} ${String(one.revisions.start).padStart(5, '0')} ${one.revisions.ids[0]}`
		}))
		.sort((a, b) => (a.rank < b.rank ? 1 : -1))
		.map((leaf) => leaf.rev);
}
