import type { ServerResponse } from 'node:http';
import { DatabaseDropped } from '../store/store-errors.ts';
import type { Waits } from './open-feed.ts';

/** What a feed says, and when there is more of it. */
export interface FeedWords {
	contentType: string;
	/** Sent at once: a proxy and the client shall see that something lives. */
	opening: string;
	heartbeat: string;
	/** What is new since it was asked last; asked at the start and each time the bell rang. */
	news(): AsyncIterable<string>;
	/** Whether nothing more is to come after what `news` gave. */
	isDone(): boolean;
	/** Sent at the end, wherever the reader then is. */
	closing(): string;
	/** Asked at every heartbeat: a right that was taken elsewhere may have rung no bell here. */
	mayGoOn(): Promise<boolean>;
	/** Listens to a bell; returns how to stop. */
	listen(ring: () => void): () => void;
}

/**
 * A reader that waits. Ten thousand of them may do so at a time, so an idle one holds nothing but its answer, its bell
 * and a timer: no stream, no promise.
 */
export class WaitingFeed {
	readonly #response: ServerResponse;
	readonly #words: FeedWords;
	readonly #waits: Waits;
	readonly #onFreed: (failure: unknown) => void;
	#quiet: (() => void) | null = null;
	#timer: NodeJS.Timeout | undefined;
	#isBusy = false;
	#isRung = false;
	/** Nothing more is awaited: it ends as soon as it is idle. */
	#isEnding = false;
	#isFreed = false;
	#goOn: (() => void) | null = null;

	/** @param onFreed called once, when it holds nothing any more; with what broke it, if something did. */
	constructor(
		response: ServerResponse,
		words: FeedWords,
		waits: Waits,
		onFreed: (failure: unknown) => void
	) {
		this.#response = response;
		this.#words = words;
		this.#waits = waits;
		this.#onFreed = onFreed;
	}

	start(): void {
		this.#response.socket?.setNoDelay(true);
		this.#response.once('close', () => this.#free(null));
		// The headers on their own are kept as one string instead of as all they were made of.
		this.#response.cork();
		this.#response.flushHeaders();
		if (this.#words.opening !== '') this.#response.write(this.#words.opening);
		this.#response.uncork();
		// Before anything is read, so that no change falls between reading and listening.
		this.#quiet = this.#words.listen(() => this.#ring());
		this.#ring();
	}

	/** Ends it in order: because of its session, its right, or the server's end. */
	end(): void {
		this.#isEnding = true;
		if (!this.#isBusy) this.#close();
	}

	#ring(): void {
		this.#isRung = true;
		if (!this.#isBusy) void this.#tellNews();
	}

	async #tellNews(): Promise<void> {
		this.#isBusy = true;
		this.#stopTimer();
		try {
			while (this.#isRung && !this.#isFreed) {
				this.#isRung = false;
				for await (const piece of this.#words.news()) {
					if (this.#isFreed) return;
					if (!this.#response.write(piece)) await this.#untilTaken();
				}
				if (this.#words.isDone()) this.#isEnding = true;
				if (this.#isEnding) break;
			}
		} catch (error) {
			if (!(error instanceof DatabaseDropped)) return this.#breakOff(error);
			this.#isEnding = true;
		}
		this.#isBusy = false;
		if (this.#isEnding) this.#close();
		else if (!this.#isFreed) this.#startTimer();
	}

	#untilTaken(): Promise<void> {
		return new Promise((resolve) => {
			this.#goOn = resolve;
			this.#response.once('drain', resolve);
		});
	}

	#startTimer(): void {
		this.#timer =
			'heartbeatMs' in this.#waits
				? setInterval(() => this.#beat(), this.#waits.heartbeatMs)
				: setTimeout(() => this.end(), this.#waits.timeoutMs);
	}

	#beat(): void {
		// Whoever takes nothing is not written to without end.
		if (!this.#response.writableNeedDrain) this.#response.write(this.#words.heartbeat);
		this.#words.mayGoOn().then(
			(mayGoOn) => {
				if (!mayGoOn) this.end();
			},
			(error: unknown) => this.#breakOff(error)
		);
	}

	#stopTimer(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	#close(): void {
		if (this.#isFreed) return;
		this.#response.end(this.#words.closing());
		this.#free(null);
	}

	/** What was said so far can't be taken back: the reader must see that the rest is missing. */
	#breakOff(failure: unknown): void {
		this.#response.destroy();
		this.#free(failure);
	}

	#free(failure: unknown): void {
		if (this.#isFreed) return;
		this.#isFreed = true;
		this.#stopTimer();
		this.#quiet?.();
		this.#goOn?.();
		this.#onFreed(failure);
	}
}
