import { decideWrite } from '../decide-write.ts';
import type { AttachmentStub, DocumentWrite, WriteOutcome } from '../document-store.ts';
import { graft, leavesOf, type RevisionTree } from '../revision-tree.ts';
import { IdTooLong, MAX_ID_BYTES } from '../store-errors.ts';
import { dropBody, putBody, type Pen } from './bodies.ts';
import { encodeDocument, headOf, treeOf } from './document-record.ts';
import { isReferenced } from './file-references.ts';
import { idKey, numberKey, toBytes, type ChangeRecord } from './tables.ts';

/** Writes documents in order and counts them into the pen's database. */
export function writeDocuments(pen: Pen, writes: readonly DocumentWrite[]): WriteOutcome[] {
	return writes.map((write) => writeDocument(pen, write));
}

function writeDocument(pen: Pen, write: DocumentWrite): WriteOutcome {
	const { draft, database } = pen;
	const { id } = write;
	if (Buffer.byteLength(id) > MAX_ID_BYTES) throw new IdTooLong();
	const before = draft.get('documents', idKey(database.no, id));
	const tree = before && treeOf(before);

	const bodyText = JSON.stringify(write.body);
	const decision = decideWrite(tree, write, bodyText);
	if (decision.kind === 'known') return { ok: true, id, rev: decision.rev };
	if (before && headOf(before).erased) return { ok: false, id, refusal: 'erased' };
	if (decision.kind === 'refused') return { ok: false, id, refusal: decision.refusal };
	if (!Object.values(write.attachments).every((stub) => isStored(pen, stub))) {
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
	for (const bodyAt of grafted.stemmedBodies) dropBody(pen, bodyAt);
	putBody(pen, seq, bodyText, stampAttachments(write.attachments, decision.history.start));
	saveTree(pen, id, grafted.tree, before);
	return { ok: true, id, rev: decision.rev };
}

/**
 * Saves a document's tree under the database's newest sequence and counts it anew; an empty tree takes the document
 * out.
 *
 * @param before the document's row as it was; null for a new one.
 */
export function saveTree(
	pen: Pen,
	id: string,
	tree: RevisionTree,
	before: Buffer | null,
	isErased = false
): void {
	const { draft, database } = pen;
	if (id.startsWith('_design/')) pen.designsChanged = true;
	const { no, seq } = database;
	if (before) {
		const head = headOf(before);
		draft.remove('changes', numberKey(no, head.seq));
		if (head.deleted) database.deleted -= 1;
		else database.docs -= 1;
	}
	const leaves = leavesOf(tree);
	const winner = leaves[0];
	if (!winner) {
		draft.remove('documents', idKey(no, id));
		return;
	}
	draft.put('documents', idKey(no, id), encodeDocument(seq, winner, tree, isErased));
	const change: ChangeRecord = {
		id,
		deleted: winner.deleted,
		leaves: leaves.map((leaf) => leaf.rev)
	};
	draft.put('changes', numberKey(no, seq), toBytes(change));
	if (winner.deleted) database.deleted += 1;
	else database.docs += 1;
}

function isStored({ draft, company, isOnDisk }: Pen, { sha256 }: AttachmentStub): boolean {
	return sha256 !== null && (isReferenced(draft, { company, sha256 }) || isOnDisk(sha256));
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
