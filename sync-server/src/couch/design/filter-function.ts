/** Functions of design documents that choose which changes a reader sees. */

import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../access/access-port.ts';
import { FunctionFailed, type FunctionRunner, type Program } from '../../design/function-runner.ts';
import { filterProgram, viewFilterProgram } from '../../design/programs.ts';
import { isJsonObject } from '../../http/body.ts';
import { badRequest, CouchError, notFound } from '../../http/errors.ts';
import type { ChangeRow, Database } from '../../store/document-store.ts';
import type { Json, JsonObject } from '../../store/json.ts';
import { documentJson } from '../document-json.ts';
import { readDesign } from '../views/design-document.ts';
import { userContextOf } from './user-context.ts';

/** The rows a filter lets through, each with those of its leaves that it lets through. */
export type SelectRows = (rows: readonly ChangeRow[], allLeaves: boolean) => Promise<ChangeRow[]>;

export interface FilterContext {
	db: Database;
	functions: FunctionRunner;
	request: FastifyRequest;
	caller: Caller;
}

/** Documents given to the function at once. */
const DOCUMENTS_AT_ONCE = 100;

/** `filter=design/name`. Throws 404 when there is no such function. */
export async function selectByFilter(context: FilterContext, name: string): Promise<SelectRows> {
	const { db, request, caller } = context;
	const [design, filter] = partsOf(name, 'filter');
	const { body } = await readDesign(db, design);
	requireFunction(body['filters'], filter, 'filters');
	const program = filterProgram(await scopeOf(db), body, filter);
	return selectBy(context, program, await requestJson(db, request, caller));
}

/** `filter=_view&view=design/name`: documents the view emits anything for. */
export async function selectByView(
	context: FilterContext,
	name: string | undefined
): Promise<SelectRows> {
	if (name === undefined || name === '') {
		throw badRequest('`view` filter parameter is not provided.');
	}
	const [design, view] = partsOf(name, 'view');
	const { body } = await readDesign(context.db, design);
	const { views } = body;
	const found = isJsonObject(views) ? views[view] : undefined;
	requireFunction(isJsonObject(found) ? found : undefined, 'map', view);
	return selectBy(context, viewFilterProgram(await scopeOf(context.db), body, view), null);
}

/** `design/name`. */
function partsOf(name: string, parameter: string): [string, string] {
	const [design, part, more] = name.split('/');
	if (!design || !part || more !== undefined) {
		throw badRequest(`\`${parameter}\` must be of the form \`designname/${parameter}name\``);
	}
	return [design, part];
}

function requireFunction(functions: Json | undefined, name: string, where: string): void {
	if (!isJsonObject(functions)) throw notFound(`missing json key: ${where}`);
	const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
	if (typeof found !== 'string') throw notFound(`missing json key: ${name}`);
}

function selectBy({ db, functions }: FilterContext, program: Program, asked: Json): SelectRows {
	return async (rows, allLeaves) => {
		const selected: ChangeRow[] = [];
		for (let at = 0; at < rows.length; at += DOCUMENTS_AT_ONCE) {
			const some = rows.slice(at, at + DOCUMENTS_AT_ONCE);
			const inputs: string[] = [];
			const owners: { row: ChangeRow; rev: string }[] = [];
			for (const row of some) {
				for (const rev of allLeaves ? row.leaves : row.leaves.slice(0, 1)) {
					const revision = await db.read(row.id, rev);
					if (!revision) continue;
					inputs.push(JSON.stringify([await documentJson(db, revision), asked]));
					owners.push({ row, rev });
				}
			}
			const passed = new Map<ChangeRow, string[]>();
			for (const [i, isIn] of (await answersOf(functions, program, inputs)).entries()) {
				const owner = owners[i];
				if (isIn && owner) passed.set(owner.row, [...(passed.get(owner.row) ?? []), owner.rev]);
			}
			for (const [row, leaves] of passed) selected.push({ ...row, leaves });
		}
		return selected;
	};
}

async function answersOf(
	functions: FunctionRunner,
	program: Program,
	inputs: readonly string[]
): Promise<boolean[]> {
	try {
		return (await functions.run(program, inputs)).map((answer) => {
			if (!answer.ok) throw new CouchError(500, answer.name, answer.message);
			return answer.text === 'true';
		});
	} catch (error) {
		if (!(error instanceof FunctionFailed)) throw error;
		throw new CouchError(500, 'os_process_error', error.message);
	}
}

/** The request as filters see it; what proves who somebody is stays outside. */
async function requestJson(
	db: Database,
	request: FastifyRequest,
	caller: Caller
): Promise<JsonObject> {
	const [path = ''] = (request.raw.url ?? '').split('?');
	const { authorization: _, cookie: __, ...headers } = request.headers;
	return {
		method: request.method,
		path: path.split('/').slice(1).map(decodeURIComponent),
		raw_path: request.raw.url ?? '',
		query: { ...(request.query as JsonObject) },
		headers: headers as JsonObject,
		form: {},
		cookie: {},
		id: null,
		userCtx: userContextOf(db, caller),
		secObj: await db.readSecurity()
	};
}

async function scopeOf(db: Database): Promise<string> {
	return `${db.name} ${(await db.info()).epoch}`;
}
