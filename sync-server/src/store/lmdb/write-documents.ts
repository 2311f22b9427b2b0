import { decideWrite } from '../decide-write.ts';
import type { AttachmentStub, DocumentWrite, WriteOutcome } from '../document-store.ts';
import { graft, leavesOf, type RevisionTree } from '../revision-tree.ts';
import { IdTooLong, MAX_ID_BYTES } from '../store-errors.ts';
import type { Draft } from './committer.ts';
import { encodeDocument, headOf, treeOf } from './document-record.ts';
import { idKey, numberKey, toBytes, type ChangeRecord, type DatabaseRecord } from './tables.ts';

/**
 * Writes documents in order into a draft and counts them into `database`, which the caller saves.
 *
 * @param isStored whether an attachment's bytes lie in the store.
 */
export function writeDocuments(
	draft: Draft,
	database: DatabaseRecord,
	writes: readonly DocumentWrite[],
	isStored: (sha256: string) => boolean
): WriteOutcome[] {
	return writes.map((write) => writeDocument(draft, database, write, isStored));
}

function writeDocument(
	draft: Draft,
	database: DatabaseRecord,
	write: DocumentWrite,
	isStored: (sha256: string) => boolean
): WriteOutcome {
	const { id } = write;
	if (Buffer.byteLength(id) > MAX_ID_BYTES) throw new IdTooLong();
	const key = idKey(database.no, id);
	const before = draft.get('documents', key);
	const tree = before && treeOf(before);

	const decision = decideWrite(tree, write);
	if (decision.kind === 'refused') return { ok: false, id, refusal: decision.refusal };
	if (decision.kind === 'known') {
		return { ok: true, id, rev: decision.rev };
	}
	if (
		!Object.values(write.attachments).every(({ sha256 }) => sha256 !== null && isStored(sha256))
	) {
		return { ok: false, id, refusal: 'missing_stub' };
	}

	database.seq += 1;
	const { seq } = database;
	const grafted = graft(
		tree ?? [],
		decision.history,
		{ deleted: write.deleted, bodyAt: seq },
		database.revsLimit
	);
	for (const bodyAt of grafted.stemmedBodies) removeBody(draft, database, bodyAt);

	const attachments = stampAttachments(write.attachments, decision.history.start);
	const body = toBytes(attachments ? [write.body, attachments] : [write.body]);
	draft.put('bodies', numberKey(database.no, seq), body);
	database.bytes += body.byteLength;

	saveTree(draft, database, id, grafted.tree, before);
	return { ok: true, id, rev: decision.rev };
}

/**
 * Saves a document's tree under the database's newest sequence and counts it anew; an empty tree takes the document
 * out.
 *
 * @param before the document's row as it was; null for a new one.
 */
export function saveTree(
	draft: Draft,
	database: DatabaseRecord,
	id: string,
	tree: RevisionTree,
	before: Buffer | null
): void {
	if (before) {
		const head = headOf(before);
		draft.remove('changes', numberKey(database.no, head.seq));
		if (head.deleted) database.deleted -= 1;
		else database.docs -= 1;
	}
	const leaves = leavesOf(tree);
	const winner = leaves[0];
	const key = idKey(database.no, id);
	if (!winner) {
		draft.remove('documents', key);
		return;
	}
	draft.put('documents', key, encodeDocument(database.seq, winner, tree));
	const change: ChangeRecord = {
		id,
		deleted: winner.deleted,
		leaves: leaves.map((leaf) => leaf.rev)
	};
	draft.put('changes', numberKey(database.no, database.seq), toBytes(change));
	if (winner.deleted) database.deleted += 1;
	else database.docs += 1;
}

/** Takes out the body of a revision nobody shall read again. */
export function removeBody(draft: Draft, database: DatabaseRecord, bodyAt: number): void {
	const key = numberKey(database.no, bodyAt);
	database.bytes -= draft.get('bodies', key)?.byteLength ?? 0;
	draft.remove('bodies', key);
}

/** Gives attachments that came with this revision its generation; null when there are none. */
function stampAttachments(
	attachments: Record<string, AttachmentStub>,
	generation: number
): Record<string, AttachmentStub> | null {
	const entries = Object.entries(attachments);
	if (entries.length === 0) return null;
	return Object.fromEntries(
		entries.map(([name, stub]) => [name, { ...stub, revpos: stub.revpos || generation }])
	);
}
