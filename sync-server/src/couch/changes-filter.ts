// Programs that only import this file (the tests') must find the types, too; a module declaration can't be imported.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference
/// <reference path="./pouchdb-selector-core.d.ts" />

import { matchesSelector } from 'pouchdb-selector-core';
import type { Caller } from '../access/access-port.ts';
import { isJsonObject } from '../http/body.ts';
import { badRequest, forbidden, notFound, notImplemented, tooMany } from '../http/errors.ts';
import type { JsonObject } from '../store/document-store.ts';
import type { Options } from './options.ts';

/** Ids one filter may name: they are looked up anew at every change. */
const MOST_IDS = 20_000;
/** A selector of a person is asked about every document. */
const LONGEST_SELECTOR = 10_000;

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
		if (ids.length > MOST_IDS) throw tooMany(MOST_IDS, 'document ids');
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
	if (caller.kind !== 'administrator') {
		const text = JSON.stringify(selector);
		// An expression of the caller's making can keep this process busy for hours, and so can a long selector.
		if (text.includes('"$regex"')) {
			throw forbidden('selector.regex: $regex is for the server administrator alone.');
		}
		if (text.length > LONGEST_SELECTOR) throw tooMany(LONGEST_SELECTOR, 'characters of a selector');
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
