import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openAttachmentFiles } from '../attachment-files.ts';
import type { DatabaseEvent, DocumentStore } from '../document-store.ts';
import { syncDirectory } from '../sync-directory.ts';
import { Bells } from './bells.ts';
import { Committer, type Draft } from './committer.ts';
import { clearDropped, forgetDatabase } from './dropped-databases.ts';
import { LmdbIndexes } from './index-blocks.ts';
import { LmdbDatabase, type StoreParts } from './lmdb-database.ts';
import { fromBytes, nameKey, openTables, toBytes, type DatabaseRecord } from './tables.ts';

/** The store's own record. */
interface StoreRecord {
	/** CouchDB's uuid: 32 hex digits. */
	uuid: string;
	/** Base 36; a restore from backup writes another. */
	epoch: string;
	nextNo: number;
}

const STORE_KEY = nameKey('store');

/**
 * Opens, or starts, the embedded store: `<directory>/documents.mdb` and `<directory>/files/`, and
 * `<directory>/indexes.mdb`, which can be made again from them. One process may have it open at a time.
 */
export async function openLmdbStore(directory: string): Promise<DocumentStore> {
	await mkdir(directory, { recursive: true });
	const { root, tables } = openTables(path.join(directory, 'documents.mdb'));
	const committer = new Committer(root, tables);
	const files = await openAttachmentFiles(path.join(directory, 'files'));
	await syncDirectory(directory);
	const indexes = await LmdbIndexes.open(path.join(directory, 'indexes.mdb'));

	const own = await committer.commit((draft) => {
		const bytes = draft.get('store', STORE_KEY);
		const record = bytes ? fromBytes<StoreRecord>(bytes) : newStoreRecord();
		if (!bytes) draft.put('store', STORE_KEY, toBytes(record));
		return record;
	});

	const bells = new Bells();
	const listeners = new Set<(database: string, event: DatabaseEvent) => void>();
	const tell = (database: string, event: DatabaseEvent) => {
		bells.ring(database);
		for (const listener of [...listeners]) listener(database, event);
	};
	const parts: StoreParts = {
		tables,
		committer,
		indexes,
		files,
		epoch: own.epoch,
		ring: (database) => tell(database, 'updated'),
		listen: (database, ring) => bells.listen(database, ring)
	};
	const closing = new AbortController();
	let clearing = clearDropped(parts, closing.signal);

	function recordOf(name: string, draft?: Draft): DatabaseRecord | null {
		if (name === '' || Buffer.byteLength(name) > MAX_NAME_BYTES) return null;
		const bytes = draft
			? draft.get('databases', nameKey(name))
			: tables.databases.get(nameKey(name));
		return bytes ? fromBytes<DatabaseRecord>(bytes) : null;
	}

	return {
		uuid: own.uuid,
		files,

		async create(name) {
			if (name === '' || Buffer.byteLength(name) > MAX_NAME_BYTES) {
				throw new TypeError('Not the name of a database.');
			}
			const created = await committer.commit((draft) => {
				if (recordOf(name, draft)) return false;
				const store = fromBytes<StoreRecord>(draft.get('store', STORE_KEY) ?? toBytes(own));
				const record: DatabaseRecord = { no: store.nextNo, seq: 0, docs: 0, deleted: 0, bytes: 0 };
				draft.put('store', STORE_KEY, toBytes({ ...store, nextNo: store.nextNo + 1 }));
				draft.put('databases', nameKey(name), toBytes(record));
				return true;
			});
			if (created) tell(name, 'created');
			return created;
		},

		async drop(name) {
			const dropped = await committer.commit((draft) => {
				const record = recordOf(name, draft);
				if (!record) return false;
				forgetDatabase(draft, name, record.no);
				return true;
			});
			if (dropped) {
				tell(name, 'deleted');
				clearing = clearing.then(() => clearDropped(parts, closing.signal));
			}
			return dropped;
		},

		open(name) {
			const record = recordOf(name);
			return Promise.resolve(record ? new LmdbDatabase(parts, name, record.no) : null);
		},

		names() {
			return Promise.resolve([...tables.databases.getKeys()].map((key) => key.toString()));
		},

		onWrite(ring) {
			const listener = (database: string, event: DatabaseEvent) => ring(database, event);
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},

		async close() {
			closing.abort();
			await clearing;
			await committer.idle();
			await indexes.close();
			await root.close();
		}
	};
}

/** Longest database name, as CouchDB has it. */
const MAX_NAME_BYTES = 238;

function newStoreRecord(): StoreRecord {
	const epoch = randomBytes(5).readUIntBE(0, 5).toString(36).padStart(8, '0');
	return { uuid: randomBytes(16).toString('hex'), epoch, nextNo: 1 };
}
