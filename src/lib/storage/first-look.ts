import type { DocumentOf, OutlayDocument } from '@outlay/domain/documents';
import type { DocumentType } from '@outlay/domain/identifiers';
import type { Stored } from '#lib/commands/ports.ts';
import { accountName, databasePrefix, lockName } from './account-name.ts';
import { SCHEMA_VERSIONS } from './collections.ts';
import { keptDataKey } from './data-key.ts';
import { storedAs, type Row } from './rows.ts';
import { openValue } from './seal.ts';
import { standingOf } from './standing.ts';

/** A row as it lies in IndexedDB: its body sealed, its tombstone a word. */
type StoredRow = Omit<Row, 'body' | 'unsent'> & { _deleted: '0' | '1'; body: unknown };

/** What the first screen asks for, in its order, and how much of it. */
const FIRST_ASKED = ['setting', 'transaction', 'submission', 'recall', 'decision', 'case'] as const;
const FIRST_LIMITS: Readonly<Record<(typeof FIRST_ASKED)[number], number>> = {
	setting: 500,
	transaction: 40,
	submission: 80,
	recall: 80,
	decision: 80,
	case: 80
};

/** What lies on this device, read once, before there is a store that follows it. */
export interface FirstLook {
	/** What opens the data: a passcode that is set from now on would keep others from it, not who sees it already. */
	readonly key: CryptoKey;
	/** Reads what the first screen asks for while that is still being made; the first who asks has it. */
	begin(): void;
	/** As the store would show it now; null where only the store can say. */
	newest<T extends DocumentType>(type: T, limit: number): Promise<Stored<DocumentOf<T>>[] | null>;
	/** Undefined where only the store can say. */
	one<T extends DocumentType>(
		type: T,
		id: string
	): Promise<Stored<DocumentOf<T>> | null | undefined>;
}

/**
 * Reads an account's documents straight from IndexedDB, so that the first list needs neither RxDB nor Dexie, which are
 * most of the app's scripts. Only reads, only what this app's schemas fit, and never while another tab has the data to
 * itself. `dataKey` is the key of an account that a passcode guards. Null where there is nothing to look at: nothing
 * stored, another schema, locked, no key.
 */
export async function lookAhead(
	account: { companyId: string; userId: string },
	dataKey: CryptoKey | null
): Promise<FirstLook | null> {
	const name = accountName(account);
	const key = await undisturbed(name, async () => {
		const [standing, kept] = await Promise.all([
			standingOf(name, SCHEMA_VERSIONS),
			dataKey ?? keptDataKey(name)
		]);
		return standing === 'fits' ? kept : null;
	});
	if (key === null) return null;

	/** Whoever deletes a database closes it here, too. */
	const connections = new Map<string, Promise<IDBDatabase>>();
	const connectionTo = (collection: 'documents' | 'settings') => {
		const version = String(SCHEMA_VERSIONS[collection]);
		const connection =
			connections.get(collection) ?? openStored(`${databasePrefix(name)}${version}--${collection}`);
		connections.set(collection, connection);
		return connection;
	};
	const read = <T>(
		type: DocumentType,
		run: (store: IDBObjectStore) => Promise<StoredRow[]>,
		answer: (rows: Row[]) => T
	): Promise<T | null> => {
		const collection = type === 'setting' ? 'settings' : 'documents';
		return undisturbed(name, async () => {
			const database = await connectionTo(collection);
			const rows = await run(database.transaction('docs').objectStore('docs'));
			return answer(await Promise.all(rows.map((row) => openRow(key, collection, row))));
		});
	};
	const readNewest = <T extends DocumentType>(type: T, limit: number) =>
		read(
			type,
			(store) => newestRows(store, type, limit),
			(rows) => rows.flatMap((row) => storedAs(row, type) ?? [])
		);
	const begun = new Map<DocumentType, Promise<Stored<OutlayDocument>[] | null>>();
	return {
		key,
		begin() {
			for (const type of FIRST_ASKED) begun.set(type, readNewest(type, FIRST_LIMITS[type]));
		},
		async newest<T extends DocumentType>(type: T, limit: number) {
			const before = begun.get(type);
			// Whoever asks later wants to know what was written since.
			begun.delete(type);
			const most = FIRST_ASKED.find((asked) => asked === type);
			if (before === undefined || most === undefined || limit > FIRST_LIMITS[most]) {
				return readNewest(type, limit);
			}
			// What was begun under this type is of it.
			const rows = (await before) as Stored<DocumentOf<T>>[] | null;
			return rows?.slice(0, limit) ?? null;
		},
		async one(type, id) {
			const found = await read(
				type,
				async (store) => {
					const row = await answerOf(store.get(id) as IDBRequest<StoredRow | undefined>);
					return row === undefined || row._deleted === '1' ? [] : [row];
				},
				([row]) => ({ stored: row === undefined ? null : storedAs(row, type) })
			);
			return found?.stored;
		}
	};
}

/** By the index that RxDB makes of ours: without tombstones, newest first. */
function newestRows(
	store: IDBObjectStore,
	type: DocumentType,
	limit: number
): Promise<StoredRow[]> {
	// Any number is less than any list.
	const range = IDBKeyRange.bound(['0', type], ['0', type, []]);
	const index = store.index('[_deleted+type+sortKey+id]');
	return answerOf(index.getAll(range, limit) as IDBRequest<StoredRow[]>);
}

async function openRow(key: CryptoKey, collection: string, row: StoredRow): Promise<Row> {
	const { body } = row;
	const opened =
		typeof body === 'string' ? await openValue(key, body, `${collection}|${row.id}|body`) : body;
	return { ...row, body: opened as Record<string, unknown>, unsent: {} };
}

/** Null while another tab has the data to itself or waits for it, and where it can't be read: the store will say why. */
async function undisturbed<T>(name: string, run: () => Promise<T | null>): Promise<T | null> {
	try {
		return await navigator.locks.request(
			lockName(name),
			{ mode: 'shared', ifAvailable: true },
			(lock) => (lock === null ? null : run())
		);
	} catch {
		return null;
	}
}

/** As it is stored: one that isn't there is not made. */
function openStored(name: string): Promise<IDBDatabase> {
	return new Promise((resolve, reject) => {
		const request = indexedDB.open(name);
		request.onupgradeneeded = () => {
			request.transaction?.abort();
		};
		request.onsuccess = () => {
			const database = request.result;
			database.onversionchange = () => {
				database.close();
			};
			resolve(database);
		};
		request.onerror = () => {
			reject(request.error ?? new Error('not stored'));
		};
	});
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => {
			resolve(request.result);
		};
		request.onerror = () => {
			reject(request.error ?? new Error('not read'));
		};
	});
}
