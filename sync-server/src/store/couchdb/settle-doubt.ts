import { createHash } from 'node:crypto';
import type { JsonObject } from '../json.ts';
import type { RevisionId } from '../document-store.ts';
import { StoreUnreachable } from '../store-errors.ts';
import { documentPath } from './couchdb-documents.ts';
import type { DatabaseLine } from './database-line.ts';

interface Leaf extends JsonObject {
	_rev: string;
	_revisions: { start: number; ids: string[] };
}

/** What the tombstone of a revision that was taken back says of itself. */
const WITHDRAWN = 'withdrawn';

/**
 * Two writers of one revision that reach a cluster by different nodes are both told that it worked: one by the majority
 * of the copies, the other by those that saw it first ("accepted"). This is for the other: its revision is taken back.
 * Throws `StoreUnreachable` where nobody else wrote, and the majority was only not to be reached.
 */
export async function settleDoubt(line: DatabaseLine, id: string, rev: RevisionId): Promise<void> {
	const { cluster } = (await line.get('')) as { cluster?: { n: number } };
	const copies = cluster?.n ?? 1;
	const leaves = await leavesOf(line, id, copies);
	const mine = leaves.find((leaf) => leaf._rev === rev);
	const [, parentHash] = mine?._revisions.ids ?? [];
	const parent = parentHash === undefined ? null : `${Number.parseInt(rev) - 1}-${parentHash}`;
	const rivals = leaves.filter((leaf) => leaf !== mine && !knows(leaf, rev) && knows(leaf, parent));
	if (rivals.length === 0) {
		throw new StoreUnreachable(new Error(`Only some copies of ${line.name} could be written to.`));
	}
	// Somebody went on from it already: then it stays, as a branch beside the other.
	if (!mine) return;
	const before = parent === null ? null : await wholeRevision(line, id, parent);
	await put(line, { _id: id, _deleted: true, removal: WITHDRAWN }, mine);
	if (before === null || before['_deleted'] === true) return;
	// Where no writer had the majority, each took its own back: what they all began from stands again.
	const left = await leavesOf(line, id, copies);
	if (left.some((leaf) => leaf['removal'] !== WITHDRAWN)) return;
	const [last] = left.sort((a, b) => (a._rev < b._rev ? 1 : -1));
	if (last) await put(line, before, last);
}

/** Whether a revision is in a leaf's history; every history begins with none. */
function knows({ _revisions: { start, ids } }: Leaf, rev: RevisionId | null): boolean {
	return rev === null || ids.some((hash, i) => `${start - i}-${hash}` === rev);
}

async function leavesOf(line: DatabaseLine, id: string, copies: number): Promise<Leaf[]> {
	const query = { open_revs: 'all', revs: true, r: copies };
	const answer = await line.ask(documentPath(id), { query });
	line.requireOk(answer);
	return (answer.json as { ok?: Leaf }[]).flatMap(({ ok }) => ok ?? []);
}

/** With its attachments' bytes; null when no copy has it any more. */
async function wholeRevision(
	line: DatabaseLine,
	id: string,
	rev: RevisionId
): Promise<JsonObject | null> {
	const answer = await line.ask(documentPath(id), { query: { rev, attachments: true } });
	line.requireThere(answer);
	return answer.status === 200 ? (answer.json as JsonObject) : null;
}

/** Onto a leaf, on every copy, also on those that have not heard of the leaf; the same whoever does it. */
async function put(line: DatabaseLine, document: JsonObject, { _rev, _revisions }: Leaf) {
	const { start, ids } = _revisions;
	const hash = createHash('md5')
		.update(`${_rev} ${JSON.stringify(document)}`)
		.digest('hex');
	const revisions = { start: start + 1, ids: [hash, ...ids] };
	const written = { ...document, _rev: `${start + 1}-${hash}`, _revisions: revisions };
	const body = { docs: [written], new_edits: false };
	line.requireOk(await line.ask('_bulk_docs', { method: 'POST', body }));
}
