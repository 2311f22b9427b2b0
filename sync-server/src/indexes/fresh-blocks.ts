import type { Header } from './index-header.ts';
import type { Block, BlockWriter, ReadBlock } from './tree.ts';

/** Where the blocks before this step are. */
interface BlocksBefore {
	parsed: ReadBlock;
	stored: (key: string) => Buffer | undefined;
	keyOf: (at: number) => string;
}

/** The blocks that one step makes: it numbers and counts them in its header and puts them among its writes. */
export class FreshBlocks implements BlockWriter {
	readonly blocks = new Map<number, { block: Block; length: number }>();
	/** Blocks of before that are no longer part of the tree. */
	readonly retired: number[] = [];
	readonly #header: Header;
	readonly #writes: Map<string, Buffer | null>;
	readonly #before: BlocksBefore;

	constructor(header: Header, writes: Map<string, Buffer | null>, before: BlocksBefore) {
		this.#header = header;
		this.#writes = writes;
		this.#before = before;
	}

	read(at: number): Block {
		return this.blocks.get(at)?.block ?? this.#before.parsed(at);
	}

	add(text: string, block: Block): number {
		const at = this.#header.nextBlock++;
		this.blocks.set(at, { block, length: text.length });
		const bytes = Buffer.from(text);
		this.#header.bytes += bytes.byteLength;
		this.#writes.set(this.#before.keyOf(at), bytes);
		return at;
	}

	retire(at: number): void {
		const key = this.#before.keyOf(at);
		const bytes = this.#writes.get(key) ?? this.#before.stored(key);
		this.#header.bytes -= bytes?.byteLength ?? 0;
		if (this.blocks.delete(at)) this.#writes.delete(key);
		else this.retired.push(at);
	}
}
