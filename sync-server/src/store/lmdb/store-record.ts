import { randomBytes } from 'node:crypto';
import { companyOf } from '../company-of.ts';
import { filesNamedIn } from './body-record.ts';
import type { Draft } from './committer.ts';
import { addReference } from './file-references.ts';
import {
	fromBytes,
	nameKey,
	prefixKey,
	toBytes,
	type DatabaseRecord,
	type Tables
} from './tables.ts';

/** The store's own record. */
export interface StoreRecord {
	/** CouchDB's uuid: 32 hex digits. */
	uuid: string;
	/** Base 36; a restore from backup writes another. */
	epoch: string;
	nextNo: number;
	/** Which layout the tables have; absent means 1. */
	format?: number;
}

/** 2: bodies and documents have checksums, files are counted. */
export const FORMAT = 2;

const STORE_KEY = nameKey('store');

export function readStoreRecord(reader: Draft | Tables): StoreRecord | null {
	const bytes = 'store' in reader ? reader.store.get(STORE_KEY) : reader.get('store', STORE_KEY);
	return bytes ? fromBytes<StoreRecord>(bytes) : null;
}

export function saveStoreRecord(draft: Draft, record: StoreRecord): void {
	draft.put('store', STORE_KEY, toBytes(record));
}

export function newStoreRecord(): StoreRecord {
	return { uuid: randomBytes(16).toString('hex'), epoch: newEpoch(), nextNo: 1, format: FORMAT };
}

export function newEpoch(): string {
	return randomBytes(5).readUIntBE(0, 5).toString(36).padStart(8, '0');
}

/** Format 1 counted no files: they are counted now, once. Its rows and bodies are read as they are. */
export function upgradeStore(draft: Draft, tables: Tables, record: StoreRecord): StoreRecord {
	for (const { key, value } of tables.databases.getRange({})) {
		const { no } = fromBytes<DatabaseRecord>(value);
		const company = companyOf(key.toString());
		const range = { start: prefixKey(no), end: prefixKey(no + 1) };
		for (const body of tables.bodies.getRange(range)) {
			for (const sha256 of filesNamedIn(body.value)) addReference(draft, { company, sha256 });
		}
	}
	const upgraded = { ...record, format: FORMAT };
	saveStoreRecord(draft, upgraded);
	return upgraded;
}
