import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { isJsonObject, readJson } from '../http/body.ts';
import { badRequest, CouchError, notImplemented, tooManyRequests } from '../http/errors.ts';
import type { JsonObject } from '../store/document-store.ts';
import { parseSequence } from '../store/sequence.ts';
import { ChangesFeed, type FeedOptions } from './changes-feed.ts';
import { changesFilter } from './changes-filter.ts';
import type { CouchDeps } from './couch-deps.ts';
import { OpenFeeds } from './open-feeds.ts';
import { Options } from './options.ts';
import { inLargePieces, jsonHeaders, sendJsonPieces } from './send-json.ts';
import { useDatabase } from './use-database.ts';

/** As long as CouchDB keeps a quiet long-poll open. */
const LONGEST_WAIT_MS = 60_000;
const SHORTEST_HEARTBEAT_MS = 100;

/** `_changes`: normal, long-poll and continuous. */
export function changesRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const openFeeds = new OpenFeeds();
	const answer = async (request: FastifyRequest, reply: FastifyReply) => {
		const { db, caller } = await useDatabase(deps, request, 'read');
		const body = await filterBody(deps, request);
		const options = new Options(request);
		const feed = options.text('feed') ?? 'normal';
		const feedOptions: FeedOptions = {
			since: sinceOf(options),
			limit: options.count('limit'),
			descending: options.flag('descending'),
			allLeaves: styleOf(options) === 'all_docs',
			includeDocs: options.flag('include_docs'),
			view: { conflicts: options.flag('conflicts'), attachments: options.flag('attachments') },
			filter: changesFilter(options, body, caller)
		};
		const changes = new ChangesFeed(db, feedOptions);
		if (feed === 'normal') return sendJsonPieces(reply, inLargePieces(changes.normal()));
		if (feed !== 'longpoll' && feed !== 'continuous') {
			if (feed === 'eventsource') throw notImplemented('The eventsource feed');
			throw badRequest('Supported `feed` types: normal, continuous, longpoll');
		}

		const waits = waitsOf(options);
		const gone = untilGone(reply);
		if (!openFeeds.add(caller, gone)) throw tooManyRequests();
		const waiting = {
			...waits,
			gone,
			...(caller.until ? { ended: caller.until } : {})
		};
		const pieces = feed === 'longpoll' ? changes.longPoll(waiting) : changes.continuous(waiting);
		// Each piece goes out at once: a proxy and the client shall see that something lives.
		reply.raw.socket?.setNoDelay(true);
		return jsonHeaders(reply).send(Readable.from(pieces, { objectMode: false }));
	};

	app.get('/:db/_changes', answer);
	app.post('/:db/_changes', answer);
}

/** What a filter is told in a body; other POSTs come without one, or with `{}`. */
async function filterBody(deps: CouchDeps, request: FastifyRequest): Promise<JsonObject> {
	if (request.method !== 'POST') return {};
	const body = (await readJson(request, deps.bodyLimitBytes)) ?? {};
	if (!isJsonObject(body)) throw badRequest('Request body must be a JSON object');
	return body;
}

function sinceOf(options: Options): string {
	// Some clients send the sequence as the JSON text they were given.
	const since = options.text('since')?.replace(/^"(.*)"$/, '$1') ?? '0';
	if (since === 'now' || since === '') return since || '0';
	if (!parseSequence(since)) {
		throw badRequest("Malformed sequence supplied in 'since' parameter.");
	}
	return since;
}

function styleOf(options: Options): string {
	const style = options.text('style') ?? 'main_only';
	if (style !== 'main_only' && style !== 'all_docs') {
		throw new CouchError(400, 'query_parse_error', 'Supported `style`s: main_only, all_docs');
	}
	return style;
}

/** A heartbeat keeps a feed open without end; without one it ends after the timeout. */
function waitsOf(options: Options): { heartbeatMs: number } | { timeoutMs: number } {
	const heartbeat = options.text('heartbeat');
	if (heartbeat === 'true') return { heartbeatMs: LONGEST_WAIT_MS };
	if (heartbeat !== undefined && heartbeat !== 'false') {
		const asked = Math.max(options.count('heartbeat') ?? 0, SHORTEST_HEARTBEAT_MS);
		// A timer of more than 2^31 ms would ring without a pause.
		return { heartbeatMs: Math.min(asked, LONGEST_WAIT_MS) };
	}
	return { timeoutMs: Math.min(options.count('timeout') ?? LONGEST_WAIT_MS, LONGEST_WAIT_MS) };
}

/** Aborts when the answer can't reach anybody any more. */
function untilGone(reply: FastifyReply): AbortSignal {
	const gone = new AbortController();
	if (reply.raw.destroyed) gone.abort();
	reply.raw.once('close', () => gone.abort());
	return gone.signal;
}
