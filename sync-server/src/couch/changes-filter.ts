// Programs that only import this file (the tests') must find the types, too; a module declaration can't be imported.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference
/// <reference path="./pouchdb-selector-core.d.ts" />

import { matchesSelector } from 'pouchdb-selector-core';
import type { Caller } from '../access/access-port.ts';
import { isJsonObject } from '../http/body.ts';
import { badRequest, forbidden, notFound, notImplemented } from '../http/errors.ts';
import type { JsonObject } from '../store/document-store.ts';
import type { Options } from './options.ts';

/** Which changes a reader wants to see. */
export interface ChangesFilter {
	/** Only these documents. */
	ids?: ReadonlySet<string>;
	/** Only documents this is true of; they are read for it. */
	matches?: (doc: JsonObject) => boolean;
}

/** The filter a request names. Functions of design documents are not run here. */
export function changesFilter(options: Options, body: JsonObject, caller: Caller): ChangesFilter {
	const name = options.text('filter');
	if (name === undefined || name === '') return {};
	if (name === '_doc_ids') {
		const ids = body['doc_ids'] ?? options.json('doc_ids');
		if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) {
			throw badRequest('`doc_ids` parameter is not a list of document ids.');
		}
		return { ids: new Set(ids) };
	}
	if (name === '_selector') return { matches: selectorFilter(body['selector'], caller) };
	if (name === '_design') {
		return { matches: (doc) => JSON.stringify(doc['_id']).startsWith('"_design/') };
	}
	if (name === '_view' || name.includes('/')) {
		throw notImplemented('Filtering changes with a function');
	}
	throw notFound('missing');
}

function selectorFilter(
	selector: JsonObject[string] | undefined,
	caller: Caller
): (doc: JsonObject) => boolean {
	if (!isJsonObject(selector)) throw badRequest('Selector must be a JSON object');
	// An expression of the caller's making can keep this process busy for hours.
	if (caller.kind !== 'administrator' && JSON.stringify(selector).includes('"$regex"')) {
		throw forbidden('selector.regex: $regex is for the server administrator alone.');
	}
	const matches = (doc: JsonObject): boolean => {
		try {
			return matchesSelector(doc, selector);
		} catch (error) {
			throw badRequest(error instanceof Error ? error.message : 'Invalid selector');
		}
	};
	// A selector that is none is refused before the answer begins.
	matches({ _id: 'probe', _rev: '1-probe' });
	return matches;
}
