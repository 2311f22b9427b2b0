/** Options of the CouchDB verbs, from the query string and, where a verb takes them there, from the body. */

import type { FastifyRequest } from 'fastify';
import { CouchError } from '../http/errors.ts';
import type { Json, JsonObject } from '../store/document-store.ts';

/** Reads options by name; the body's stand before the query's. */
export class Options {
	readonly #query: Record<string, unknown>;
	readonly #body: JsonObject;

	constructor(request: FastifyRequest, body: JsonObject = {}) {
		this.#query = request.query as Record<string, unknown>;
		this.#body = body;
	}

	has(...names: string[]): boolean {
		return names.some((name) => this.#find(name) !== undefined);
	}

	/** A plain string: `feed`, `rev`, `style`. */
	text(name: string): string | undefined {
		const found = this.#find(name);
		if (found === undefined) return undefined;
		return typeof found.value === 'string' ? found.value : JSON.stringify(found.value);
	}

	flag(name: string, otherwise = false): boolean {
		const found = this.#find(name);
		if (found === undefined) return otherwise;
		if (found.value === true || found.value === 'true') return true;
		if (found.value === false || found.value === 'false') return false;
		throw queryError(`Invalid boolean parameter: ${name}`);
	}

	/** A whole number, not below 0. */
	count(name: string): number | undefined {
		const found = this.#find(name);
		if (found === undefined) return undefined;
		const n = typeof found.value === 'string' ? Number(found.value || NaN) : found.value;
		if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 0) {
			throw queryError(`Invalid value for ${name}: it must be a whole number, not negative.`);
		}
		return n;
	}

	/** A JSON value: in the query it is JSON text, in the body it is itself. Other names are older spellings. */
	json(...names: string[]): Json | undefined {
		for (const name of names) {
			const found = this.#find(name);
			if (found === undefined) continue;
			if (found.inBody || typeof found.value !== 'string') return found.value;
			try {
				return JSON.parse(found.value) as Json;
			} catch {
				throw new CouchError(400, 'bad_request', `invalid UTF-8 JSON: ${name}`);
			}
		}
		return undefined;
	}

	#find(name: string): { value: Json; inBody: boolean } | undefined {
		if (Object.hasOwn(this.#body, name)) {
			const value = this.#body[name];
			if (value !== undefined) return { value, inBody: true };
		}
		const value = this.#query[name];
		// Given twice, the last one counts.
		const last: unknown = Array.isArray(value) ? value.at(-1) : value;
		return typeof last === 'string' ? { value: last, inBody: false } : undefined;
	}
}

export function queryError(reason: string): CouchError {
	return new CouchError(400, 'query_parse_error', reason);
}
