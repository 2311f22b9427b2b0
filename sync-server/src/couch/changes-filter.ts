import type { Caller } from '../access/access-port.ts';
import { isJsonObject } from '../http/body.ts';
import { badRequest, tooMany } from '../http/errors.ts';
import type { JsonObject } from '../store/json.ts';
import {
	selectByFilter,
	selectByView,
	type FilterContext,
	type SelectRows
} from './design/filter-function.ts';
import { compileSelector } from './find/selector.ts';
import { requireModestSelector } from './modest-selector.ts';
import type { Options } from './options.ts';

/** Ids one filter may name: they are looked up anew at every change. */
const MOST_IDS = 20_000;

/** Which changes a reader wants to see. */
export interface ChangesFilter {
	/** Only these documents. */
	ids?: ReadonlySet<string>;
	/** Only documents this is true of; they are read for it. */
	matches?: (doc: JsonObject) => boolean;
	/** Asked for many rows at once. */
	select?: SelectRows;
}

/**
 * The filter a request names. Functions of design documents run in their thread; throws 404 for one that is not there.
 */
export async function changesFilter(
	options: Options,
	body: JsonObject,
	context: FilterContext
): Promise<ChangesFilter> {
	const name = options.text('filter');
	if (name === undefined || name === '') return {};
	if (name === '_doc_ids') {
		const ids = body['doc_ids'] ?? options.json('doc_ids');
		if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) {
			throw badRequest('`doc_ids` parameter is not a list of document ids.');
		}
		if (ids.length > MOST_IDS) throw tooMany(MOST_IDS, 'document ids');
		return { ids: new Set(ids) };
	}
	if (name === '_selector') return { matches: selectorFilter(body['selector'], context.caller) };
	if (name === '_design') {
		return { matches: (doc) => JSON.stringify(doc['_id']).startsWith('"_design/') };
	}
	if (name === '_view') return { select: await selectByView(context, options.text('view')) };
	return { select: await selectByFilter(context, name) };
}

function selectorFilter(
	selector: JsonObject[string] | undefined,
	caller: Caller
): (doc: JsonObject) => boolean {
	if (!isJsonObject(selector)) throw badRequest('Selector error: expected a JSON object');
	requireModestSelector(selector, caller);
	return compileSelector(selector).matches;
}
