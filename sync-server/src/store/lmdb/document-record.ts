/**
 * A document's row: what lists need in front, to be read without unpacking the revision tree behind it.
 *
 * byte 0: flags · 1–6: its sequence · 7–12: where the winner's body lies · 13: length of the winning revision's id ·
 * that id · the packed tree as JSON · CRC-32 of all before it (flagged; rows of format 1 have none)
 */

import { crc32 } from 'node:zlib';
import {
	packTree,
	unpackTree,
	type Leaf,
	type PackedTree,
	type RevisionTree
} from '../revision-tree.ts';

export interface DocumentHead {
	deleted: boolean;
	/** Erased for good: only its tombstone is left, and nothing may be written on it. */
	erased: boolean;
	seq: number;
	bodyAt: number;
	rev: string;
}

const DELETED = 1;
const CHECKSUMMED = 2;
const ERASED = 4;

const REV_LENGTH_AT = 13;
const REV_AT = 14;
const CHECKSUM_BYTES = 4;

export function encodeDocument(
	seq: number,
	winner: Leaf,
	tree: RevisionTree,
	isErased = false
): Buffer {
	const packed = JSON.stringify(packTree(tree));
	const revBytes = Buffer.byteLength(winner.rev);
	const end = REV_AT + revBytes + Buffer.byteLength(packed);
	const bytes = Buffer.allocUnsafe(end + CHECKSUM_BYTES);
	bytes.writeUInt8((winner.deleted ? DELETED : 0) | CHECKSUMMED | (isErased ? ERASED : 0), 0);
	bytes.writeUIntBE(seq, 1, 6);
	bytes.writeUIntBE(winner.bodyAt, 7, 6);
	bytes.writeUInt8(revBytes, REV_LENGTH_AT);
	bytes.write(winner.rev, REV_AT);
	bytes.write(packed, REV_AT + revBytes);
	bytes.writeUInt32BE(crc32(bytes.subarray(0, end)), end);
	return bytes;
}

export function headOf(bytes: Buffer): DocumentHead {
	return {
		deleted: isDeleted(bytes),
		erased: (bytes.readUInt8(0) & ERASED) !== 0,
		seq: bytes.readUIntBE(1, 6),
		bodyAt: bytes.readUIntBE(7, 6),
		rev: bytes.toString('latin1', REV_AT, REV_AT + bytes.readUInt8(REV_LENGTH_AT))
	};
}

export function isDeleted(bytes: Buffer): boolean {
	return (bytes.readUInt8(0) & DELETED) !== 0;
}

export function treeOf(bytes: Buffer): RevisionTree {
	return unpackTree(packedTreeOf(bytes));
}

function packedTreeOf(bytes: Buffer): PackedTree {
	const text = bytes.toString('utf8', REV_AT + bytes.readUInt8(REV_LENGTH_AT), endOf(bytes));
	return JSON.parse(text) as PackedTree;
}

/** Whether the winner is all there is: no revision before it, no other branch. */
export function isWinnerAlone(bytes: Buffer): boolean {
	const [root, other] = packedTreeOf(bytes);
	return other === undefined && root?.h.length === 1 && root.c === undefined;
}

/** Whether the row is what was written; rows of format 1 are taken at their word. */
export function isIntact(bytes: Buffer): boolean {
	const end = endOf(bytes);
	return (
		end === bytes.length ||
		(end > REV_AT && crc32(bytes.subarray(0, end)) === bytes.readUInt32BE(end))
	);
}

function endOf(bytes: Buffer): number {
	return bytes.length - ((bytes.readUInt8(0) & CHECKSUMMED) !== 0 ? CHECKSUM_BYTES : 0);
}
