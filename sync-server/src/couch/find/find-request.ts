/** The members of a `_find` body (https://docs.couchdb.org/en/stable/api/database/find.html). */

import { CouchError } from '../../http/errors.ts';
import { isJsonObject } from '../../http/body.ts';
import type { Update } from '../../indexes/indexes.ts';
import type { Json, JsonObject } from '../../store/json.ts';
import type { IndexField } from './mango-index.ts';
import { compileSelector, type Selector } from './selector.ts';

export interface FindRequest {
	selector: Selector;
	limit: number;
	skip: number;
	sort: IndexField[];
	/** Null: whole documents. */
	fields: string[] | null;
	/** A design document's name, with or without `_design/`, and an index of it. */
	useIndex: { design: string; name: string | null } | null;
	/** The last row of the page before. */
	bookmark: { key: Json; id: string } | null;
	bookmarkText: string;
	update: Update;
	conflicts: boolean;
	executionStats: boolean;
	allowFallback: boolean;
}

const KNOWN = new Set([
	...['selector', 'limit', 'skip', 'sort', 'fields', 'use_index', 'bookmark', 'r', 'conflicts'],
	...['update', 'stable', 'stale', 'execution_stats', 'allow_fallback', 'partition']
]);
const DEFAULT_LIMIT = 25;
const NO_BOOKMARK = 'nil';

/** Refuses with 400, in CouchDB's words, what is no request. */
export function parseFindRequest(body: JsonObject): FindRequest {
	for (const name of Object.keys(body)) {
		if (!KNOWN.has(name)) throw invalid('invalid_key', `Invalid key ${name} for this request.`);
	}
	if (body['selector'] === undefined) {
		throw invalid('missing_required_key', 'Missing required key: selector');
	}
	const bookmarkText = textOf(body, 'bookmark') ?? NO_BOOKMARK;
	return {
		selector: compileSelector(body['selector']),
		limit: countOf(body, 'limit') ?? DEFAULT_LIMIT,
		skip: countOf(body, 'skip') ?? 0,
		sort: parseFields(body['sort'] ?? [], 'invalid_sort_json', 'Sort'),
		fields: fieldsOf(body['fields']),
		useIndex: useIndexOf(body['use_index']),
		bookmark: parseBookmark(bookmarkText),
		bookmarkText,
		update: updateOf(body),
		conflicts: flagOf(body, 'conflicts', false),
		executionStats: flagOf(body, 'execution_stats', false),
		allowFallback: flagOf(body, 'allow_fallback', true)
	};
}

/** Fields with their directions, which must all be the same. */
export function parseFields(json: Json, error: string, what: string): IndexField[] {
	if (!Array.isArray(json)) {
		throw invalid(error, `${what} must be an array of sort specs, not: ${JSON.stringify(json)}`);
	}
	const fields = json.map((item): IndexField => {
		if (typeof item === 'string') return { field: item, direction: 'asc' };
		const [entry, more] = isJsonObject(item) ? Object.entries(item) : [];
		const direction = entry?.[1];
		if (!entry || more || (direction !== 'asc' && direction !== 'desc')) {
			throw invalid(error, `Invalid sort field: ${JSON.stringify(item)}`);
		}
		return { field: entry[0], direction };
	});
	if (new Set(fields.map(({ direction }) => direction)).size > 1) {
		throw invalid(
			'unsupported_mixed_sort',
			'Sorts currently only support a single direction for all fields.'
		);
	}
	return fields;
}

export function bookmarkOf(row: { key: Json; id: string } | null): string {
	return row ? Buffer.from(JSON.stringify([row.key, row.id])).toString('base64url') : NO_BOOKMARK;
}

function parseBookmark(text: string): FindRequest['bookmark'] {
	if (text === NO_BOOKMARK || text === '') return null;
	try {
		const parsed = JSON.parse(Buffer.from(text, 'base64url').toString()) as Json;
		if (Array.isArray(parsed) && parsed.length === 2) {
			const [key = null, id] = parsed;
			if (typeof id === 'string') return { key, id };
		}
	} catch {
		// Said below.
	}
	throw invalid(
		'invalid_bookmark',
		`Invalid bookmark value: ${JSON.stringify(text.slice(0, 100))}`
	);
}

function useIndexOf(json: Json | undefined): FindRequest['useIndex'] {
	const [design, name, more] = Array.isArray(json) ? json : [json];
	if (design === undefined) return null;
	if (typeof design !== 'string' || more !== undefined) throw badIndex(json);
	if (name !== undefined && typeof name !== 'string') throw badIndex(json);
	return { design: design.replace(/^_design\//, ''), name: name ?? null };
}

function badIndex(json: Json | undefined): CouchError {
	return invalid('invalid_index_name', `Invalid index name: ${JSON.stringify(json)}`);
}

function fieldsOf(json: Json | undefined): string[] | null {
	if (json === undefined || json === 'all_fields') return null;
	if (!Array.isArray(json) || !json.every((field) => typeof field === 'string')) {
		throw invalid(
			'invalid_fields_json',
			`Fields must be an array of strings, not: ${JSON.stringify(json)}`
		);
	}
	return json.length === 0 ? null : json;
}

function updateOf(body: JsonObject): Update {
	if (body['stale'] === 'ok') return 'never';
	const { update = true } = body;
	if (update === true || update === 'true') return 'now';
	if (update === false || update === 'false') return 'never';
	if (update === 'lazy') return 'later';
	throw invalid('invalid_value', `Invalid value for update: ${JSON.stringify(update)}`);
}

function countOf(body: JsonObject, name: string): number | undefined {
	const value = body[name];
	if (value === undefined) return undefined;
	if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
	throw invalid(
		'invalid_non_neg_integer',
		`${JSON.stringify(value)} is not an integer greater than or equal to zero`
	);
}

function flagOf(body: JsonObject, name: string, otherwise: boolean): boolean {
	const value = body[name] ?? otherwise;
	if (typeof value === 'boolean') return value;
	throw invalid('invalid_value', `Invalid value for ${name}: ${JSON.stringify(value)}`);
}

function textOf(body: JsonObject, name: string): string | undefined {
	const value = body[name];
	if (value === undefined || typeof value === 'string') return value;
	throw invalid('invalid_value', `Invalid value for ${name}: ${JSON.stringify(value)}`);
}

function invalid(error: string, reason: string): CouchError {
	return new CouchError(400, error, reason);
}
