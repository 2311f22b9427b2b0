/** What of CouchDB is bounded, whatever becomes of its answer. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CouchdbClient } from '@outlay/sync-server/store/couchdb/couchdb-client';
import { StoreUnreachable } from '@outlay/sync-server/store/store-errors';

const SILENCE_MS = 300;

let server: Server;
let received: string;
let client: CouchdbClient;
beforeEach(async () => {
	received = '';
	server = createServer((request, response) => {
		request.setEncoding('utf8').on('data', (text: string) => (received += text));
		request.on('end', () => {
			if (request.url === '/answered') response.end('{"ok":true}');
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	client = new CouchdbClient(`http://127.0.0.1:${port}/`, SILENCE_MS);
});
afterEach(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

async function* slowly(pieces: readonly string[]): AsyncGenerator<Uint8Array> {
	for (const piece of pieces) {
		await new Promise((resolve) => setTimeout(resolve, SILENCE_MS / 2));
		yield Buffer.from(piece);
	}
}

test('an answer that never comes is given up', async () => {
	await expect(client.json('silent')).rejects.toBeInstanceOf(StoreUnreachable);
	await expect(client.fetch('silent', { method: 'PUT' }, slowly(['a']))).rejects.toBeInstanceOf(
		StoreUnreachable
	);
});

test('bytes may take their time as long as they come', async () => {
	const response = await client.fetch(
		'answered',
		{ method: 'PUT' },
		slowly(['a', 'b', 'c', 'd', 'e'])
	);
	expect(await response.json()).toEqual({ ok: true });
	expect(received).toBe('abcde');
});
