/** JSON indexes of Mango, kept in design documents of the language `query`, as CouchDB keeps them. */

import { createHash } from 'node:crypto';
import { isJsonObject } from '../../http/body.ts';
import { CouchError } from '../../http/errors.ts';
import type { IndexDefinition } from '../../indexes/index-group.ts';
import type { Database, StoredRevision } from '../../store/document-store.ts';
import type { Json, JsonObject } from '../../store/json.ts';
import { mappedDocument } from '../views/view-index.ts';
import { compileSelector, pathOf, valueAt } from './selector.ts';

export interface IndexField {
	field: string;
	direction: 'asc' | 'desc';
}

export interface MangoIndex {
	/** Id of the design document. */
	ddoc: string;
	name: string;
	fields: IndexField[];
	/** Documents that don't match are not in the index. */
	partialFilter: JsonObject | null;
	definition: IndexDefinition;
}

/** All indexes of a database, by design document and name. */
export async function mangoIndexesOf(db: Database): Promise<MangoIndex[]> {
	const indexes: MangoIndex[] = [];
	for (const { id } of await db.designDocuments()) {
		const design = await db.read(id);
		if (design && !design.deleted) indexes.push(...wantedIndexes(design));
	}
	return indexes;
}

/** The indexes a design document defines; what is no index is left out. */
export function wantedIndexes({ id, body }: StoredRevision): MangoIndex[] {
	const { language, views } = body;
	if (language !== 'query' || !isJsonObject(views)) return [];
	return Object.entries(views).flatMap(([name, view]) => {
		const map = isJsonObject(view) ? view['map'] : null;
		if (!isJsonObject(map) || !isJsonObject(map['fields'])) return [];
		const fields = Object.entries(map['fields']).map(([field, direction]): IndexField => ({
			field,
			direction: direction === 'desc' ? 'desc' : 'asc'
		}));
		const partial = map['partial_filter_selector'];
		const partialFilter = isJsonObject(partial) && Object.keys(partial).length > 0 ? partial : null;
		if (fields.length === 0) return [];
		const definition = definitionOf(fields, partialFilter);
		return definition ? [{ ddoc: id, name, fields, partialFilter, definition }] : [];
	});
}

/** Null for a partial filter that is none: design documents can be written by hand. */
function definitionOf(
	fields: readonly IndexField[],
	partialFilter: JsonObject | null
): IndexDefinition | null {
	const names = fields.map(({ field }) => field);
	const paths = names.map(pathOf);
	let filter: ReturnType<typeof compileSelector> | null;
	try {
		filter = partialFilter && compileSelector(partialFilter);
	} catch (error) {
		if (error instanceof CouchError) return null;
		throw error;
	}
	return {
		signature: createHash('md5')
			.update(JSON.stringify(['query', names, partialFilter]))
			.digest('hex'),
		reducers: [null],
		async map(db, changes) {
			const rows: (readonly [Json, null])[][][] = [];
			for (const change of changes) {
				const doc = await mappedDocument(db, change);
				const values = paths.map((path) => valueAt(doc, path));
				// A document without one of the fields is not in the index.
				const isIn = (filter?.matches(doc) ?? true) && !values.includes(undefined);
				rows.push([isIn ? [[values as Json[], null]] : []]);
			}
			return rows;
		}
	};
}

/** What `_index` and `_explain` show of an index; null is the one of all documents. */
export function indexJson(index: MangoIndex | null): JsonObject {
	if (!index) {
		return { ddoc: null, name: '_all_docs', type: 'special', def: { fields: [{ _id: 'asc' }] } };
	}
	const { ddoc, name, fields, partialFilter } = index;
	return {
		ddoc,
		name,
		type: 'json',
		partitioned: false,
		def: {
			fields: fields.map(({ field, direction }) => ({ [field]: direction })),
			...(partialFilter ? { partial_filter_selector: partialFilter } : {})
		}
	};
}
