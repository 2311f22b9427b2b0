import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isJsonObject, readJson } from '../http/body.ts';
import { badRequest, CouchError } from '../http/errors.ts';
import type { JsonObject } from '../store/json.ts';
import { parseSequence } from '../store/sequence.ts';
import { ChangesFeed, type FeedOptions } from './changes-feed.ts';
import { changesFilter } from './changes-filter.ts';
import type { CouchDeps } from './couch-deps.ts';
import { Options } from './options.ts';
import { feedOf, waitsOf } from './open-feed.ts';
import { inLargePieces, sendJsonPieces } from './send-json.ts';
import { useDatabase } from './use-database.ts';

/** `_changes`: normal, long-poll, continuous and as server-sent events. */
export function changesRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const { openFeeds } = deps;
	const answer = async (request: FastifyRequest, reply: FastifyReply) => {
		const { db, caller, mayGoOn } = await useDatabase(deps, request, 'read');
		const body = await filterBody(deps, request);
		const options = new Options(request);
		const feed = feedOf(options);
		const feedOptions: FeedOptions = {
			since: sinceOf(options, request),
			limit: options.count('limit'),
			descending: options.flag('descending'),
			allLeaves: styleOf(options) === 'all_docs',
			includeDocs: options.flag('include_docs'),
			view: { conflicts: options.flag('conflicts'), attachments: options.flag('attachments') },
			filter: await changesFilter(options, body, {
				db,
				functions: deps.functions,
				request,
				caller
			}),
			...seqIntervalOf(options),
			mayGoOn: async () => caller.until?.aborted !== true && (await mayGoOn())
		};
		const changes = new ChangesFeed(db, feedOptions);
		if (feed === 'normal') return sendJsonPieces(reply, inLargePieces(changes.normal()));
		if (feed !== 'longpoll' && feed !== 'continuous' && feed !== 'eventsource') {
			throw badRequest('Supported `feed` types: normal, continuous, live, longpoll, eventsource');
		}

		const waits = waitsOf(options);
		await changes.pinNow();
		const words =
			feed === 'longpoll'
				? changes.longPoll()
				: feed === 'continuous'
					? changes.continuous()
					: changes.eventSource();
		return openFeeds.answer(request, reply, caller, words, waits);
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

function sinceOf(options: Options, request: FastifyRequest): string {
	// A browser that connects again says how far it came.
	const lastEventId = request.headers['last-event-id'];
	const asked = typeof lastEventId === 'string' ? lastEventId : options.text('since');
	// Some clients send the sequence as the JSON text they were given.
	const since = asked?.replace(/^"(.*)"$/, '$1') ?? '0';
	if (since === 'now' || since === '') return since || '0';
	if (!parseSequence(since)) {
		throw badRequest("Malformed sequence supplied in 'since' parameter.");
	}
	return since;
}

function seqIntervalOf(options: Options): { seqInterval?: number } {
	const seqInterval = options.count('seq_interval');
	return seqInterval === undefined || seqInterval === 0 ? {} : { seqInterval };
}

function styleOf(options: Options): string {
	const style = options.text('style') ?? 'main_only';
	if (style !== 'main_only' && style !== 'all_docs') {
		throw new CouchError(400, 'query_parse_error', 'Supported `style`s: main_only, all_docs');
	}
	return style;
}
