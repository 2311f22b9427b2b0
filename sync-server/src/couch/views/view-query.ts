/** The options of a view query (https://docs.couchdb.org/en/stable/api/ddoc/views.html#get--db-_design-ddoc-_view-view). */

import { compareIds, type Collate } from '../../indexes/collation.ts';
import type { Update } from '../../indexes/indexes.ts';
import type { RowKey } from '../../indexes/tree.ts';
import type { Json } from '../../store/json.ts';
import { queryError, type Options } from '../options.ts';
import type { View } from './design-document.ts';

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
 */
export function parseViewQuery(options: Options, view: View): ViewQuery {
	const canReduce = view.reduce !== null;
	const descending = options.flag('descending');
	const reduce = options.flag('reduce', canReduce);
	if (reduce && !canReduce) throw queryError('Reduce is invalid for map-only views.');
	const grouping = groupingOf(options);
	const keys = keysOf(options);
	if (keys && keys.length !== 1 && reduce && grouping.by !== 'key') {
		throw queryError('Multi-key fetches for reduce views must use `group=true`');
	}
	if (keys && keys.length > 1 && options.has(...KEY_OPTIONS)) {
		throw queryError('`keys` is incompatible with `key`, `start_key` and `end_key`');
	}
	if (!reduce && grouping.by !== 'all') {
		throw queryError('Invalid use of grouping on a map view.');
	}
	const includeDocs = options.flag('include_docs');
	if (reduce && includeDocs) throw queryError('`include_docs` is invalid for reduce');
	const shown = {
		conflicts: options.flag('conflicts'),
		attachments: options.flag('attachments')
	};
	if (reduce && shown.conflicts) throw queryError('`conflicts` is invalid for reduce views.');

	if (!['true', 'false'].includes(options.text('stable') ?? 'false')) {
		throw queryError('Invalid value for `stable`.');
	}
	return {
		ranges: rangesOf(options, keys, { descending, reduce, order: view.order }),
		descending,
		skip: options.count('skip') ?? 0,
		limit: options.count('limit') ?? Number.POSITIVE_INFINITY,
		reduce,
		grouping,
		includeDocs,
		view: shown,
		updateSeq: options.flag('update_seq'),
		update: updateOf(options)
	};
}

/** Whether a row lies before a place; for `rankOf`. */
export function isBefore({ key, id, after }: Boundary, collate: Collate): (row: RowKey) => boolean {
	return (row) => {
		const order = collate(row[0], key);
		if (order !== 0) return order < 0;
		if (id === null) return after;
		const idOrder = compareIds(row[1], id);
		return idOrder === 0 ? after : idOrder < 0;
	};
}

/** How the reader goes through the keys. */
interface Way {
	descending: boolean;
	order: Collate;
}

const START_KEY = ['startkey', 'start_key'] as const;
const END_KEY = ['endkey', 'end_key'] as const;
const KEY_OPTIONS = ['key', ...START_KEY, ...END_KEY] as const;

function keysOf(options: Options): Json[] | undefined {
	const keys = options.json('keys');
	if (keys !== undefined && !Array.isArray(keys)) {
		throw queryError('`keys` must be an array of strings.');
	}
	return keys;
}

/** One alone is no list to CouchDB but a key, of which options behind it take the place. */
function rangesOf(
	options: Options,
	keys: readonly Json[] | undefined,
	way: Way & { reduce: boolean }
): ViewRange[] {
	if (keys?.length === 1) {
		const [only] = keys;
		const behind = (names: readonly string[], otherwise: Json | undefined) => {
			const given = options.json(...names.filter((name) => options.isBehind(name, 'keys')));
			// Null is a key.
			return given === undefined ? otherwise : given;
		};
		const key = behind(['key'], only);
		const bounds = { start: behind(START_KEY, key), end: behind(END_KEY, key) };
		return [rangeBetween(options, bounds, way)];
	}
	if (keys) {
		// Groups stay in the order of the keys.
		const ordered = way.descending && !way.reduce ? keys.toReversed() : keys;
		return ordered.map((key) => rangeBetween(options, { start: key, end: key }, way));
	}
	const key = options.json('key');
	// Null is a key.
	const start = key === undefined ? options.json(...START_KEY) : key;
	const end = key === undefined ? options.json(...END_KEY) : key;
	return [rangeBetween(options, { start, end }, way)];
}

function rangeBetween(
	options: Options,
	{ start, end }: { start: Json | undefined; end: Json | undefined },
	{ descending, order }: Way
): ViewRange {
	const startId = idOf(options, 'startkey_docid', 'start_key_doc_id');
	const endId = idOf(options, 'endkey_docid', 'end_key_doc_id');
	const isInclusive = options.flag('inclusive_end', true);
	// Backwards, the start is the upper end: rows after it are left out.
	const first: Boundary | null =
		start === undefined ? null : { key: start, id: startId, after: descending };
	const last: Boundary | null =
		end === undefined ? null : { key: end, id: endId, after: isInclusive !== descending };
	if (first && last && isReversed(order(first.key, last.key), descending)) {
		throw queryError(
			'No rows can match your key range, reverse your start_key and end_key or set descending=' +
				(descending ? 'false' : 'true')
		);
	}
	return descending ? { lower: last, upper: first } : { lower: first, upper: last };
}

function isReversed(order: number, descending: boolean): boolean {
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
	if (level && options.has('group') && !options.flag('group')) {
		throw queryError("Can't specify group=false and group_level>0 at the same time");
	}
	if (level !== undefined && level > 0) return { by: 'level', level };
	return options.flag('group') ? { by: 'key' } : { by: 'all' };
}

function updateOf(options: Options): Update {
	const stale = options.text('stale');
	if (stale === 'ok') return 'never';
	if (stale === 'update_after') return 'later';
	if (stale !== undefined) throw queryError('Invalid value for `stale`.');
	const update = options.text('update') ?? 'true';
	if (update === 'true') return 'now';
	if (update === 'false') return 'never';
	if (update === 'lazy') return 'later';
	throw queryError('Invalid value for `update`.');
}
