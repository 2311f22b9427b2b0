/** Options of the CouchDB verbs, from the query string and, where a verb takes them there, from the body. */

import type { FastifyRequest } from 'fastify';
import { CouchError } from '../http/errors.ts';
import type { Json, JsonObject } from '../store/json.ts';

/** Reads options by name. Where both have one, the body's stands before the query's, or the other way round. */
export class Options {
	readonly #query: Record<string, unknown>;
	readonly #body: JsonObject;

	readonly #first: 'body' | 'query';

	constructor(request: FastifyRequest, body: JsonObject = {}, first: 'body' | 'query' = 'body') {
		this.#first = first;
		this.#query = request.query as Record<string, unknown>;
		this.#body = body;
	}

	has(...names: string[]): boolean {
		return names.some((name) => this.#find(name) !== undefined);
	}

	/** Whether an option was given behind another, and so stands before what that one says, too. */
	isBehind(name: string, other: string): boolean {
		const [query, body] = [Object.keys(this.#query), Object.keys(this.#body)];
		const order = this.#first === 'query' ? [...body, ...query] : [...query, ...body];
		return order.lastIndexOf(name) > order.lastIndexOf(other);
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
		throw queryError(`Invalid boolean parameter: ${JSON.stringify(found.value)}`);
	}

	/** A whole number, not below 0. */
	count(name: string): number | undefined {
		const found = this.#find(name);
		if (found === undefined) return undefined;
		const n = typeof found.value === 'string' ? Number(found.value || NaN) : found.value;
		if (typeof n !== 'number' || !Number.isSafeInteger(n)) {
			throw queryError(`Invalid value for integer: ${JSON.stringify(found.value)}`);
		}
		if (n < 0) {
			throw queryError(`Invalid value for positive integer: ${JSON.stringify(found.value)}`);
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
				throw new CouchError(400, 'bad_request', 'invalid UTF-8 JSON');
			}
		}
		return undefined;
	}

	#find(name: string): { value: Json; inBody: boolean } | undefined {
		return this.#first === 'body'
			? (this.#inBody(name) ?? this.#inQuery(name))
			: (this.#inQuery(name) ?? this.#inBody(name));
	}

	#inBody(name: string): { value: Json; inBody: boolean } | undefined {
		const value = Object.hasOwn(this.#body, name) ? this.#body[name] : undefined;
		return value === undefined ? undefined : { value, inBody: true };
	}

	#inQuery(name: string): { value: Json; inBody: boolean } | undefined {
		const value = this.#query[name];
		// Given twice, the last one counts.
		const last: unknown = Array.isArray(value) ? value.at(-1) : value;
		return typeof last === 'string' ? { value: last, inBody: false } : undefined;
	}
}

export function queryError(reason: string): CouchError {
	return new CouchError(400, 'query_parse_error', reason);
}
