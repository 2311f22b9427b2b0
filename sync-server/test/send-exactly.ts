import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';

export interface Sent {
	status: number;
	headers: IncomingMessage['headers'];
	text: string;
}

/** Sends exactly this to a server: fetch would tidy addresses and headers up. */
export async function sendExactly(
	url: string,
	method: string,
	address: string,
	headers: Record<string, string> = {},
	body: Uint8Array | string = ''
): Promise<Sent> {
	const { hostname, port } = new URL(url);
	const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) };
	const all = { ...headers, ...length };
	const sent = httpRequest({ hostname, port, method, path: address, headers: all });
	sent.end(body);
	const [answer] = (await once(sent, 'response')) as [IncomingMessage];
	let text = '';
	for await (const part of answer.setEncoding('utf8')) text += String(part);
	return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}

/** Sends exactly this below a person's mailbox, with their session. */
export function sendAs(
	{ url, cookie, mailbox }: { url: string; cookie: string; mailbox: string },
	method: string,
	verb: string,
	text: string | Uint8Array,
	headers: Record<string, string> = {}
): Promise<Sent> {
	const all = { cookie, 'content-type': 'application/json', ...headers };
	return sendExactly(url, method, `/${mailbox}${verb}`, all, text);
}
