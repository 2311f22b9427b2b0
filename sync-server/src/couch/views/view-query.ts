/** The options of a view query (https://docs.couchdb.org/en/stable/api/ddoc/views.html#get--db-_design-ddoc-_view-view). */

import type { CouchError } from '../../http/errors.ts';
import { collate, compareIds } from '../../indexes/collation.ts';
import type { Update } from '../../indexes/indexes.ts';
import type { RowKey } from '../../indexes/tree.ts';
import type { Json } from '../../store/document-store.ts';
import { queryError, type Options } from '../options.ts';

/** A place between rows: before or after those of a key, or of a document within it. */
export interface Boundary {
	key: Json;
	/** Null: before or after all rows of the key. */
	id: string | null;
	after: boolean;
}

export interface ViewRange {
	lower: Boundary | null;
	upper: Boundary | null;
}

/** Which rows become one: `all`, those of one key, or those whose lists begin with the same so many. */
export type Grouping = { by: 'all' } | { by: 'key' } | { by: 'level'; level: number };

export interface ViewQuery {
	/** One for each of `keys`; one alone otherwise. Each is shown in its order. */
	ranges: ViewRange[];
	descending: boolean;
	skip: number;
	limit: number;
	reduce: boolean;
	grouping: Grouping;
	includeDocs: boolean;
	view: { conflicts: boolean; attachments: boolean };
	updateSeq: boolean;
	update: Update;
}

/**
 * Reads the options of one query. Refuses those that contradict each other, in CouchDB's words.
 *
 * @param canReduce whether the view has a reduce function.
 */
export function parseViewQuery(options: Options, canReduce: boolean): ViewQuery {
	const descending = options.flag('descending');
	const reduce = options.flag('reduce', canReduce);
	if (reduce && !canReduce) throw queryError('Reduce is invalid for map-only views.');
	const grouping = groupingOf(options);
	if (!reduce && grouping.by !== 'all') {
		throw queryError('Invalid use of grouping on a map view.');
	}
	const includeDocs = options.flag('include_docs');
	if (reduce && includeDocs) throw queryError('`include_docs` is invalid for reduce');
	const view = {
		conflicts: options.flag('conflicts'),
		attachments: options.flag('attachments')
	};
	if (reduce && view.conflicts) throw queryError('`conflicts` is invalid for reduce views.');

	const keys = options.json('keys');
	if (keys !== undefined && !Array.isArray(keys)) {
		throw queryError('`keys` parameter must be an array.');
	}
	if (keys && reduce && grouping.by !== 'key') {
		throw queryError('Multi-key fetches for reduce views must use `group=true`');
	}
	return {
		ranges: keys ? keys.map(rangeOfKey) : [rangeOf(options, descending)],
		descending,
		skip: options.count('skip') ?? 0,
		limit: options.count('limit') ?? Number.POSITIVE_INFINITY,
		reduce,
		grouping,
		includeDocs,
		view,
		updateSeq: options.flag('update_seq'),
		update: updateOf(options)
	};
}

/** Whether a row lies before a place; for `rankOf`. */
export function isBefore({ key, id, after }: Boundary): (row: RowKey) => boolean {
	return (row) => {
		const order = collate(row[0], key);
		if (order !== 0) return order < 0;
		if (id === null) return after;
		const idOrder = compareIds(row[1], id);
		return idOrder === 0 ? after : idOrder < 0;
	};
}

function rangeOfKey(key: Json): ViewRange {
	return { lower: { key, id: null, after: false }, upper: { key, id: null, after: true } };
}

function rangeOf(options: Options, descending: boolean): ViewRange {
	const key = options.json('key');
	// Null is a key.
	const start = key === undefined ? options.json('startkey', 'start_key') : key;
	const end = key === undefined ? options.json('endkey', 'end_key') : key;
	const startId = idOf(options, 'startkey_docid', 'start_key_doc_id');
	const endId = idOf(options, 'endkey_docid', 'end_key_doc_id');
	const isInclusive = options.flag('inclusive_end', true);
	// Backwards, the start is the upper end: rows after it are left out.
	const first: Boundary | null =
		start === undefined ? null : { key: start, id: startId, after: descending };
	const last: Boundary | null =
		end === undefined ? null : { key: end, id: endId, after: isInclusive !== descending };
	if (first && last && isReversed(first, last, descending)) {
		throw queryError(
			'No rows can match your key range, reverse your start_key and end_key or set descending=' +
				(descending ? 'false' : 'true')
		);
	}
	return descending ? { lower: last, upper: first } : { lower: first, upper: last };
}

function isReversed(first: Boundary, last: Boundary, descending: boolean): boolean {
	const order = collate(first.key, last.key);
	return descending ? order < 0 : order > 0;
}

function idOf(options: Options, ...names: string[]): string | null {
	for (const name of names) {
		const text = options.text(name);
		if (text !== undefined) return text.replace(/^"(.*)"$/s, '$1');
	}
	return null;
}

function groupingOf(options: Options): Grouping {
	const level = options.count('group_level');
	if (level !== undefined && level > 0) return { by: 'level', level };
	return options.flag('group') ? { by: 'key' } : { by: 'all' };
}

function updateOf(options: Options): Update {
	const stale = options.text('stale');
	if (stale === 'ok') return 'never';
	if (stale === 'update_after') return 'later';
	if (stale !== undefined) throw invalid('stale', stale);
	const update = options.text('update') ?? 'true';
	if (update === 'true') return 'now';
	if (update === 'false') return 'never';
	if (update === 'lazy') return 'later';
	throw invalid('update', update);
}

function invalid(name: string, value: string): CouchError {
	return queryError(`Invalid value for \`${name}\`: ${value.slice(0, 100)}`);
}
