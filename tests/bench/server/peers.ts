import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ADMINISTRATOR, startServerProcess } from '../../support/server.ts';

export interface Contestant {
	name: string;
	/** With the administrator's credentials. */
	url: string;
	stop(): Promise<void>;
}

/** A server that runs already, given as `NAME=URL`; it is only talked to. */
export function runningServer(given: string): Contestant {
	const at = given.indexOf('=');
	const name = given.slice(0, at);
	const url = given.slice(at + 1).replace(/\/$/, '');
	if (at < 1 || !URL.canParse(url)) throw new Error(`"${given}" is not NAME=URL.`);
	return { name, url, stop: () => Promise.resolve() };
}

/** Our own server in a process of its own, on an empty folder. */
export async function ourServer(): Promise<Contestant> {
	const server = await startServerProcess({
		environment: { OUTLAY_LOG_LEVEL: 'error' }
	});
	const url = new URL(server.url);
	url.username = ADMINISTRATOR.name;
	url.password = encodeURIComponent(ADMINISTRATOR.password);
	return { name: 'outlay', url: url.href.replace(/\/$/, ''), stop: () => server.stop() };
}

const PEER_PACKAGES = ['express-pouchdb@4.2.0', 'express@4', 'pouchdb@9'];
const PEER_PROGRAM = `
const PouchDB = require('pouchdb').defaults({ prefix: './data/' });
const app = require('express')();
app.use(require('express-pouchdb')(PouchDB, { logPath: './peer.log', inMemoryConfig: true }));
app.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listens'));
`;

/**
 * express-pouchdb on LevelDB, installed into a temporary folder: it is a peer to compare with, and years behind in its
 * own dependencies, so it is none of ours. It never syncs to disk.
 */
export async function expressPouchdb(): Promise<Contestant> {
	const folder = await mkdtemp(path.join(tmpdir(), 'outlay-bench-peer-'));
	mkdirSync(path.join(folder, 'data'));
	writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
	writeFileSync(path.join(folder, 'peer.cjs'), PEER_PROGRAM);
	const { status } = spawnSync(
		'npm',
		['install', '--silent', '--no-audit', '--no-fund', ...PEER_PACKAGES],
		{ cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] }
	);
	if (status !== 0) throw new Error('express-pouchdb could not be installed.');
	const port = await freePort();
	const child = spawn(process.execPath, ['peer.cjs', String(port)], {
		cwd: folder,
		stdio: ['ignore', 'pipe', 'inherit']
	});
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	await listening(child);
	const { version } = JSON.parse(
		await readFile(path.join(folder, 'node_modules/pouchdb/package.json'), 'utf8')
	) as { version: string };
	return {
		name: `express-pouchdb 4.2.0 (pouchdb ${version})`,
		url: `http://127.0.0.1:${port}`,
		async stop() {
			child.kill('SIGTERM');
			await ended;
			await rm(folder, { recursive: true, force: true });
		}
	};
}

function listening(child: ChildProcess): Promise<void> {
	return new Promise((resolve, reject) => {
		child.stdout?.once('data', () => resolve());
		child.once('exit', (code) => reject(new Error(`express-pouchdb ended with ${code}.`)));
	});
}

function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer().once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const address = probe.address();
			probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
		});
	});
}
