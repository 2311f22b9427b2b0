import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readJsonObject, requireJsonContentType } from '../http/body.ts';
import { badRequest, CouchError, notFound, tooMany } from '../http/errors.ts';
import type { Database } from '../store/document-store.ts';
import type { JsonObject } from '../store/json.ts';
import { parseSequence } from '../store/sequence.ts';
import { NODE } from './active-tasks.ts';
import type { CouchDeps } from './couch-deps.ts';
import { databaseInfo } from './database-routes.ts';
import { feedOf, waitsOf } from './open-feed.ts';
import { Options } from './options.ts';
import { sendJson } from './send-json.ts';
import { requireAdministrator } from './use-database.ts';

/** Databases asked about in one `_dbs_info`; CouchDB takes 100. */
const MOST_DATABASES = 10_000;

/** The server as a whole, for its administrator: which databases there are, what happens, how it is configured. */
export function serverRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const shownNames = async (request: FastifyRequest): Promise<string[]> => {
		const caller = await deps.access.caller(request);
		const shown: string[] = [];
		for (const name of await deps.store.names()) {
			if (await deps.access.mayUse(caller, name, 'read')) shown.push(name);
		}
		return shown;
	};

	app.get('/_all_dbs', async (request, reply) => {
		await requireAdministrator(deps, request, '_all_dbs');
		return sendJson(reply, inRange(await shownNames(request), new Options(request)));
	});

	app.get('/_dbs_info', async (request, reply) => {
		await requireAdministrator(deps, request, '_dbs_info');
		const names = inRange(await shownNames(request), new Options(request));
		return sendJson(reply, await infosOf(deps, request, names));
	});
	app.post('/_dbs_info', async (request, reply) => {
		await requireAdministrator(deps, request, '_dbs_info');
		requireJsonContentType(request);
		const { keys } = await readJsonObject(request, deps.bodyLimitBytes);
		if (!Array.isArray(keys)) throw badRequest('`keys` member must exist.');
		if (keys.length > MOST_DATABASES) throw tooMany(MOST_DATABASES, 'keys');
		return sendJson(reply, await infosOf(deps, request, keys.map(String)));
	});

	app.get('/_active_tasks', async (request, reply) => {
		await requireAdministrator(deps, request, '_active_tasks');
		return sendJson(reply, deps.tasks.list());
	});

	app.get('/_membership', async (request, reply) => {
		await requireAdministrator(deps, request, '_membership');
		return sendJson(reply, { all_nodes: [NODE], cluster_nodes: [NODE] });
	});

	app.get('/_db_updates', (request, reply) => answerUpdates(deps, request, reply));
	configRoutes(app, deps);
}

async function infosOf(
	deps: CouchDeps,
	request: FastifyRequest,
	names: readonly string[]
): Promise<JsonObject[]> {
	const caller = await deps.access.caller(request);
	const rows: JsonObject[] = [];
	for (const name of names) {
		const mayRead = await deps.access.mayUse(caller, name, 'read');
		const db: Database | null = mayRead ? await deps.store.open(name) : null;
		rows.push(
			db ? { key: name, info: await databaseInfo(deps, db) } : { key: name, error: 'not_found' }
		);
	}
	return rows;
}

function inRange(names: readonly string[], options: Options): string[] {
	const descending = options.flag('descending');
	const start = options.json('startkey', 'start_key');
	const end = options.json('endkey', 'end_key');
	const isBefore = (a: string, b: string) => (descending ? a > b : a < b);
	const ordered = descending ? names.toReversed() : names;
	const within = ordered.filter(
		(name) =>
			!(typeof start === 'string' && isBefore(name, start)) &&
			!(typeof end === 'string' && isBefore(end, name))
	);
	const skip = options.count('skip') ?? 0;
	return within.slice(skip, skip + (options.count('limit') ?? within.length));
}

async function answerUpdates(
	deps: CouchDeps,
	request: FastifyRequest,
	reply: FastifyReply
): Promise<FastifyReply> {
	await requireAdministrator(deps, request, '_db_updates');
	const { access, updates, openFeeds } = deps;
	const caller = await access.caller(request);
	const options = new Options(request);
	const feed = feedOf(options);
	const since = options.text('since') ?? '0';
	if (since !== 'now' && !parseSequence(since)) {
		throw badRequest("Malformed sequence supplied in 'since' parameter.");
	}
	const limit = options.count('limit') ?? Number.POSITIVE_INFINITY;
	const isShown = (name: string) => access.mayUse(caller, name, 'read');
	if (feed === 'normal') {
		const { rows, lastSeq } = await updates.since(since, limit, isShown);
		return sendJson(reply, { results: rows, last_seq: lastSeq });
	}
	if (feed !== 'longpoll' && feed !== 'continuous' && feed !== 'eventsource') {
		throw badRequest('Supported `feed` types: normal, continuous, live, longpoll, eventsource');
	}
	const words = updates.words({ feed, since, limit, isShown });
	return openFeeds.answer(request, reply, caller, words, waitsOf(options));
}

/** `_node/_local/_config`, to be read only: what the server is told from outside can't be told by HTTP. */
function configRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const shown = deps.shownConfig ?? {};
	const use = async (request: FastifyRequest) => {
		await requireAdministrator(deps, request, '_config');
		const { node } = request.params as { node: string };
		if (node !== '_local' && node !== NODE) throw notFound(`no such node: ${node}`);
	};
	app.get('/_node/:node', async (request, reply) => {
		await use(request);
		return sendJson(reply, { name: NODE });
	});
	app.get('/_node/:node/_config', async (request, reply) => {
		await use(request);
		return sendJson(reply, shown);
	});
	app.get('/_node/:node/_config/:section', async (request, reply) => {
		await use(request);
		const { section } = request.params as { section: string };
		return sendJson(reply, Object.hasOwn(shown, section) ? shown[section] : {});
	});
	app.get('/_node/:node/_config/:section/:key', async (request, reply) => {
		await use(request);
		const { section, key } = request.params as { section: string; key: string };
		const keys = Object.hasOwn(shown, section) ? shown[section] : undefined;
		if (!keys || !Object.hasOwn(keys, key)) throw notFound('unknown_config_value');
		return sendJson(reply, keys[key]);
	});
	app.route({
		method: ['PUT', 'DELETE'],
		url: '/_node/:node/_config/:section/:key',
		handler: async (request) => {
			await use(request);
			throw new CouchError(
				403,
				'forbidden',
				'config.read_only: The server is configured by its environment, not by HTTP.'
			);
		}
	});
}
