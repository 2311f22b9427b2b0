import type { Json, JsonObject } from '../../store/json.ts';
import type { ChosenIndex } from './choose-index.ts';
import type { FindRequest } from './find-request.ts';
import { indexJson } from './mango-index.ts';

/** What CouchDB shows where a key has no upper end. */
const HIGHEST = '<MAX>';

/** The answer to `_explain`: which index a query would use, and which stretch of it. */
export function explanation(
	dbname: string,
	body: JsonObject,
	request: FindRequest,
	{ index, range }: ChosenIndex
): JsonObject {
	const { selector, limit, skip, sort, fields, conflicts, bookmarkText, useIndex } = request;
	const isDescending = sort[0]?.direction === 'desc';
	const { equal, lower, upper } = range;
	const low: Json[] = [...equal, ...(lower ? [lower.value] : [])];
	const high: Json[] = [...equal, ...(upper ? [upper.value] : []), HIGHEST];
	const ends = index
		? { start_key: isDescending ? high : low, end_key: isDescending ? low : high }
		: { start_key: low[0] ?? null, end_key: high[0] ?? null };
	return {
		dbname,
		index: indexJson(index),
		partitioned: false,
		selector: selector.normal,
		opts: {
			use_index: useIndex
				? [useIndex.design, ...(useIndex.name === null ? [] : [useIndex.name])]
				: [],
			bookmark: bookmarkText,
			limit,
			skip,
			sort: Object.fromEntries(sort.map(({ field, direction }) => [field, direction])),
			fields: fields ?? [],
			partition: '',
			r: body['r'] ?? 1,
			conflicts,
			stale: body['stale'] ?? '',
			update: body['update'] ?? true,
			stable: body['stable'] ?? false,
			execution_stats: request.executionStats,
			allow_fallback: request.allowFallback
		},
		limit,
		skip,
		fields: fields ?? 'all_fields',
		mrargs: {
			include_docs: true,
			view_type: 'map',
			reduce: false,
			partition: null,
			...ends,
			direction: isDescending ? 'rev' : 'fwd',
			stable: false,
			update: request.update === 'now' ? true : request.update === 'later' ? 'lazy' : false,
			conflicts: conflicts ? true : 'undefined'
		},
		covering: false
	};
}
