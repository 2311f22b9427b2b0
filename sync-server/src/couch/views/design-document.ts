/** What a design document says of its views (https://docs.couchdb.org/en/stable/api/ddoc/views.html). */

import { createHash } from 'node:crypto';
import { isJsonObject } from '../../http/body.ts';
import { notFound } from '../../http/errors.ts';
import { collate, collateRaw, type Collate } from '../../indexes/collation.ts';
import { builtInReduce, wrongBuiltIn, type BuiltInReduce } from '../../indexes/built-in-reduce.ts';
import type { Database, StoredRevision } from '../../store/document-store.ts';
import type { Json, JsonObject } from '../../store/json.ts';
import type { Refused } from '../refused.ts';

export type ReduceFunction =
	{ kind: 'built-in'; name: BuiltInReduce } | { kind: 'own'; source: string };

export interface View {
	name: string;
	map: string;
	reduce: ReduceFunction | null;
	/** The order of its keys. */
	order: Collate;
}

export interface ViewDesign {
	/** Names the indexes of these views: other functions, another signature. */
	signature: string;
	views: View[];
	/** Modules the map functions may `require`. */
	lib: Json;
	/** Whether design documents are mapped as well. */
	includeDesign: boolean;
	/** Whether map functions are told `_local_seq`. */
	localSeq: boolean;
}

/** The design document of a name. Throws 404 when there is none. */
export async function readDesign(db: Database, name: string): Promise<StoredRevision> {
	const design = await db.read(`_design/${name}`);
	if (!design) throw notFound('missing');
	if (design.deleted) throw notFound('deleted');
	return design;
}

/** The JavaScript views of a design document; what is no view is left out. */
export function viewDesignOf({ body }: StoredRevision): ViewDesign {
	const { views, language, options } = body;
	const found: View[] = [];
	if (isJsonObject(views) && isJavaScript(language)) {
		for (const [name, view] of Object.entries(views)) {
			if (name === 'lib' || !isJsonObject(view) || typeof view['map'] !== 'string') continue;
			const { map, reduce, options: own } = view as JsonObject & { map: string };
			const isRaw = isJsonObject(own) && own['collation'] === 'raw';
			const order = isRaw ? collateRaw : collate;
			found.push({ name, map, reduce: reduceOf(reduce), order });
		}
	}
	const lib = (isJsonObject(views) ? views['lib'] : null) ?? null;
	const kept = found.map(({ name, map, reduce, order }) => [
		name,
		map,
		reduce?.kind === 'built-in' ? reduce.name : null,
		...(order === collateRaw ? ['raw'] : [])
	]);
	const signature = createHash('md5')
		.update(JSON.stringify(['javascript', kept, lib, options ?? null]))
		.digest('hex');
	const asked = isJsonObject(options) ? options : {};
	return {
		...{ signature, views: found, lib },
		includeDesign: asked['include_design'] === true,
		localSeq: asked['local_seq'] === true
	};
}

function reduceOf(reduce: Json | undefined): ReduceFunction | null {
	if (typeof reduce !== 'string' || reduce === '') return null;
	const name = builtInReduce(reduce);
	return name ? { kind: 'built-in', name } : { kind: 'own', source: reduce };
}

function isJavaScript(language: Json | undefined): boolean {
	return language === undefined || language === 'javascript';
}

/** What is wrong with a design document that can never be used; null when nothing is. */
export function unusableDesign({ views, filters, language }: JsonObject): Refused | null {
	if (views !== undefined && !isJsonObject(views)) {
		return invalidDesign('`views` parameter must be an object.');
	}
	if (filters !== undefined && !isJsonObject(filters)) {
		return invalidDesign('`filters` parameter must be an object.');
	}
	if (!isJavaScript(language)) return null;
	for (const [name, view] of Object.entries(views ?? {})) {
		if (name === 'lib') continue;
		if (!isJsonObject(view)) return invalidDesign(`\`${name}\` in views must be an object`);
		const { map, reduce } = view;
		if (map !== undefined && typeof map !== 'string') {
			return invalidDesign(`\`map\` in ${name} must be a string`);
		}
		if (reduce !== undefined && typeof reduce !== 'string') {
			return invalidDesign(`\`reduce\` in ${name} must be a string`);
		}
		const wrong = wrongBuiltIn(reduce ?? '');
		if (wrong !== null) return invalidDesign(wrong);
	}
	return null;
}

function invalidDesign(reason: string): Refused {
	return { error: 'invalid_design_doc', reason, statusCode: 400 };
}
