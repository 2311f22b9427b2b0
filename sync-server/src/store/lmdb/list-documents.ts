import type {
	AllDocsQuery,
	AllDocsRow,
	ChangeRow,
	ChangesPage,
	ChangesQuery
} from '../document-store.ts';
import { formatSequence, parseSequence } from '../sequence.ts';
import { headOf, isDeleted } from './document-record.ts';
import type { PendingCounts } from './pending-counts.ts';
import {
	fromBytes,
	idKey,
	idOf,
	numberKey,
	numberOf,
	prefixKey,
	type ChangeRecord,
	type DatabaseRecord,
	type Tables
} from './tables.ts';

// Cursors are read to their end within one turn: an open one keeps LMDB from using freed pages again.

/** Live documents in the order of their ids. */
export function listDocuments(
	tables: Tables,
	database: DatabaseRecord,
	query: AllDocsQuery
): { total: number; offset: number; rows: AllDocsRow[] } {
	const { no } = database;
	const reverse = query.descending === true;
	const edge = reverse ? prefixKey(no + 1) : prefixKey(no);
	const start = query.startKey === undefined ? edge : idKey(no, query.startKey);
	const farEdge = reverse ? prefixKey(no) : prefixKey(no + 1);
	const end = query.endKey === undefined ? farEdge : idKey(no, query.endKey);
	const inclusiveEnd = query.endKey !== undefined && query.inclusiveEnd !== false;

	const rows: AllDocsRow[] = [];
	let skip = query.skip ?? 0;
	let skipped = 0;
	const limit = query.limit ?? Number.POSITIVE_INFINITY;
	if (isBackwards(start, end, reverse)) {
		return { total: database.docs, offset: countBefore(tables, edge, start, reverse), rows };
	}
	for (const { key, value } of tables.documents.getRange({ start, end, reverse, inclusiveEnd })) {
		if (rows.length >= limit) break;
		if (isDeleted(value)) continue;
		if (skip > 0) {
			skip -= 1;
			skipped += 1;
			continue;
		}
		rows.push({ id: idOf(key), rev: headOf(value).rev, deleted: false });
	}
	const before = query.startKey === undefined ? 0 : countBefore(tables, edge, start, reverse);
	return { total: database.docs, offset: before + skipped, rows };
}

const DESIGN = '_design/';
/** The character after the slash. */
const AFTER_DESIGN = '_design0';

export function listDesignDocuments(tables: Tables, no: number): AllDocsRow[] {
	const range = { start: idKey(no, DESIGN), end: idKey(no, AFTER_DESIGN) };
	const rows: AllDocsRow[] = [];
	for (const { key, value } of tables.documents.getRange(range)) {
		const { deleted, rev } = headOf(value);
		if (!deleted) rows.push({ id: idOf(key), rev, deleted });
	}
	return rows;
}

/** LMDB's cursors don't stop at an end that lies before their start. */
function isBackwards(start: Buffer, end: Buffer, reverse: boolean): boolean {
	const order = Buffer.compare(start, end);
	return reverse ? order < 0 : order > 0;
}

function countBefore(tables: Tables, edge: Buffer, start: Buffer, reverse: boolean): number {
	let count = 0;
	for (const { key, value } of tables.documents.getRange({ start: edge, end: start, reverse })) {
		if (!isDeleted(value) && !key.equals(start)) count += 1;
	}
	return count;
}

/** Changes in the order of their sequences, each document once. */
export function listChanges(
	tables: Tables,
	database: DatabaseRecord,
	epoch: string,
	query: ChangesQuery,
	counts: PendingCounts
): ChangesPage {
	const limit = query.limit ?? Number.POSITIVE_INFINITY;
	const since = query.descending ? 0 : startOf(query.since, database, epoch);
	const rows: ChangeRow[] = [];
	let more = 0;
	let lastN = since;

	const see = (n: number, bytes: Buffer) => {
		const change = fromBytes<ChangeRecord>(bytes);
		rows.push({ seq: formatSequence(n, epoch), ...change });
		lastN = n;
	};

	if (query.ids) {
		const numbers = sequencesOf(tables, database.no, query.ids, since);
		if (query.descending) numbers.reverse();
		for (const n of numbers) {
			const bytes = tables.changes.get(numberKey(database.no, n));
			if (!bytes) continue;
			if (rows.length < limit) see(n, bytes);
			else more += 1;
		}
	} else {
		const range = query.descending
			? { start: prefixKey(database.no + 1), end: prefixKey(database.no), reverse: true }
			: { start: numberKey(database.no, since + 1), end: prefixKey(database.no + 1) };
		for (const { key, value } of tables.changes.getRange(range)) {
			if (rows.length >= limit) {
				more = 1;
				break;
			}
			see(numberOf(key), value);
		}
		if (more > 0) {
			const isDescending = query.descending === true;
			// A page without rows that goes down has not come past the newest change yet.
			const lastSeen = isDescending && rows.length === 0 ? database.seq + 1 : lastN;
			more = counts.of(database, isDescending, since, lastN, rows.length, () =>
				countFrom(tables, database.no, lastSeen, isDescending)
			);
		}
	}

	// Read to the end, a reader is as far as the database, whatever was filtered out on the way.
	if (more === 0 && !query.descending) lastN = database.seq;
	else if (rows.length === 0) lastN = query.descending ? database.seq : since;
	return { rows, lastSeq: formatSequence(lastN, epoch), pending: more };
}

/** How many changes lie beyond one, on the way the reader goes. */
function countFrom(tables: Tables, no: number, n: number, descending: boolean): number {
	return descending
		? tables.changes.getKeysCount({ start: prefixKey(no), end: numberKey(no, n) })
		: tables.changes.getKeysCount({ start: numberKey(no, n + 1), end: prefixKey(no + 1) });
}

function startOf(since: string, database: DatabaseRecord, epoch: string): number {
	if (since === 'now') return database.seq;
	const parsed = parseSequence(since);
	if (!parsed || (parsed.epoch !== null && parsed.epoch !== epoch)) return 0;
	return Math.min(parsed.n, database.seq);
}

function sequencesOf(
	tables: Tables,
	no: number,
	ids: ReadonlySet<string>,
	since: number
): number[] {
	const numbers: number[] = [];
	for (const id of ids) {
		const bytes = tables.documents.get(idKey(no, id));
		const seq = bytes ? headOf(bytes).seq : 0;
		if (seq > since) numbers.push(seq);
	}
	return numbers.sort((a, b) => a - b);
}
