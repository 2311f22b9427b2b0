/**
 * The order of keys in CouchDB's views: null, false, true, numbers, strings, lists, objects
 * (https://docs.couchdb.org/en/stable/ddocs/views/collation.html).
 */

import type { Json, JsonObject } from '../store/document-store.ts';

/** Unicode's root collation, as ICU gives it to CouchDB; Node has the same ICU. */
const strings = new Intl.Collator('und');

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
	const length = Math.min(a.length, b.length);
	for (let i = 0; i < length; i++) {
		const order = collate(a[i] as Json, b[i] as Json);
		if (order !== 0) return order;
	}
	return a.length - b.length;
}

/** Member by member, in the order they were written: name first, then value. */
function collateObjects(a: JsonObject, b: JsonObject): number {
	const ofA = Object.entries(a);
	const ofB = Object.entries(b);
	const length = Math.min(ofA.length, ofB.length);
	for (let i = 0; i < length; i++) {
		const [nameA, valueA] = ofA[i] as [string, Json];
		const [nameB, valueB] = ofB[i] as [string, Json];
		const order = strings.compare(nameA, nameB) || collate(valueA, valueB);
		if (order !== 0) return order;
	}
	return ofA.length - ofB.length;
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
