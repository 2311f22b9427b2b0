import type { Readable } from 'node:stream';

/** Held before the sender has to wait; while it waits, the stream holds up to 64 kB more, which a break loses. */
const HELD_BYTES = 128 * 1024;

/**
 * The bytes of a request as they come, to the last one that arrived: a stream that is read the usual way forgets what
 * it holds when its connection breaks.
 */
export class ArrivingBytes implements AsyncIterable<Uint8Array> {
	readonly #sent: Readable;
	#arrived: Buffer[] = [];
	#heldBytes = 0;
	#isOver: boolean;
	#wake: () => void = () => undefined;

	constructor(sent: Readable | null | undefined) {
		this.#isOver = sent?.destroyed !== false;
		this.#sent = sent as Readable;
		if (this.#isOver) return;
		// A broken connection, or another request that took over, ends it like the last byte does.
		sent?.on('data', this.#take).on('error', this.#end).on('end', this.#end).on('close', this.#end);
	}

	async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
		for (;;) {
			const arrived = this.#arrived;
			this.#arrived = [];
			for (const bytes of arrived) {
				this.#heldBytes -= bytes.byteLength;
				yield bytes;
			}
			if (this.#arrived.length > 0) continue;
			if (this.#isOver) return;
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
				this.#sent.resume();
			});
		}
	}

	/** Lets the rest go by, so that the connection can be used again. */
	release(): void {
		if (this.#isOver) return;
		this.#sent.off('data', this.#take);
		this.#sent.resume();
	}

	readonly #take = (bytes: Buffer) => {
		this.#arrived.push(bytes);
		this.#heldBytes += bytes.byteLength;
		this.#wake();
		if (this.#heldBytes < HELD_BYTES) return;
		// Not at once: what the stream holds comes out whole.
		queueMicrotask(() => {
			if (this.#sent.listeners('data').includes(this.#take)) this.#sent.pause();
		});
	};

	readonly #end = () => {
		this.#isOver = true;
		this.#wake();
	};
}
