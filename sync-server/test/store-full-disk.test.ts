/** A real disk that is really full: a small one in memory, where this account may mount one. */

import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DocumentWrite } from '../src/store/document-store.ts';
import { checkStore } from '../src/store/lmdb/check-store.ts';
import { openLmdbStore } from '../src/store/lmdb/open-lmdb-store.ts';
import { StorageFull } from '../src/store/store-errors.ts';

const DISK_BYTES = 6 * 1024 * 1024;

const canMount = (() => {
	if (process.getuid?.() !== 0) return false;
	const point = path.join(tmpdir(), `outlay-mount-${process.pid}`);
	const tried = spawnSync('sh', [
		'-c',
		`mkdir "$1" && mount -t tmpfs -o size=1m tmpfs "$1" && umount "$1"; c=$?; rmdir "$1"; exit $c`,
		'sh',
		point
	]);
	return tried.status === 0;
})();

describe.skipIf(!canMount)('a full disk (skipped where no tmpfs may be mounted)', () => {
	let disk: string;
	beforeAll(async () => {
		disk = await mkdtemp(path.join(tmpdir(), 'outlay-disk-'));
		spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk]);
	});
	afterAll(async () => {
		spawnSync('umount', ['-l', disk]);
		await rm(disk, { recursive: true, force: true });
	});

	test('refuses writes, reads on, loses nothing, and goes on once there is room', async () => {
		const data = path.join(disk, 'data');
		const store = await openLmdbStore(data);
		await store.create('ledger-acme');
		const db = await store.open('ledger-acme');
		if (!db) throw new Error('It was just created.');
		const edit = (id: string, kiB: number): DocumentWrite => ({
			id,
			deleted: false,
			body: { text: id.padEnd(kiB * 1024, 'x') },
			attachments: {},
			parentRev: null
		});
		const written: string[] = [];
		let failure: unknown = null;
		for (let n = 0; n < 200 && failure === null; n++) {
			const id = `document-${n}`;
			try {
				await db.write([edit(id, 64)]);
				written.push(id);
			} catch (error) {
				failure = error;
			}
		}
		expect(failure).toBeInstanceOf(StorageFull);
		expect(written.length).toBeGreaterThan(10);
		await expect(
			store.files.write('acme', Readable.from([Buffer.alloc(2 * 1024 * 1024)]), DISK_BYTES)
		).rejects.toBeInstanceOf(StorageFull);
		for (const id of written) expect(await db.read(id)).toMatchObject({ id });
		expect((await db.info()).docCount).toBe(written.length);
		await store.close();

		const damages: string[] = [];
		await checkStore(data, (damage) => damages.push(damage));
		expect(damages).toEqual([]);
		spawnSync('mount', ['-o', `remount,size=${4 * DISK_BYTES}`, disk]);
		const again = await openLmdbStore(data);
		const there = await again.open('ledger-acme');
		expect(await there?.write([edit('after', 64)])).toMatchObject([{ ok: true }]);
		await again.close();
	});
});
