import fastify, { type FastifyInstance } from 'fastify';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { remove, temporaryDirectory } from '../../tests/support/server.ts';
import { registerAppFiles } from '../src/http/app-files.ts';

const FILE = '/_app/immutable/big.js';

let directory: string;
let app: FastifyInstance;
const logged: string[] = [];

beforeEach(async () => {
	directory = await temporaryDirectory();
	await mkdir(path.join(directory, '_app/immutable'), { recursive: true });
	await writeFile(path.join(directory, FILE), randomBytes(2_000_000));
	logged.length = 0;
	const stream = { write: (line: string) => logged.push(line) };
	app = fastify({ logger: { level: 'warn', stream } });
	await registerAppFiles(app, directory);
	await app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
	await app.close();
	await remove(directory);
});

/** Asks for the file, and goes away after so many bytes of it. */
async function leaveAfter(bytes: number): Promise<void> {
	const { port } = app.server.address() as AddressInfo;
	const socket = connect(port, '127.0.0.1');
	await once(socket, 'connect');
	let received = 0;
	const left = once(socket, 'close');
	socket.on('data', (part: Buffer) => {
		received += part.length;
		if (received >= bytes) socket.destroy();
	});
	socket.write(`GET ${FILE} HTTP/1.1\r\nHost: outlay\r\n\r\n`);
	if (bytes === 0) socket.end(() => socket.destroy());
	await left;
}

test('a page that goes away while a file is sent is nothing to report', async () => {
	for (let n = 0; n < 20; n++)
		await Promise.all([leaveAfter(0), leaveAfter(1), leaveAfter(70_000)]);
	const whole = await fetch(
		`http://127.0.0.1:${(app.server.address() as AddressInfo).port}${FILE}`
	);
	expect((await whole.arrayBuffer()).byteLength).toBe(2_000_000);
	expect(logged).toEqual([]);
});
