import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../access/access-port.ts';
import { tooManyRequests } from '../http/errors.ts';
import type { Waits } from './open-feed.ts';
import { WaitingFeed, type FeedWords } from './waiting-feed.ts';

/** Feeds one person may have open at once, over all devices and tabs. */
const MOST_FEEDS = 50;

/** The feeds readers wait on. The server administrator's replicators have no limit. */
export class OpenFeeds {
	/** By person. */
	readonly #counts = new Map<string, number>();
	/** By what they end with: one listener for all of a session. */
	readonly #until = new Map<AbortSignal, { feeds: Set<WaitingFeed>; end: () => void }>();
	#open = 0;

	/** How many there are, everybody's. */
	get open(): number {
		return this.#open;
	}

	/**
	 * Answers with a feed, which from then on has the connection to itself. Throws 429 for a person who has too many
	 * open.
	 */
	answer(
		request: FastifyRequest,
		reply: FastifyReply,
		caller: Caller,
		words: FeedWords,
		waits: Waits
	): FastifyReply {
		const person = caller.kind === 'person' ? `${caller.companyId}/${caller.userId}` : null;
		if (person !== null && (this.#counts.get(person) ?? 0) >= MOST_FEEDS) throw tooManyRequests();
		void reply.header('content-type', words.contentType);
		void reply.header('cache-control', isEvents(words) ? 'no-cache' : 'must-revalidate');
		if (request.method === 'HEAD') return reply.send();

		const { raw, log } = reply;
		for (const [name, value] of Object.entries(reply.getHeaders())) {
			if (value !== undefined) raw.setHeader(name, value);
		}
		reply.hijack();
		if (raw.destroyed) return reply;
		raw.writeHead(200);
		const { until } = caller;
		const feed = new WaitingFeed(raw, words, waits, (failure) => {
			this.#count(person, -1);
			if (until) this.#forget(until, feed);
			if (failure !== null) log.error({ err: failure }, 'a feed broke off');
		});
		this.#count(person, 1);
		if (until) this.#endWith(until, feed);
		feed.start();
		if (until?.aborted) feed.end();
		return reply;
	}

	#count(person: string | null, by: 1 | -1): void {
		this.#open += by;
		if (person === null) return;
		const count = (this.#counts.get(person) ?? 0) + by;
		if (count > 0) this.#counts.set(person, count);
		else this.#counts.delete(person);
	}

	#endWith(until: AbortSignal, feed: WaitingFeed): void {
		const known = this.#until.get(until);
		if (known) {
			known.feeds.add(feed);
			return;
		}
		const feeds = new Set([feed]);
		const end = () => {
			for (const each of [...feeds]) each.end();
		};
		this.#until.set(until, { feeds, end });
		until.addEventListener('abort', end);
	}

	#forget(until: AbortSignal, feed: WaitingFeed): void {
		const known = this.#until.get(until);
		known?.feeds.delete(feed);
		if (!known || known.feeds.size > 0) return;
		this.#until.delete(until);
		until.removeEventListener('abort', known.end);
	}
}

function isEvents({ contentType }: FeedWords): boolean {
	return contentType === EVENT_STREAM;
}

/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export const EVENT_STREAM = 'text/event-stream';
