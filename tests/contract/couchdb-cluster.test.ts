/**
 * Servers of ours that reach an Apache CouchDB cluster by different nodes, where `COUCHDB_URL` names several of them with
 * blanks between.
 */

import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCouchdbStore } from '@outlay/sync-server/store/couchdb/open-couchdb-store';
import type { Database, DocumentStore } from '@outlay/sync-server/store/document-store';
import { remove, temporaryDirectory } from '../support/server.ts';
import { couchdbAddresses, startBalancer, type CouchdbUnderneath } from './couchdb-underneath.ts';

const nodes = couchdbAddresses();
const NAME = 'registry';
const ROUNDS = 100;

describe.skipIf(nodes.length < 2)('an Apache CouchDB cluster (COUCHDB_URL)', () => {
	let directory: string;
	let balancer: CouchdbUnderneath;
	let stores: DocumentStore[];
	let databases: Database[];

	beforeAll(async () => {
		directory = await temporaryDirectory();
		// Its names are dropped at the end, whichever node they were made by.
		balancer = await startBalancer(nodes);
		const prefix = new URL(balancer.url()).pathname.slice(1);
		stores = await Promise.all(
			nodes.map((address, i) =>
				openCouchdbStore({
					url: new URL(prefix, address).href,
					stagingDirectory: path.join(directory, String(i)),
					sweepMs: 3_600_000
				})
			)
		);
		databases = [];
		for (const store of stores) {
			const database = await store.open(NAME);
			if (!database) throw new TypeError('opening a store makes it');
			databases.push(database);
		}
	});
	afterAll(async () => {
		await Promise.all(stores.map((store) => store.close()));
		await balancer.stop();
		await remove(directory);
	});

	const edit = (id: string, n: number, parentRev: string | null) => ({
		id,
		body: { n },
		parentRev,
		deleted: false,
		attachments: {}
	});

	test(
		'of servers that write one revision at once, one at most is told that it did',
		{ timeout: 120_000 },
		async () => {
			const [first] = databases;
			let succeeded = 0;
			for (let round = 0; round < ROUNDS; round++) {
				const id = `lease${round}`;
				const created = await first?.write([edit(id, -1, null)]);
				const parent = created?.[0]?.ok ? created[0].rev : null;
				const told = await Promise.all(
					databases.map(async (database, n) => {
						const [outcome] = await database.write([edit(id, n, parent)]);
						return outcome?.ok ? [n] : [];
					})
				);
				const winners = told.flat();
				expect(winners.length).toBeLessThan(2);
				succeeded += winners.length;
				// Whoever was told so has it, and nobody told otherwise does; where nobody was, what was before stands.
				const expected = winners[0] ?? -1;
				for (const database of databases) {
					// A copy may hear a moment later of what was taken back.
					await expect
						.poll(async () => {
							const leaves = await database.leaves(id);
							const stored = await database.read(id);
							return [leaves.filter(({ deleted }) => !deleted).length, stored?.body];
						})
						.toEqual([1, { n: expected }]);
				}
			}
			expect(succeeded).toBeGreaterThan(ROUNDS / 2);
		}
	);

	test('whoever waits for the bell sees what was written by other nodes', async () => {
		const seen = databases.map((database) => {
			const ids = new Set<string>();
			let since = '0';
			let looking = Promise.resolve();
			database.onChange(() => {
				looking = looking.then(async () => {
					const { rows, lastSeq } = await database.changes({ since });
					for (const { id } of rows) ids.add(id);
					since = lastSeq;
				});
			});
			return ids;
		});
		const ids: string[] = [];
		for (let n = 0; n < 30; n++) {
			const id = `told${n}`;
			ids.push(id);
			await databases[n % databases.length]?.write([edit(id, n, null)]);
		}
		const missing = () => seen.map((those) => ids.filter((id) => !those.has(id)));
		await expect.poll(missing, { timeout: 20_000 }).toEqual(seen.map(() => []));
	});
});
