/** The CouchDB verbs on a real port, over a store of their own, with rights simple enough to see through. */

import Fastify, { type FastifyRequest } from 'fastify';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { Access, Caller } from '@outlay/sync-server/access/access-port';
import { COUCH_ROUTER_OPTIONS, registerCouchRoutes } from '@outlay/sync-server/couch/couch-routes';
import { UnfinishedUploads } from '@outlay/sync-server/couch/unfinished-uploads';
import { badRequest, sendCouchError } from '@outlay/sync-server/http/errors';
import { overrideMethod } from '@outlay/sync-server/http/method-override';
import type { DocumentStore } from '@outlay/sync-server/store/document-store';
import { openLmdbStore } from '@outlay/sync-server/store/lmdb/open-lmdb-store';

export const BODY_LIMIT_BYTES = 2_000_000;
export const ATTACHMENT_LIMIT_BYTES = 300_000;

/**
 * The administrator without a header, somebody with `x-person: anna`: she has mailbox-acme-anna and reads
 * settings-acme; documents named `locked` are closed to her. `x-person: nobody` is signed in as nobody.
 */
export class TestAccess implements Access {
	session = new AbortController();

	caller(request: { headers: Record<string, string | string[] | undefined> }): Promise<Caller> {
		const person = request.headers['x-person'];
		const until = this.session.signal;
		if (person === undefined) {
			return Promise.resolve({ kind: 'administrator', name: 'admin', until });
		}
		if (person !== 'anna') return Promise.resolve({ kind: 'anonymous', name: null });
		return Promise.resolve({
			kind: 'person',
			name: 'acme/anna@example.com',
			companyId: 'acme',
			userId: 'anna',
			until
		});
	}
	mayUse(caller: Caller, database: string, deed: string): Promise<boolean> {
		if (caller.kind === 'administrator') return Promise.resolve(true);
		if (caller.kind === 'anonymous' || deed === 'administer') return Promise.resolve(false);
		const mine = database === 'mailbox-acme-anna';
		return Promise.resolve(mine || (deed === 'read' && database === 'settings-acme'));
	}
	judgeWrite(caller: Caller, _database: string, write: { id: string }) {
		return Promise.resolve(
			caller.kind === 'person' && write.id.startsWith('locked')
				? { error: 'forbidden', reason: 'document.not_yours: This document is not yours.' }
				: null
		);
	}
	judgeUpload(caller: Caller, database: string, write: { id: string }) {
		return this.judgeWrite(caller, database, write);
	}
	attachmentLimitBytes(): number {
		return ATTACHMENT_LIMIT_BYTES;
	}
}

export interface CouchServer {
	origin: string;
	store: DocumentStore;
	access: TestAccess;
	/** For whatever else a test keeps on disk. */
	directory: string;
	/** Stops it and keeps its data. */
	halt(): Promise<void>;
	/** What the server logged as errors, a line each. */
	errors: string[];
	stop(): Promise<void>;
}

/**
 * @param options.keptIn the directory of a server that was stopped, to go on with its data.
 * @param options.onRequest is told of each request before it is looked at, which waits for it.
 * @param options.callMs how long one function of a design document may run.
 */
export async function startCouchServer(
	options: {
		keptIn?: string;
		callMs?: number;
		/** Awaited before each request is looked at. */
		onRequest?: (request: FastifyRequest) => Promise<void>;
	} = {}
): Promise<CouchServer> {
	const directory = options.keptIn ?? (await mkdtemp(path.join(tmpdir(), 'outlay-couch-')));
	const store = await openLmdbStore(path.join(directory, 'server'));
	const access = new TestAccess();
	const errors: string[] = [];
	const app = Fastify({
		rewriteUrl: overrideMethod,
		logger: { level: 'error', stream: { write: (line: string) => errors.push(line) } },
		frameworkErrors: (_error, _request, reply) => {
			void sendCouchError(reply, badRequest('The address can not be read.'));
		},
		routerOptions: { ...COUCH_ROUTER_OPTIONS },
		// Open feeds don't hold up the end of a test.
		forceCloseConnections: true
	});
	const { onRequest } = options;
	if (onRequest) app.addHook('onRequest', (request) => onRequest(request));
	let origin = '';
	registerCouchRoutes(app, {
		store,
		access,
		uploads: new UnfinishedUploads(store, ATTACHMENT_LIMIT_BYTES, Date.now),
		version: '0.1.0',
		bodyLimitBytes: BODY_LIMIT_BYTES,
		shownConfig: { log: { level: 'silent' } },
		ownServer: () => ({ url: origin }),
		functionLimits: options.callMs === undefined ? {} : { callMs: options.callMs }
	});
	origin = await app.listen({ host: '127.0.0.1', port: 0 });
	const halt = async () => {
		await app.close();
		await store.close();
	};
	return {
		origin,
		store,
		access,
		directory,
		halt,
		errors,
		async stop() {
			await halt();
			await rm(directory, { recursive: true, force: true });
		}
	};
}

/** The members of answers that tests read; each answer has a few of them. */
export interface AnswerJson {
	id: string;
	rev: string;
	uuids: string[];
	total_rows: number;
	rows: { id: string; doc: Record<string, unknown> }[];
	results: { id: string }[];
	last_seq: string;
	_revs_info: unknown;
}

export interface Answer {
	status: number;
	headers: Headers;
	json: AnswerJson;
}

/** Sends JSON (a string as it is) and reads the JSON that is answered. */
export async function call(
	method: string,
	url: string,
	body?: unknown,
	headers: Record<string, string> = {}
): Promise<Answer> {
	const response = await fetch(url, {
		method,
		headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
		...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) })
	});
	const text = await response.text();
	const json = text === '' ? null : (JSON.parse(text) as unknown);
	return { status: response.status, headers: response.headers, json: json as AnswerJson };
}

/** Text of some shape, where an answer holds what the server made up. */
export function textLike(pattern: RegExp): string {
	return expect.stringMatching(pattern) as string;
}

/** Opens a feed and reads it as it comes. */
export async function openFeed(address: string, init: RequestInit = {}) {
	const stop = new AbortController();
	const response = await fetch(address, { ...init, signal: stop.signal });
	if (!response.body) throw new Error('A feed has a body.');
	const chunks = response.body.getReader();
	const decoder = new TextDecoder();
	let text = '';
	const next = async () => {
		const { done, value } = await chunks.read();
		if (value) text += decoder.decode(value, { stream: true });
		return !done;
	};
	await next();
	return {
		text: () => text,
		stop: () => stop.abort(),
		reader: {
			async until(seen: () => boolean) {
				while (!seen() && (await next()));
				expect(seen()).toBe(true);
			},
			async end() {
				while (await next());
			}
		}
	};
}

/** A server for the tests of a file, and for each of them a database of its own at `url`. */
export function onCouchServer(): { readonly server: CouchServer; readonly url: string } {
	let server: CouchServer;
	let count = 0;
	let url: string;
	beforeAll(async () => {
		server = await startCouchServer();
	});
	afterAll(() => server.stop());
	beforeEach(async () => {
		url = `${server.origin}/test-${(count += 1)}`;
		await call('PUT', url);
	});
	return {
		get server() {
			return server;
		},
		get url() {
			return url;
		}
	};
}
