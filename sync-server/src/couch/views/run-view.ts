import type { FunctionRunner } from '../../design/function-runner.ts';
import { reduceProgram } from '../../design/programs.ts';
import { isJsonObject } from '../../http/body.ts';
import { Turn } from '../../http/turn.ts';
import { reducerOf } from '../../indexes/built-in-reduce.ts';
import type { Snapshot } from '../../indexes/index-group.ts';
import { rankOf, reduceBetween, rowsBetween, type Root, type Row } from '../../indexes/tree.ts';
import type { Database } from '../../store/document-store.ts';
import type { Json, JsonObject } from '../../store/json.ts';
import { documentJson } from '../document-json.ts';
import type { View } from './design-document.ts';
import { isBefore, type Grouping, type ViewQuery, type ViewRange } from './view-query.ts';

/** One view at one moment. */
export interface ViewReading {
	db: Database;
	functions: FunctionRunner;
	scope: string;
	view: View;
	snapshot: Snapshot;
	root: Root;
}

/** A range as places in the index: from the first row up to, but not with, the last. */
interface Span {
	from: number;
	to: number;
}

/** Rows given to a function at once. */
const ROWS_AT_ONCE = 500;

/** The answer to a query, as pieces of its JSON. */
export async function* viewAnswer(reading: ViewReading, query: ViewQuery): AsyncGenerator<string> {
	const { root, snapshot } = reading;
	const spans = query.ranges.map((range) => spanOf(reading, range));
	const seq = query.updateSeq ? [`"update_seq":${JSON.stringify(snapshot.seq)}`] : [];
	if (query.reduce) {
		yield `{${[...seq, '"rows":['].join(',')}`;
		yield* separated(limited(reducedRows(reading, query, spans), query));
	} else {
		const total = root?.count ?? 0;
		const offset = Math.min(total, offsetOf(spans, query, total) + query.skip);
		const head = [`"total_rows":${total}`, ...seq, `"offset":${offset}`, '"rows":['];
		yield `{${head.join(',')}`;
		yield* separated(mappedRows(reading, query, spans));
	}
	yield ']}\n';
}

function spanOf({ root, snapshot, view }: ViewReading, { lower, upper }: ViewRange): Span {
	const rank = (boundary: NonNullable<typeof lower>) =>
		rankOf(root, snapshot.read, isBefore(boundary, view.order));
	return { from: lower ? rank(lower) : 0, to: upper ? rank(upper) : (root?.count ?? 0) };
}

/** How many rows come before the first one, the way the reader goes. */
function offsetOf(spans: readonly Span[], { descending }: ViewQuery, total: number): number {
	const first = spans.find(({ from, to }) => from < to) ?? spans.at(-1);
	if (!first) return 0;
	return descending ? total - first.to : first.from;
}

async function* mappedRows(
	{ db, root, snapshot }: ViewReading,
	query: ViewQuery,
	spans: readonly Span[]
): AsyncGenerator<string> {
	const turn = new Turn();
	let { skip, limit } = query;
	for (const { from, to } of spans) {
		const skipped = Math.min(skip, Math.max(0, to - from));
		skip -= skipped;
		const [start, end] = query.descending ? [from, to - skipped] : [from + skipped, to];
		for (const row of rowsBetween(root, snapshot.read, start, end, query.descending)) {
			if (limit <= 0) return;
			limit -= 1;
			await turn.goOn();
			const [key, id, , value] = row;
			const shown: JsonObject = { id, key, value };
			if (query.includeDocs) shown['doc'] = await joinedDocument(db, row, query);
			yield JSON.stringify(shown);
		}
	}
}

/** The document of a row, or the one its value names by `_id`. */
async function joinedDocument(
	db: Database,
	[, id, , value]: Row,
	{ view }: ViewQuery
): Promise<JsonObject | null> {
	const { _id: named = id, _rev: rev } = isJsonObject(value) ? value : {};
	if (typeof named !== 'string') return null;
	const revision = await db.read(named, typeof rev === 'string' ? rev : undefined);
	if (!revision || revision.deleted) return null;
	return documentJson(db, revision, view);
}

async function* reducedRows(
	reading: ViewReading,
	query: ViewQuery,
	spans: readonly Span[]
): AsyncGenerator<string> {
	let groups: { key: Json; span: Span }[] = [];
	const turn = new Turn();
	for (const span of spans) {
		for (const group of groupsOf(reading, span, query.grouping, query.descending)) {
			await turn.goOn();
			groups.push(group);
			if (groups.length < ROWS_AT_ONCE) continue;
			yield* reduced(reading, groups);
			groups = [];
		}
	}
	yield* reduced(reading, groups);
}

async function* reduced(
	reading: ViewReading,
	groups: readonly { key: Json; span: Span }[]
): AsyncGenerator<string> {
	const { reduce } = reading.view;
	const spans = groups.map(({ span }) => span);
	const values =
		reduce?.kind === 'own'
			? await reduceByFunction(reading, reduce.source, spans)
			: spans.map((span) => reduceBuiltIn(reading, span));
	for (const [i, { key }] of groups.entries()) {
		const value = values[i] ?? null;
		yield JSON.stringify(value instanceof Overflow ? { key, ...value } : { key, value });
	}
}

/** The groups of a span, in the order of the reader. A span without rows has none. */
function* groupsOf(
	{ root, snapshot, view }: ViewReading,
	{ from, to }: Span,
	grouping: Grouping,
	descending: boolean
): Generator<{ key: Json; span: Span }> {
	if (grouping.by === 'all') {
		if (from < to) yield { key: null, span: { from, to } };
		return;
	}
	const nameOf = (key: Json) =>
		grouping.by === 'level' && Array.isArray(key) ? key.slice(0, grouping.level) : key;
	for (let [start, end] = [from, to]; start < end;) {
		const at = descending ? end - 1 : start;
		const [first] = rowsBetween(root, snapshot.read, at, at + 1);
		if (!first) return;
		const key = nameOf(first[0]);
		const edge = rankOf(root, snapshot.read, ([other]) => {
			const order = view.order(nameOf(other), key);
			return descending ? order < 0 : order <= 0;
		});
		if (descending) {
			const span = { from: Math.max(start, edge), to: end };
			yield { key, span };
			end = span.from;
		} else {
			const span = { from: start, to: Math.min(end, edge) };
			yield { key, span };
			start = span.to;
		}
	}
}

function reduceBuiltIn({ root, snapshot, view }: ViewReading, { from, to }: Span): Json {
	const reducer = view.reduce?.kind === 'built-in' ? reducerOf(view.reduce.name) : null;
	if (reducer) return reduceBetween(root, snapshot.read, from, to, reducer) ?? null;
	// Rows of one key stand together, so distinct keys are counted exactly.
	let distinct = 0;
	let before: Json | undefined;
	for (const [key] of rowsBetween(root, snapshot.read, from, to)) {
		if (before === undefined || view.order(before, key) !== 0) distinct += 1;
		before = key;
	}
	return distinct;
}

/** In the place of a value: the function gives back about as much as it is given. */
class Overflow {
	readonly error = 'reduce_overflow_error';
	readonly reason: string;

	constructor(inputLength: number, outputLength: number) {
		this.reason =
			'Reduce output must shrink more rapidly: ' +
			`input size: ${inputLength} output size: ${outputLength}`;
	}
}

/** What CouchDB lets a function give back however little it was given, in UTF-16 units of JSON. */
const OUTPUT_LENGTH = 4_096;

function reducedValue(input: string, output: string): Json | Overflow {
	const isOver = output.length > OUTPUT_LENGTH && output.length * 2 > input.length;
	return isOver ? new Overflow(input.length, output.length) : (JSON.parse(output) as Json);
}

/** Each span by itself; all of them step by step together, so that few orders go to the thread. */
async function reduceByFunction(
	{ root, snapshot, functions, scope }: ViewReading,
	source: string,
	spans: readonly Span[]
): Promise<(Json | Overflow)[]> {
	const program = reduceProgram(scope, source);
	const turn = new Turn();
	const values: (Json | Overflow)[][] = spans.map(() => []);
	let inputs: string[] = [];
	let owners: number[] = [];
	let waiting = 0;
	const run = async () => {
		for (let done = 0; done < inputs.length;) {
			const answers = await functions.run(program, inputs.slice(done));
			for (const answer of answers) {
				const value = answer.ok ? reducedValue(inputs[done] ?? '', answer.text) : null;
				values[owners[done] ?? 0]?.push(value);
				done += 1;
			}
		}
		[inputs, owners, waiting] = [[], [], 0];
	};
	for (const [owner, { from, to }] of spans.entries()) {
		for (let at = from; at < to; at += ROWS_AT_ONCE) {
			const rows = [...rowsBetween(root, snapshot.read, at, Math.min(to, at + ROWS_AT_ONCE))];
			const keys = rows.map(([key, id]) => [key, id]);
			inputs.push(JSON.stringify([keys, rows.map((row) => row[3]), false]));
			owners.push(owner);
			waiting += rows.length;
			await turn.goOn();
			if (waiting >= ROWS_AT_ONCE) await run();
		}
	}
	await run();
	for (const [owner, parts] of values.entries()) {
		if (parts.length < 2) continue;
		const overflow = parts.find((part) => part instanceof Overflow);
		if (overflow) {
			values[owner] = [overflow];
			continue;
		}
		inputs.push(JSON.stringify([null, parts, true]));
		owners.push(owner);
		values[owner] = [];
	}
	await run();
	return values.map(([value = null]) => value);
}

async function* limited(
	rows: AsyncIterable<string>,
	{ skip, limit }: ViewQuery
): AsyncGenerator<string> {
	let [toSkip, left] = [skip, limit];
	if (left <= 0) return;
	for await (const row of rows) {
		if (toSkip > 0) {
			toSkip -= 1;
			continue;
		}
		yield row;
		left -= 1;
		if (left <= 0) return;
	}
}

async function* separated(rows: AsyncIterable<string>): AsyncGenerator<string> {
	let comma = '';
	for await (const row of rows) {
		yield comma + row;
		comma = ',\n';
	}
}
