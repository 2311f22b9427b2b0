/**
 * A document's row: what lists need in front, to be read without unpacking the revision tree behind it.
 *
 * byte 0: 1 when the winner is deleted · 1–6: its sequence · 7–12: where the winner's body lies ·
 * 13: length of the winning revision's id · that id · the packed tree as JSON
 */

import { packTree, unpackTree, type Leaf, type RevisionTree } from '../revision-tree.ts';

export interface DocumentHead {
	deleted: boolean;
	seq: number;
	bodyAt: number;
	rev: string;
}

const REV_LENGTH_AT = 13;
const REV_AT = 14;

export function encodeDocument(seq: number, winner: Leaf, tree: RevisionTree): Buffer {
	const packed = JSON.stringify(packTree(tree));
	const revBytes = Buffer.byteLength(winner.rev);
	const bytes = Buffer.allocUnsafe(REV_AT + revBytes + Buffer.byteLength(packed));
	bytes.writeUInt8(winner.deleted ? 1 : 0, 0);
	bytes.writeUIntBE(seq, 1, 6);
	bytes.writeUIntBE(winner.bodyAt, 7, 6);
	bytes.writeUInt8(revBytes, REV_LENGTH_AT);
	bytes.write(winner.rev, REV_AT);
	bytes.write(packed, REV_AT + revBytes);
	return bytes;
}

export function headOf(bytes: Buffer): DocumentHead {
	return {
		deleted: isDeleted(bytes),
		seq: bytes.readUIntBE(1, 6),
		bodyAt: bytes.readUIntBE(7, 6),
		rev: bytes.toString('latin1', REV_AT, REV_AT + bytes.readUInt8(REV_LENGTH_AT))
	};
}

export function isDeleted(bytes: Buffer): boolean {
	return bytes.readUInt8(0) === 1;
}

export function treeOf(bytes: Buffer): RevisionTree {
	const packed = bytes.toString('utf8', REV_AT + bytes.readUInt8(REV_LENGTH_AT));
	return unpackTree(JSON.parse(packed) as Parameters<typeof unpackTree>[0]);
}
