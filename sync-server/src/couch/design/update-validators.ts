/** `validate_doc_update`: functions of design documents that every write of a document must pass. */

import type { Caller } from '../../access/access-port.ts';
import { FunctionFailed, type FunctionRunner, type Program } from '../../design/function-runner.ts';
import { validateProgram } from '../../design/programs.ts';
import { isJsonObject } from '../../http/body.ts';
import type { Database, DocumentWrite, StoredRevision } from '../../store/document-store.ts';
import type { Json, JsonObject } from '../../store/json.ts';
import { documentJson } from '../document-json.ts';
import type { Refused } from '../refused.ts';
import { userContextOf } from './user-context.ts';

/** Design documents whose functions are remembered. */
const MOST_KNOWN = 500;

export class UpdateValidators {
	readonly #functions: FunctionRunner;
	/** By database, design document and revision; null where there is no function. */
	readonly #known = new Map<string, Program | null>();

	constructor(functions: FunctionRunner) {
		this.#functions = functions;
	}

	/** Null when all functions let the write through, else what the first one says. */
	async judge(
		db: Database,
		caller: Caller,
		write: DocumentWrite,
		current: StoredRevision | null
	): Promise<Refused | null> {
		// A store that runs design documents itself asks them at the write.
		if (db.queries.by === 'store' || write.id.startsWith('_design/')) return null;
		const designs = await db.designDocuments();
		if (designs.length === 0) return null;
		const { epoch } = await db.info();
		let input: string | null = null;
		for (const { id, rev } of designs) {
			const program = await this.#program(db, `${db.name} ${epoch}`, id, rev);
			if (!program) continue;
			input ??= await inputOf(db, caller, write, current);
			const refused = await this.#ask(program, input);
			if (refused) return refused;
		}
		return null;
	}

	async #program(db: Database, scope: string, id: string, rev: string): Promise<Program | null> {
		const key = `${scope} ${id} ${rev}`;
		const known = this.#known.get(key);
		if (known !== undefined) return known;
		const design = await db.read(id, rev);
		const isThere = typeof design?.body['validate_doc_update'] === 'string';
		const program = design && isThere ? validateProgram(scope, design.body) : null;
		const [oldest] = this.#known.keys();
		if (oldest !== undefined && this.#known.size >= MOST_KNOWN) this.#known.delete(oldest);
		this.#known.set(key, program);
		return program;
	}

	async #ask(program: Program, input: string): Promise<Refused | null> {
		try {
			const [answer] = await this.#functions.run(program, [input]);
			if (!answer) throw new TypeError('A program answers each input.');
			if (!answer.ok) return { error: answer.name, reason: answer.message, statusCode: 500 };
			return answer.text === '' ? null : refusedBy(JSON.parse(answer.text) as Json);
		} catch (error) {
			if (!(error instanceof FunctionFailed)) throw error;
			return { error: 'os_process_error', reason: error.message, statusCode: 500 };
		}
	}
}

/** What the function threw: words under the name of the refusal. */
function refusedBy(thrown: Json): Refused {
	const { forbidden, unauthorized } = isJsonObject(thrown) ? thrown : {};
	if (forbidden !== undefined) {
		return { error: 'forbidden', reason: wordsOf(forbidden), statusCode: 403 };
	}
	if (unauthorized !== undefined) {
		return { error: 'unauthorized', reason: wordsOf(unauthorized), statusCode: 401 };
	}
	return { error: 'unknown_error', reason: wordsOf(thrown), statusCode: 500 };
}

function wordsOf(json: Json): string {
	return typeof json === 'string' ? json : JSON.stringify(json);
}

async function inputOf(
	db: Database,
	caller: Caller,
	write: DocumentWrite,
	current: StoredRevision | null
): Promise<string> {
	const isReplaced = current && !current.deleted && (write.revisions ?? write.parentRev);
	const before = isReplaced ? await documentJson(db, current) : null;
	const security = await db.readSecurity();
	return JSON.stringify([newDocument(write), before, userContextOf(db, caller), security]);
}

function newDocument({ id, body, deleted, attachments, parentRev, revisions }: DocumentWrite) {
	const rev = revisions ? `${revisions.start}-${revisions.ids[0]}` : parentRev;
	const stubs = Object.entries(attachments).map(([name, { contentType, digest, length }]) => [
		name,
		{ content_type: contentType, digest, length, stub: true }
	]);
	const members: [string, Json][] = [['_id', id]];
	if (rev !== null) members.push(['_rev', rev]);
	members.push(...Object.entries(body));
	if (revisions) members.push(['_revisions', { ...revisions }]);
	if (deleted) members.push(['_deleted', true]);
	if (stubs.length > 0) members.push(['_attachments', Object.fromEntries(stubs) as JsonObject]);
	// From entries, because assigning a member called __proto__ would do something else.
	return Object.fromEntries(members);
}
