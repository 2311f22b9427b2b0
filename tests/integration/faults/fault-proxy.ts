import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FAULT_HEADER, FAULT_KINDS, PERSON_HEADER, type FaultKind } from './faults.ts';

interface Answer {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	body: Buffer;
}

/**
 * Forwards requests to the server at `target()`, and does to each what its header says. A server that is not there
 * breaks the connection, as a network does.
 */
export async function forwardWithFault(
	incoming: IncomingMessage,
	outgoing: ServerResponse,
	target: () => string | null
): Promise<void> {
	const [kind = '', delay = '0'] = String(incoming.headers[FAULT_HEADER] ?? '').split(' ');
	const fault = FAULT_KINDS.find((known) => known === kind) ?? null;
	const cut = () => {
		incoming.destroy();
		outgoing.destroy();
	};
	try {
		const body = await bodyOf(incoming);
		if (fault === 'cut-before') return cut();
		if (fault === 'delay') await pause(Number(delay));
		const said = madeUpAnswer(fault);
		if (said !== null) return send(outgoing, said);
		if (fault === 'cut-half') {
			await forwardHalf(incoming, body, target());
			return cut();
		}
		const gone = new AbortController();
		// Who asked has gone away: a long poll must not stay behind.
		outgoing.once('close', () => {
			gone.abort();
		});
		const first = forward(incoming, body, target(), gone.signal);
		// The same request again, on a connection of its own, before or after the first is done.
		const answer =
			fault === 'twice' ? await again(first, incoming, body, target(), gone.signal) : await first;
		if (fault === 'delay-answer') await pause(Number(delay));
		if (fault === 'cut-answer') return cut();
		if (fault === 'cut-answer-half') {
			outgoing.writeHead(answer.status, { ...answer.headers });
			outgoing.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), cut);
			return;
		}
		send(outgoing, answer);
	} catch {
		cut();
	}
}

/** A proxy of its own on a free port of 127.0.0.1. */
export async function startFaultProxy(
	target: () => string | null
): Promise<{ url: string; stop(): Promise<void> }> {
	const server = createServer((incoming, outgoing) => {
		void forwardWithFault(incoming, outgoing, target);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${String(port)}`,
		stop: () =>
			new Promise((resolve) => {
				server.close(() => {
					resolve();
				});
				server.closeAllConnections();
			})
	};
}

async function again(
	first: Promise<Answer>,
	incoming: IncomingMessage,
	body: Buffer,
	target: string | null,
	signal: AbortSignal
): Promise<Answer> {
	const [, second] = await Promise.all([first, forward(incoming, body, target, signal)]);
	return second;
}

function madeUpAnswer(fault: FaultKind | null): Answer | null {
	const page = { 'content-type': 'text/html' };
	const json = { 'content-type': 'application/json' };
	const say = (status: number, headers: Answer['headers'], body: string): Answer => ({
		status,
		headers,
		body: Buffer.from(body)
	});
	const answers: Partial<Record<FaultKind, Answer>> = {
		html: say(200, page, '<p>Welcome to the harbour hotel</p>'),
		'html-403': say(403, page, '<p>Blocked</p>'),
		'401': say(401, json, '{"error":"unauthorized","reason":"session"}'),
		'413': say(413, json, '{"error":"too_large","reason":"limit"}'),
		'429': say(429, json, '{"error":"too_many_requests","reason":"later"}'),
		'503': say(503, json, '{"error":"unavailable","reason":"later"}')
	};
	return fault === null ? null : (answers[fault] ?? null);
}

function forward(
	incoming: IncomingMessage,
	body: Buffer,
	target: string | null,
	signal: AbortSignal
): Promise<Answer> {
	return new Promise((resolve, reject) => {
		if (target === null) {
			reject(new Error('no server'));
			return;
		}
		const forwarded = ask(new URL(incoming.url ?? '/', target), {
			method: incoming.method,
			headers: headersFor(incoming, target, body.length),
			signal
		});
		forwarded.on('error', reject);
		forwarded.on('response', (answer) => {
			bodyOf(answer).then((bytes) => {
				const {
					'transfer-encoding': _chunks,
					connection: _connection,
					...headers
				} = answer.headers;
				resolve({ status: answer.statusCode ?? 502, headers, body: bytes });
			}, reject);
		});
		forwarded.end(body);
	});
}

function forwardHalf(
	incoming: IncomingMessage,
	body: Buffer,
	target: string | null
): Promise<void> {
	return new Promise((resolve) => {
		if (target === null) {
			resolve();
			return;
		}
		const forwarded = ask(new URL(incoming.url ?? '/', target), {
			method: incoming.method,
			headers: headersFor(incoming, target, body.length)
		});
		forwarded.on('error', () => {
			resolve();
		});
		forwarded.on('response', (answer) => {
			answer.resume();
			resolve();
		});
		forwarded.write(body.subarray(0, Math.ceil(body.length / 2)), () => {
			// The first half is on its way; a moment lets the server read it.
			setTimeout(() => {
				forwarded.destroy();
				resolve();
			}, 5);
		});
	});
}

function headersFor(incoming: IncomingMessage, target: string, bytes: number) {
	const {
		[FAULT_HEADER]: _fault,
		[PERSON_HEADER]: cookie,
		'transfer-encoding': _chunks,
		...headers
	} = incoming.headers;
	return {
		...headers,
		...(typeof cookie === 'string' ? { cookie } : {}),
		host: new URL(target).host,
		...(headers.origin === undefined ? {} : { origin: target }),
		connection: 'close',
		'content-length': String(bytes)
	};
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
	const pieces: Buffer[] = [];
	for await (const piece of message) pieces.push(piece as Buffer);
	return Buffer.concat(pieces);
}

function send(outgoing: ServerResponse, { status, headers, body }: Answer): void {
	outgoing.writeHead(status, { ...headers });
	outgoing.end(body);
}

function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}
