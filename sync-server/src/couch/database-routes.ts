import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isJsonObject, readJsonObject, requireJsonContentType } from '../http/body.ts';
import { badRequest, CouchError, databaseUnknown } from '../http/errors.ts';
import type { Database } from '../store/document-store.ts';
import type { JsonObject } from '../store/json.ts';
import type { CouchDeps } from './couch-deps.ts';
import { locationOf } from './location.ts';
import { Options } from './options.ts';
import { sendJson } from './send-json.ts';
import { requireAdministrator, useDatabase, type DatabaseParams } from './use-database.ts';

const DATABASE_NAME = /^[a-z][a-z0-9_$()+/-]{0,237}$/;

/** Addresses of ours that would hide a database of this name. */
const RESERVED = new Set(['metrics']);

/** What CouchDB says of a database nobody set anything for. */
const ADMINISTRATORS_ALONE: JsonObject = {
	members: { roles: ['_admin'] },
	admins: { roles: ['_admin'] }
};

/** A database itself: what it holds, making and dropping it, `_security`, `_ensure_full_commit`. */
export function databaseRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const info = async (request: FastifyRequest, reply: FastifyReply) => {
		const { db } = await useDatabase(deps, request, 'read');
		return sendJson(reply, await databaseInfo(deps, db));
	};

	const create = async (request: FastifyRequest, reply: FastifyReply) => {
		const { db: name } = request.params as DatabaseParams;
		await requireAdministrator(deps, request, name);
		if (!DATABASE_NAME.test(name) || RESERVED.has(name)) throw illegalName(name);
		if (!(await deps.store.create(name))) {
			throw new CouchError(
				412,
				'file_exists',
				'The database could not be created, the file already exists.'
			);
		}
		void reply.header('location', locationOf(request, name));
		return sendJson(reply, { ok: true }, 201);
	};

	const drop = async (request: FastifyRequest, reply: FastifyReply) => {
		const { db: name } = request.params as DatabaseParams;
		await requireAdministrator(deps, request, name);
		if (new Options(request).has('rev')) {
			throw badRequest(
				'You tried to DELETE a database with a ?=rev parameter. Did you mean to DELETE a document instead?'
			);
		}
		if (!(await deps.store.drop(name))) throw databaseUnknown();
		return sendJson(reply, { ok: true });
	};

	for (const address of ['/:db', '/:db/']) {
		app.get(address, info);
		app.put(address, create);
		app.delete(address, drop);
	}

	app.get('/:db/_security', async (request, reply) => {
		const { db } = await useDatabase(deps, request, 'read');
		const security = await db.readSecurity();
		return sendJson(reply, Object.keys(security).length > 0 ? security : ADMINISTRATORS_ALONE);
	});

	app.put('/:db/_security', async (request, reply) => {
		const { db: name } = request.params as DatabaseParams;
		await requireAdministrator(deps, request, name);
		const { db } = await useDatabase(deps, request, 'administer');
		await db.writeSecurity(requireSecurity(await readJsonObject(request, deps.bodyLimitBytes)));
		return sendJson(reply, { ok: true });
	});

	// Every answered write is on disk already; replicators ask all the same.
	app.post('/:db/_ensure_full_commit', async (request, reply) => {
		await useDatabase(deps, request, 'write');
		requireJsonContentType(request);
		return sendJson(reply, { ok: true, instance_start_time: '0' }, 201);
	});
}

/** Refuses lists that are none: whoever sets them means somebody to be kept out. */
function requireSecurity(security: JsonObject): JsonObject {
	for (const group of ['admins', 'members']) {
		const members = security[group] ?? {};
		if (!isJsonObject(members)) throw badRequest(`${group} must be a JSON object.`);
		for (const kind of ['names', 'roles']) {
			const list = members[kind] ?? [];
			if (!Array.isArray(list) || !list.every((one) => typeof one === 'string')) {
				throw badRequest(`${kind} must be a JSON list of strings.`);
			}
		}
	}
	return security;
}

/** What `GET /{db}` and `_dbs_info` say of a database. */
export async function databaseInfo({ compacting }: CouchDeps, db: Database): Promise<JsonObject> {
	const { name, docCount, deletedDocCount, updateSeq, purgeSeq, diskBytes } = await db.info();
	return {
		db_name: name,
		purge_seq: purgeSeq,
		update_seq: updateSeq,
		sizes: { file: diskBytes, external: diskBytes, active: diskBytes },
		props: {},
		doc_del_count: deletedDocCount,
		doc_count: docCount,
		disk_format_version: 8,
		compact_running: compacting.has(name),
		cluster: { q: 1, n: 1, w: 1, r: 1 },
		instance_start_time: '0'
	};
}

function illegalName(name: string): CouchError {
	return new CouchError(
		400,
		'illegal_database_name',
		`Name: '${name}'. Only lowercase characters (a-z), digits (0-9), and any of the characters ` +
			'_, $, (, ), +, -, and / are allowed. Must begin with a letter.'
	);
}
