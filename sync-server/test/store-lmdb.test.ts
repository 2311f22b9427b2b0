/** What is particular to the store on LMDB: one transaction for many jobs, and clearing what was dropped. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Environment } from '../src/store/lmdb/environment.ts';
import { Committer } from '../src/store/lmdb/committer.ts';
import { openLmdbStore } from '../src/store/lmdb/open-lmdb-store.ts';
import { openTables, TABLE_NAMES } from '../src/store/lmdb/tables.ts';
import { WriteFailed } from '../src/store/store-errors.ts';

let directory: string;
beforeEach(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'outlay-lmdb-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const file = () => path.join(directory, 'documents.mdb');
const bytes = (text: string) => Buffer.from(text);

describe('the committer', () => {
	test('commits waiting jobs together, in order, each seeing those before it', async () => {
		const environment = new Environment(file());
		const { root, tables } = environment;
		const committer = new Committer(environment);
		const transactions = new Set<number>();
		const seen = await Promise.all(
			[0, 1, 2, 3].map((n) =>
				committer.commit((draft) => {
					transactions.add(root.getWriteTxnId());
					const before = draft.get('store', bytes('n'))?.toString() ?? 'nothing';
					draft.put('store', bytes('n'), bytes(String(n)));
					return before;
				})
			)
		);
		expect(seen).toEqual(['nothing', '0', '1', '2']);
		expect(transactions.size).toBe(1);
		expect(tables.store.get(bytes('n'))?.toString()).toBe('3');
		await root.close();
	});

	test('keeps nothing of a job that throws, and everything of its neighbours', async () => {
		const environment = new Environment(file());
		const { root, tables } = environment;
		const committer = new Committer(environment);
		const settled = await Promise.allSettled([
			committer.commit((draft) => draft.put('store', bytes('a'), bytes('1'))),
			committer.commit((draft) => {
				draft.put('store', bytes('b'), bytes('1'));
				throw new RangeError('no');
			}),
			committer.commit((draft) => draft.put('store', bytes('c'), bytes('1')))
		]);
		expect(settled.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
		expect(settled[1]).toMatchObject({ reason: expect.any(RangeError) as unknown });
		expect([...tables.store.getKeys()].map(String)).toEqual(['a', 'c']);
		await root.close();
	});

	test('undoes the whole transaction when the store itself refuses, and goes on', async () => {
		const environment = new Environment(file());
		const { root, tables } = environment;
		const committer = new Committer(environment);
		const settled = await Promise.allSettled([
			committer.commit((draft) => draft.put('store', bytes('a'), bytes('1'))),
			committer.commit((draft) => draft.put('store', Buffer.alloc(5_000, 'k'), bytes('1')))
		]);
		for (const one of settled) {
			expect(one).toMatchObject({ reason: expect.any(WriteFailed) as unknown });
		}
		expect([...tables.store.getKeys()]).toEqual([]);
		await committer.commit((draft) => draft.put('store', bytes('b'), bytes('1')));
		expect([...tables.store.getKeys()].map(String)).toEqual(['b']);
		await root.close();
	});
});

test('what a dropped database held is cleared away, also after a restart', async () => {
	const store = await openLmdbStore(directory);
	await store.create('mailbox-acme-anna');
	await store.create('mailbox-acme-bob');
	for (const name of await store.names()) {
		const db = await store.open(name);
		await db?.write(
			Array.from({ length: 1_200 }, (_, n) => ({
				id: `document-${n}`,
				deleted: false,
				body: { n },
				attachments: {},
				parentRev: null
			}))
		);
		await db?.writeLocal('checkpoint', {});
		await db?.writeSecurity({});
	}
	await store.drop('mailbox-acme-anna');
	// Closed in the middle of clearing: the next start goes on with it.
	await store.close();
	const again = await openLmdbStore(directory);
	await again.drop('mailbox-acme-bob');
	await expect.poll(() => again.names()).toEqual([]);
	await again.create('ledger-acme');
	await again.close();
	const third = await openLmdbStore(directory);
	const beside = openTables(file());
	await expect.poll(() => keysLeft()).toEqual({ store: 1, databases: 1 });
	await beside.root.close();
	await third.close();

	/** How many keys each table has, as a reader beside the store sees them. */
	function keysLeft(): Record<string, number> {
		const { tables } = beside;
		return Object.fromEntries(
			TABLE_NAMES.map((table) => [table, tables[table].getKeysCount()] as const).filter(
				([, count]) => count > 0
			)
		);
	}
});
