import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readJsonObject, requireJsonContentType } from '../http/body.ts';
import { CouchError, databaseUnknown } from '../http/errors.ts';
import type { CouchDeps } from './couch-deps.ts';
import { sendJson } from './send-json.ts';
import { requireAdministrator, useDatabase, type DatabaseParams } from './use-database.ts';

const DATABASE_NAME = /^[a-z][a-z0-9_$()+/-]{0,237}$/;

/** A database itself: what it holds, making and dropping it, `_security`, `_ensure_full_commit`. */
export function databaseRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const info = async (request: FastifyRequest, reply: FastifyReply) => {
		const { db } = await useDatabase(deps, request, 'read');
		const about = await db.info();
		return sendJson(reply, {
			db_name: about.name,
			doc_count: about.docCount,
			doc_del_count: about.deletedDocCount,
			update_seq: about.updateSeq,
			purge_seq: `0-${about.epoch}`,
			compact_running: false,
			sizes: { file: about.diskBytes, external: about.diskBytes, active: about.diskBytes },
			props: {},
			cluster: { q: 1, n: 1, w: 1, r: 1 },
			disk_format_version: 8,
			instance_start_time: '0'
		});
	};

	const create = async (request: FastifyRequest, reply: FastifyReply) => {
		const { db: name } = request.params as DatabaseParams;
		await requireAdministrator(deps, request, name);
		if (!DATABASE_NAME.test(name)) throw illegalName(name);
		if (!(await deps.store.create(name))) {
			throw new CouchError(
				412,
				'file_exists',
				'The database could not be created, the file already exists.'
			);
		}
		return sendJson(reply, { ok: true }, 201);
	};

	const drop = async (request: FastifyRequest, reply: FastifyReply) => {
		const { db: name } = request.params as DatabaseParams;
		await requireAdministrator(deps, request, name);
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
		return sendJson(reply, await db.readSecurity());
	});

	app.put('/:db/_security', async (request, reply) => {
		const { db: name } = request.params as DatabaseParams;
		await requireAdministrator(deps, request, name);
		const { db } = await useDatabase(deps, request, 'administer');
		await db.writeSecurity(await readJsonObject(request, deps.bodyLimitBytes));
		return sendJson(reply, { ok: true });
	});

	// Every answered write is on disk already; replicators ask all the same.
	app.post('/:db/_ensure_full_commit', async (request, reply) => {
		await useDatabase(deps, request, 'write');
		requireJsonContentType(request);
		return sendJson(reply, { ok: true, instance_start_time: '0' }, 201);
	});
}

function illegalName(name: string): CouchError {
	return new CouchError(
		400,
		'illegal_database_name',
		`Name: '${name}'. Only lowercase characters (a-z), digits (0-9), and any of the characters ` +
			'_, $, (, ), +, -, and / are allowed. Must begin with a letter.'
	);
}
