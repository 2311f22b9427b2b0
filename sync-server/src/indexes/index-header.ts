import type { Root } from './tree.ts';

/** What an index group is at one moment; it is written with the blocks it names. */
export interface Header {
	epoch: string;
	/** What is purged leaves no change behind: at another one the index is made again. */
	purgeSeq: string;
	/** The database's sequence up to which documents are in the index. */
	seq: string;
	nextBlock: number;
	version: number;
	roots: Root[];
	/** Blocks of older versions that somebody may still read: the version that retired them, and their numbers. */
	retired: [version: number, blocks: number[]][];
	/** Length of all blocks of the trees. */
	bytes: number;
}

/** Of a group that has read nothing yet. */
export function newHeader(epoch: string, purgeSeq: string, indexes: number): Header {
	return {
		epoch,
		purgeSeq,
		seq: '0',
		nextBlock: 1,
		version: 1,
		roots: Array.from({ length: indexes }, () => null),
		retired: [],
		bytes: 0
	};
}
