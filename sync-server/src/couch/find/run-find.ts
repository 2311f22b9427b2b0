import { isJsonObject } from '../../http/body.ts';
import { Turn } from '../../http/turn.ts';
import type { Snapshot } from '../../indexes/index-group.ts';
import { compareRowKeys, rankOf, rowsBetween } from '../../indexes/tree.ts';
import type { Database } from '../../store/document-store.ts';
import type { Json, JsonObject } from '../../store/json.ts';
import { documentJson } from '../document-json.ts';
import { isBeforeEnd, isBeforeRange, type ChosenIndex } from './choose-index.ts';
import { bookmarkOf, type FindRequest } from './find-request.ts';
import { pathOf, valueAt } from './selector.ts';

interface Candidate {
	key: Json;
	id: string;
}

/** Documents examined for each one returned, from where an index is called unsuitable; as in CouchDB. */
const HIGH_PROPORTION = 10;
/** Ids listed in one step. */
const IDS_AT_ONCE = 1_000;

/**
 * The answer to `_find`, as pieces of its JSON.
 *
 * @param snapshot of the chosen index; null where all documents are looked at.
 */
export async function* findAnswer(
	db: Database,
	request: FindRequest,
	chosen: ChosenIndex,
	snapshot: Snapshot | null
): AsyncGenerator<string> {
	const startedAtMs = performance.now();
	const { selector, skip, limit, fields, conflicts } = request;
	const view = { conflicts };
	const projection = fields?.map((field) => ({ field, path: pathOf(field) })) ?? null;
	const turn = new Turn();
	let examined = 0;
	let returned = 0;
	let toSkip = skip;
	let last: Candidate | null = null;
	yield '{"docs":[';
	if (limit > 0) {
		for await (const candidate of candidates(db, request, chosen, snapshot)) {
			await turn.goOn();
			const revision = await db.read(candidate.id);
			if (!revision || revision.deleted) continue;
			examined += 1;
			const doc = await documentJson(db, revision, view);
			if (!selector.matches(doc)) continue;
			if (toSkip > 0) {
				toSkip -= 1;
				continue;
			}
			yield (
				(returned === 0 ? '\n' : ',\n') + JSON.stringify(projection ? pick(doc, projection) : doc)
			);
			last = candidate;
			returned += 1;
			if (returned === limit) break;
		}
	}
	const warnings = [...chosen.warnings];
	if (chosen.index && examined > HIGH_PROPORTION * Math.max(1, returned)) {
		warnings.push(
			'The number of documents examined is high in proportion to the number of results returned. ' +
				'Consider adding a more specific index to improve this.'
		);
	}
	const end: JsonObject = { bookmark: last ? bookmarkOf(last) : request.bookmarkText };
	if (request.executionStats) {
		end['execution_stats'] = {
			total_keys_examined: chosen.index ? examined : 0,
			total_docs_examined: examined,
			total_quorum_docs_examined: 0,
			results_returned: returned,
			execution_time_ms: Math.round((performance.now() - startedAtMs) * 1_000) / 1_000
		};
	}
	if (warnings.length > 0) end['warning'] = warnings.join('\n');
	yield `\n],${JSON.stringify(end).slice(1)}\n`;
}

/** Ids that may match, in the order asked for, from the bookmark on. */
async function* candidates(
	db: Database,
	request: FindRequest,
	{ index, range }: ChosenIndex,
	snapshot: Snapshot | null
): AsyncGenerator<Candidate> {
	const isDescending = request.sort[0]?.direction === 'desc';
	if (!index || !snapshot) {
		yield* documentIds(db, request, { index, range, warnings: [] }, isDescending);
		return;
	}
	const root = snapshot.roots[0] ?? null;
	const { read } = snapshot;
	let from = rankOf(root, read, isBeforeRange(range));
	let to = Math.max(from, rankOf(root, read, isBeforeEnd(range)));
	const { bookmark } = request;
	if (bookmark) {
		const isUpTo = isDescending ? -1 : 0;
		const edge = rankOf(
			root,
			read,
			(row) => compareRowKeys([row[0], row[1], 0], [bookmark.key, bookmark.id, 0]) <= isUpTo
		);
		if (isDescending) to = Math.min(to, edge);
		else from = Math.max(from, edge);
	}
	for (const [key, id] of rowsBetween(root, read, from, to, isDescending)) yield { key, id };
}

/** All documents but design documents, between the ids the selector names. */
async function* documentIds(
	db: Database,
	{ bookmark }: FindRequest,
	{ range }: ChosenIndex,
	descending: boolean
): AsyncGenerator<Candidate> {
	const [one] = range.equal;
	const lower = one === undefined ? range.lower : { value: one, isIncluded: true };
	const upper = one === undefined ? range.upper : { value: one, isIncluded: true };
	// Ids are ordered by their bytes here and by collation in the selector: only one id alone is looked up.
	if (one !== undefined && typeof one === 'string' && lower && upper) {
		if (!bookmark) yield { key: one, id: one };
		return;
	}
	let after = bookmark?.id;
	for (;;) {
		const { rows } = await db.allDocs({
			descending,
			limit: IDS_AT_ONCE,
			...(after === undefined ? {} : { startKey: after })
		});
		const isMore = rows.length === IDS_AT_ONCE;
		for (const { id } of rows) {
			if (id !== after && !id.startsWith('_design/')) yield { key: id, id };
		}
		if (!isMore) return;
		after = rows.at(-1)?.id;
	}
}

/** The fields asked for, each in its place; those that are not there are left out. */
function pick(
	doc: JsonObject,
	projection: readonly { field: string; path: readonly string[] }[]
): JsonObject {
	const picked: JsonObject = {};
	for (const { path } of projection) {
		const value = valueAt(doc, path);
		if (value === undefined) continue;
		let place = picked;
		for (const name of path.slice(0, -1)) {
			const there = Object.hasOwn(place, name) ? place[name] : undefined;
			const next = isJsonObject(there) ? { ...there } : {};
			put(place, name, next);
			place = next;
		}
		put(place, path.at(-1) ?? '', value);
	}
	return picked;
}

/** Assigning a member called __proto__ would do something else. */
function put(object: JsonObject, name: string, value: Json): void {
	Object.defineProperty(object, name, {
		value,
		enumerable: true,
		configurable: true,
		writable: true
	});
}
