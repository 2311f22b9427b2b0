import type { Block } from './tree.ts';

/** Blocks read last, of all indexes, by the length of their JSON: parsed they take a few times as much memory. */
const MOST_LENGTH = 16_000_000;

/** Blocks never change, so what is kept stays right. */
export class BlockCache {
	readonly #blocks = new Map<string, { block: Block; length: number }>();
	#length = 0;

	find(group: number, at: number): Block | undefined {
		const key = `${group}/${at}`;
		const found = this.#blocks.get(key);
		if (!found) return undefined;
		// The ones used last stay.
		this.#blocks.delete(key);
		this.#blocks.set(key, found);
		return found.block;
	}

	keep(group: number, at: number, block: Block, length: number): void {
		const key = `${group}/${at}`;
		if (this.#blocks.has(key)) return;
		this.#blocks.set(key, { block, length });
		this.#length += length;
		for (const [oldest, entry] of this.#blocks) {
			if (this.#length <= MOST_LENGTH) break;
			this.#blocks.delete(oldest);
			this.#length -= entry.length;
		}
	}
}
