import type { FunctionRunner } from '../../design/function-runner.ts';
import { mapProgram } from '../../design/programs.ts';
import { reducerOf } from '../../indexes/built-in-reduce.ts';
import type { DocumentRows, EmittedRow, IndexDefinition } from '../../indexes/index-group.ts';
import type { ChangeRow, Database } from '../../store/document-store.ts';
import type { Json, JsonObject } from '../../store/json.ts';
import { parseSequence } from '../../store/sequence.ts';
import { documentJson } from '../document-json.ts';
import type { ViewDesign } from './design-document.ts';

/** Of documents given to the functions at once, in UTF-16 units. */
const MOST_LENGTH_AT_ONCE = 4_000_000;

/** The indexes of a design document's views: its map functions run in their thread. */
export function viewIndex(
	functions: FunctionRunner,
	scope: string,
	{ signature, views, lib, includeDesign, localSeq }: ViewDesign
): IndexDefinition {
	const program = mapProgram(
		scope,
		views.map(({ map }) => map),
		lib
	);
	return {
		signature,
		withDesigns: includeDesign,
		orders: views.map(({ order }) => order),
		reducers: views.map(({ reduce }) =>
			reduce?.kind === 'built-in' ? reducerOf(reduce.name) : null
		),
		async map(db, changes) {
			const texts: string[] = [];
			let length = 0;
			for (const change of changes) {
				const text = JSON.stringify(await mappedDocument(db, change, localSeq));
				texts.push(text);
				length += text.length;
				// The others are asked for again.
				if (length > MOST_LENGTH_AT_ONCE) break;
			}
			const answers = await functions.run(program, texts);
			return answers.map((answer) => (answer.ok ? rowsOf(answer.text, views.length) : []));
		}
	};
}

/** A document as map functions see it. A revision that is gone by now comes again with its next change. */
export async function mappedDocument(
	db: Database,
	{ id, leaves, seq }: ChangeRow,
	localSeq = false
): Promise<JsonObject> {
	const revision = await db.read(id, leaves[0]);
	if (!revision) return { _id: id };
	const view = leaves.length > 1 ? { conflicts: true, deletedConflicts: true } : {};
	const doc = await documentJson(db, revision, view);
	return localSeq ? { ...doc, _local_seq: parseSequence(seq)?.n ?? null } : doc;
}

/** What a program answered: functions that change the language's own objects can make it anything. */
function rowsOf(text: string, views: number): DocumentRows {
	const answer = JSON.parse(text) as Json;
	return Array.from({ length: views }, (_, i) => {
		const rows = Array.isArray(answer) ? (answer[i] ?? []) : [];
		return (Array.isArray(rows) ? rows : []).map((row): EmittedRow => {
			const [key = null, value = null] = Array.isArray(row) ? row : [];
			return [key, value];
		});
	});
}
