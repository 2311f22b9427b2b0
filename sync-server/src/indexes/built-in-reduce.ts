/** CouchDB's built-in reduce functions (https://docs.couchdb.org/en/stable/ddocs/ddocs.html#built-in-reduce-functions). */

import type { Json, JsonObject } from '../store/json.ts';
import { collate } from './collation.ts';
import type { Reducer } from './tree.ts';

export type BuiltInReduce =
	| '_sum'
	| '_count'
	| '_stats'
	| '_approx_count_distinct'
	| '_first'
	| '_last'
	| `_top_${number}`
	| `_bottom_${number}`;

const MOST_RANKED = 100;

/** The built-in a text names; what follows the name is ignored, as CouchDB does. Null for any other text. */
export function builtInReduce(text: string): BuiltInReduce | null {
	const named = /^(_sum|_count|_stats|_approx_count_distinct|_first|_last)/.exec(text.trim());
	const ranked = /^_(top|bottom)_0*([1-9]\d?|100)$/.exec(text.trim());
	const name = named?.[1] ?? (ranked ? `_${ranked[1]}_${ranked[2]}` : null);
	return name as BuiltInReduce | null;
}

/** What is wrong with a text that begins as a built-in does and is none; null for any other. */
export function wrongBuiltIn(text: string): string | null {
	if (!text.startsWith('_') || builtInReduce(text)) return null;
	const rank = /^_(?:top|bottom)_(.*)$/s.exec(text)?.[1];
	if (rank === undefined) return `\`${text}\` is not a supported reduce function.`;
	return /^[+-]?\d+$/.test(rank)
		? `rank value must be between 1 and ${MOST_RANKED}`
		: 'invalid rank reducer';
}

/** Null for `_approx_count_distinct`, which is counted when it is asked for. */
export function reducerOf(builtIn: BuiltInReduce): Reducer | null {
	switch (builtIn) {
		case '_count':
			return {
				reduce: (rows) => rows.length,
				rereduce: (values) => values.reduce<number>((total, n) => total + Number(n), 0)
			};
		case '_sum':
			return {
				reduce: (rows) => guarded(() => sumOf(rows.map((row) => row[3]))),
				rereduce: (values) => guarded(() => sumOf(values))
			};
		case '_stats':
			return {
				reduce: (rows) => guarded(() => combine(rows.map((row) => statsOf(row[3])))),
				rereduce: (values) => guarded(() => combine(values.map(failIfError)))
			};
		case '_approx_count_distinct':
			return null;
		// Rows, and what parts of them reduce to, come in the order of their keys.
		case '_first':
			return {
				reduce: (rows) => rows[0]?.[3] ?? null,
				rereduce: (values) => values[0] ?? null
			};
		case '_last':
			return {
				reduce: (rows) => rows.at(-1)?.[3] ?? null,
				rereduce: (values) => values.at(-1) ?? null
			};
		default:
			return rankReducer(builtIn);
	}
}

/** The greatest or the least values, each once. */
function rankReducer(builtIn: string): Reducer {
	const sign = builtIn.startsWith('_top') ? -1 : 1;
	const most = Number(builtIn.split('_').at(-1));
	const ranked = (values: readonly Json[]): Json => {
		const sorted = values.toSorted((a, b) => sign * collate(a, b));
		return sorted
			.filter((value, i) => i === 0 || collate(value, sorted[i - 1] ?? null) !== 0)
			.slice(0, most);
	};
	return {
		reduce: (rows) => ranked(rows.map((row) => row[3])),
		rereduce: (values) => ranked((values as Json[][]).flat())
	};
}

/** Thrown on a value the function is not made for; becomes the value of the row, as CouchDB answers it. */
class Unreducible extends Error {}

function guarded(reduce: () => Json): Json {
	try {
		return reduce();
	} catch (error) {
		if (!(error instanceof Unreducible)) throw error;
		return { error: 'builtin_reduce_error', reason: error.message };
	}
}

function failIfError(value: Json): Json {
	if (!isObject(value) || value['error'] !== 'builtin_reduce_error') return value;
	const { reason } = value;
	throw new Unreducible(typeof reason === 'string' ? reason : '');
}

/** Of numbers, of lists of numbers by place, of objects by member. */
function sumOf(values: readonly Json[]): Json {
	return values.reduce<Json>((total, value) => add(total, failIfError(value)), 0);
}

function add(total: Json, value: Json): Json {
	if (typeof total === 'number' && typeof value === 'number') return total + value;
	if (isObject(total) || isObject(value)) return addMembers(total, value);
	const [longer, shorter] = [asList(total), asList(value)].sort((a, b) => b.length - a.length);
	if (!longer || !shorter) throw unsummable(value);
	return longer.map((item, i) => {
		const other = shorter[i] ?? 0;
		if (typeof item === 'number' && typeof other === 'number') return item + other;
		throw unsummable(value);
	});
}

function addMembers(total: Json, value: Json): Json {
	// Nothing has been added yet.
	if (total === 0 && isObject(value)) return addMembers({}, value);
	if (!isObject(total) || !isObject(value)) throw unsummable(value);
	const sums = new Map(Object.entries(total));
	for (const [name, item] of Object.entries(value)) {
		const before = sums.get(name);
		sums.set(name, add(before ?? 0, item));
	}
	return Object.fromEntries(sums);
}

function asList(json: Json): Json[] {
	if (Array.isArray(json)) return json;
	if (typeof json === 'number') return [json];
	throw unsummable(json);
}

function unsummable(value: Json): Unreducible {
	return new Unreducible(
		'The _sum function requires that map values be numbers, arrays of numbers, or objects of them, ' +
			`not ${JSON.stringify(value)}.`
	);
}

const MEMBERS = ['sum', 'count', 'min', 'max', 'sumsqr'] as const;
type Stats = Record<(typeof MEMBERS)[number], number>;

function statsOf(value: Json): Json {
	if (typeof value === 'number') {
		return { sum: value, count: 1, min: value, max: value, sumsqr: value * value };
	}
	if (Array.isArray(value)) return value.map(statsOf);
	// Statistics made elsewhere and emitted whole.
	if (isStats(value)) return value;
	throw new Unreducible(
		`The _stats function requires that map values be numbers or lists of them, not ${JSON.stringify(value)}.`
	);
}

function combine(all: readonly Json[]): Json {
	const [first, ...others] = all;
	if (first === undefined) return { sum: 0, count: 0, min: 0, max: 0, sumsqr: 0 };
	return others.reduce<Json>(combineTwo, first);
}

function combineTwo(a: Json, b: Json): Json {
	if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
		return a.map((item, i) => combineTwo(item, b[i] ?? null));
	}
	if (!isStats(a) || !isStats(b)) {
		throw new Unreducible('The _stats function can not combine lists of different lengths.');
	}
	return {
		sum: a.sum + b.sum,
		count: a.count + b.count,
		min: Math.min(a.min, b.min),
		max: Math.max(a.max, b.max),
		sumsqr: a.sumsqr + b.sumsqr
	};
}

function isStats(json: Json): json is Stats {
	return isObject(json) && MEMBERS.every((member) => typeof json[member] === 'number');
}

function isObject(json: Json): json is JsonObject {
	return typeof json === 'object' && json !== null && !Array.isArray(json);
}
