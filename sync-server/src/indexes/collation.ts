/**
 * The order of keys in CouchDB's views: null, false, true, numbers, strings, lists, objects
 * (https://docs.couchdb.org/en/stable/ddocs/views/collation.html).
 */

import type { Json, JsonObject } from '../store/json.ts';

/** Unicode's root collation, as ICU gives it to CouchDB; Node has the same ICU. */
const strings = new Intl.Collator('und');

/** Compares keys: below 0 when `a` comes first, above 0 when `b` does, 0 when they are the same. */
export type Collate = (a: Json, b: Json) => number;

/** Below 0 when `a` comes first, above 0 when `b` does, 0 when they are the same key. */
export function collate(a: Json, b: Json): number {
	if (a === b) return 0;
	const kind = kindOf(a);
	const order = kind - kindOf(b);
	if (order !== 0) return order;
	if (kind === NUMBER) return (a as number) - (b as number);
	if (kind === STRING) return strings.compare(a as string, b as string);
	if (kind === LIST) return collateLists(a as Json[], b as Json[]);
	if (kind === OBJECT) return collateObjects(a as JsonObject, b as JsonObject);
	return 0;
}

const NUMBER = 3;
const STRING = 4;
const LIST = 5;
const OBJECT = 6;

function kindOf(json: Json): number {
	if (typeof json === 'string') return STRING;
	if (typeof json === 'number') return NUMBER;
	if (typeof json === 'boolean') return json ? 2 : 1;
	return json === null ? 0 : Array.isArray(json) ? LIST : OBJECT;
}

function collateLists(a: readonly Json[], b: readonly Json[]): number {
	return compareLists(a, b, collate);
}

/** Member by member, in the order they were written: name first, then value. */
function collateObjects(a: JsonObject, b: JsonObject): number {
	return compareLists(
		Object.entries(a),
		Object.entries(b),
		([nameA, valueA], [nameB, valueB]) => strings.compare(nameA, nameB) || collate(valueA, valueB)
	);
}

/**
 * The order of views with `collation: raw`, which is Erlang's: numbers, false, null, true, objects, lists, and strings by
 * their UTF-8 bytes.
 */
export function collateRaw(a: Json, b: Json): number {
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	if (typeof a === 'string' && typeof b === 'string') return compareIds(a, b);
	const order = rawKindOf(a) - rawKindOf(b);
	if (order !== 0) return order;
	if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b, collateRaw);
	if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return 0;
	return compareLists(
		Object.entries(a as JsonObject),
		Object.entries(b as JsonObject),
		([nameA, valueA], [nameB, valueB]) => compareIds(nameA, nameB) || collateRaw(valueA, valueB)
	);
}

function rawKindOf(json: Json): number {
	if (typeof json === 'number') return 0;
	if (typeof json === 'boolean') return json ? 3 : 1;
	if (json === null) return 2;
	if (typeof json === 'string') return 6;
	return Array.isArray(json) ? 5 : 4;
}

function compareLists<Item>(
	a: readonly Item[],
	b: readonly Item[],
	compare: (a: Item, b: Item) => number
): number {
	const length = Math.min(a.length, b.length);
	for (let i = 0; i < length; i++) {
		const order = compare(a[i] as Item, b[i] as Item);
		if (order !== 0) return order;
	}
	return a.length - b.length;
}

/** Ids within a key: by their UTF-8 bytes. */
export function compareIds(a: string, b: string): number {
	const length = Math.min(a.length, b.length);
	for (let i = 0; i < length; i++) {
		const order = byteOrder(a.charCodeAt(i)) - byteOrder(b.charCodeAt(i));
		if (order !== 0) return order;
	}
	return a.length - b.length;
}

/** In UTF-8 the characters that take two units in UTF-16 come last; their units don't. */
function byteOrder(unit: number): number {
	return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
