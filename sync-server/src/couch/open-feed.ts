/** What a request says of a feed that stays open: which kind, how long, until when. */

import type { FastifyReply } from 'fastify';
import { badRequest } from '../http/errors.ts';
import type { Options } from './options.ts';

/** As long as CouchDB keeps a quiet long-poll open. */
const LONGEST_WAIT_MS = 60_000;
const SHORTEST_HEARTBEAT_MS = 100;

export type Waits = { heartbeatMs: number } | { timeoutMs: number };

/** The kind of feed asked for; `live` is CouchDB's other word for continuous. */
export function feedOf(options: Options): string {
	const feed = options.text('feed') ?? 'normal';
	return feed === 'live' ? 'continuous' : feed;
}

/** A heartbeat keeps a feed open without end; without one it ends after the timeout. */
export function waitsOf(options: Options): Waits {
	const heartbeat = options.text('heartbeat');
	if (heartbeat === 'true') return { heartbeatMs: LONGEST_WAIT_MS };
	if (heartbeat !== undefined && heartbeat !== 'false') {
		const asked = Math.max(heartbeatOf(heartbeat), SHORTEST_HEARTBEAT_MS);
		// A timer of more than 2^31 ms would ring without a pause.
		return { heartbeatMs: Math.min(asked, LONGEST_WAIT_MS) };
	}
	return { timeoutMs: Math.min(options.count('timeout') ?? LONGEST_WAIT_MS, LONGEST_WAIT_MS) };
}

function heartbeatOf(text: string): number {
	if (!/^[+-]?\d{1,15}$/.test(text)) {
		throw badRequest(
			'Invalid heartbeat value. Expecting a positive integer value (in milliseconds).'
		);
	}
	const heartbeatMs = Number(text);
	if (heartbeatMs > 0) return heartbeatMs;
	throw badRequest('The heartbeat value should be a positive integer (in milliseconds).');
}

/** Aborts when the answer can't reach anybody any more. */
export function untilGone(reply: FastifyReply): AbortSignal {
	const gone = new AbortController();
	if (reply.raw.destroyed) gone.abort();
	reply.raw.once('close', () => gone.abort());
	return gone.signal;
}
