import type { JsonObject } from '../json.ts';
import type { LocalDocument, LocalWrite } from '../document-store.ts';
import type { Draft } from './committer.ts';
import type { Place } from './read-revisions.ts';
import { fromBytes, idKey, idOf, prefixKey, toBytes, type LocalRecord } from './tables.ts';

/** Null for one that is not there. */
export function readLocal({ tables, no }: Place, id: string): LocalDocument | null {
	const bytes = tables.locals.get(idKey(no, id));
	if (!bytes) return null;
	const record = fromBytes<LocalRecord>(bytes);
	return { id, rev: `0-${record.n}`, body: record.body as JsonObject };
}

/** Writes over what is there; null, writing nothing, when it would be one more than `most`. */
export function writeLocal(
	draft: Draft,
	place: Place,
	id: string,
	body: JsonObject,
	{ before, most = Number.POSITIVE_INFINITY }: LocalWrite & { most?: number }
): string | null {
	const key = idKey(place.no, id);
	const isNew = draft.get('locals', key) === null;
	if (isNew && most !== Number.POSITIVE_INFINITY && localIds(place, most).length >= most) {
		return null;
	}
	const n = Number(before?.replace(/^0-/, '') ?? 0) + 1;
	draft.put('locals', key, toBytes({ n, body } satisfies LocalRecord));
	return `0-${n}`;
}

/** False for one that is not there. */
export function removeLocal(draft: Draft, no: number, id: string): boolean {
	const key = idKey(no, id);
	const existed = draft.get('locals', key) !== null;
	if (existed) draft.remove('locals', key);
	return existed;
}

/** In their order, no more than `most`. */
export function localIds({ tables, no }: Place, most: number): string[] {
	const range = { start: prefixKey(no), end: prefixKey(no + 1), limit: most };
	return [...tables.locals.getKeys(range)].map(idOf);
}
