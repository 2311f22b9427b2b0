/**
 * A CouchDB for servers of ours to keep their data in: Apache's where `COUCHDB_URL` names one, a second instance of our
 * own server elsewhere. Of a cluster `COUCHDB_URL` may name several nodes, with blanks between: each request then goes to
 * the next of them, as behind a load balancer.
 */

import { createServer, request as sendOn, Agent, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { call, startCouchServer } from './couch-server.ts';

/** What a test may see of each request before it is answered. */
export interface SeenRequest {
	method: string;
	url: string;
	headers: IncomingHttpHeaders;
}

export interface CouchdbUnderneath {
	/** What to set `COUCHDB_URL` to; `as` is what requests carry in place of a user's name. */
	url(as?: string): string;
	/** Drops what was made. */
	stop(): Promise<void>;
}

type OnRequest = (request: SeenRequest) => Promise<void>;

const DOWN_MS = 2_000;
let count = 0;

/** The addresses `COUCHDB_URL` names, with their credentials. */
export function couchdbAddresses(): string[] {
	return (process.env['COUCHDB_URL'] ?? '').split(' ').filter((address) => address !== '');
}

export async function startCouchdb(
	onRequest: OnRequest = () => Promise.resolve()
): Promise<CouchdbUnderneath> {
	const nodes = couchdbAddresses();
	if (nodes.length > 0) return startBalancer(nodes, onRequest);
	const server = await startCouchServer({ onRequest });
	return {
		url: (as) => `${named(server.origin, as)}/`,
		stop: () => server.stop()
	};
}

/** In front of Apache CouchDB; databases are named so that nothing else there is touched. */
export async function startBalancer(
	nodes: readonly string[],
	onRequest: OnRequest = () => Promise.resolve()
): Promise<CouchdbUnderneath> {
	const prefix = `test-${Date.now()}-${process.pid}-${(count += 1)}-`;
	const agent = new Agent({ keepAlive: true });
	let turn = 0;
	/** Until when nodes that did not answer are passed over. */
	const down = new Map<string, number>();
	const nextNode = () => {
		const up = nodes.filter((node) => (down.get(node) ?? 0) < Date.now());
		const from = up.length > 0 ? up : nodes;
		return from[(turn += 1) % from.length] ?? '';
	};
	const server = createServer((incoming, outgoing) => {
		const { method = 'GET', url = '/', headers } = incoming;
		const handOn = () => {
			const address = nextNode();
			const { username, password, hostname, port, host } = new URL(address);
			const authorization = basic(username, password);
			const sent = sendOn({
				agent,
				hostname,
				port,
				method,
				path: url,
				headers: { ...headers, host, authorization }
			});
			let isReached = false;
			const reached = () => {
				isReached = true;
				pipeline(incoming, sent, () => undefined);
			};
			sent.on('socket', (socket) => {
				if (socket.connecting) socket.once('connect', reached);
				else reached();
			});
			sent.on('error', () => {
				const isNews = (down.get(address) ?? 0) < Date.now();
				down.set(address, Date.now() + DOWN_MS);
				// Nothing of it was sent: another node takes it.
				if (isReached || !isNews) outgoing.destroy();
				else handOn();
			});
			sent.on('response', (answer) => {
				outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
				pipeline(answer, outgoing, () => undefined);
			});
			outgoing.on('close', () => sent.destroy());
		};
		onRequest({ method, url, headers }).then(handOn, () => outgoing.destroy());
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		url: (as) => `${named(origin, as)}/${prefix}`,
		async stop() {
			const names = (await call('GET', `${origin}/_all_dbs`)).json as unknown as string[];
			for (const name of names.filter((each) => each.startsWith(prefix))) {
				await call('DELETE', `${origin}/${encodeURIComponent(name)}`);
			}
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
			agent.destroy();
		}
	};
}

function named(origin: string, as: string | undefined): string {
	return as === undefined ? origin : origin.replace('://', `://${as}:secret@`);
}

function basic(name: string, password: string): string {
	return `Basic ${Buffer.from(`${decodeURIComponent(name)}:${decodeURIComponent(password)}`).toString('base64')}`;
}
