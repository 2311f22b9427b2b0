import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SignInCard } from '../../sync-server/src/company/create-company.ts';
import { readConfig, type Limits } from '../../sync-server/src/config.ts';
import { createServer } from '../../sync-server/src/server.ts';
import { openStore } from '../../sync-server/src/open-store.ts';
import { basic } from './basic-credentials.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = path.join(ROOT, 'sync-server/src/main.ts');

/** The server administrator of test servers. */
export const ADMINISTRATOR = { name: 'root', password: 'a test password' };
/** Headers of a request of the administrator. */
export const AS_ADMINISTRATOR = basic(ADMINISTRATOR.name, ADMINISTRATOR.password);

export interface TestServer {
	url: string;
	dataDir: string;
	/** Of people created at this start; empty when the data was there before. */
	signIns: SignInCard[];
	stop(): Promise<void>;
}

export interface TestServerOptions {
	/** Kept after the stop; without it a temporary directory is used and removed. */
	dataDir?: string;
	/** Where the built app lies; a directory that does not exist, unless given. */
	appDirectory?: string;
	port?: number;
	environment?: Record<string, string>;
	limits?: Partial<Limits>;
	now?: () => number;
}

/** Starts the real server in this process on a free port of 127.0.0.1. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
	const dataDir = options.dataDir ?? (await temporaryDirectory());
	const config = readConfig(
		{
			PORT: String(options.port ?? 0),
			OUTLAY_DATA: dataDir,
			OUTLAY_ADMIN: `${ADMINISTRATOR.name}:${ADMINISTRATOR.password}`,
			OUTLAY_LOG_LEVEL: 'warn',
			...options.environment
		},
		options.appDirectory ?? path.join(dataDir, 'no-app')
	);
	const store = await openStore(config);
	const server = await createServer({
		config: { ...config, limits: { ...config.limits, ...options.limits } },
		store,
		now: options.now ?? Date.now
	});
	const { url, signIns } = await server.start();
	return {
		url,
		signIns,
		dataDir,
		async stop() {
			await server.stop();
			if (options.dataDir === undefined) await remove(dataDir);
		}
	};
}

export interface TestServerProcess extends TestServer {
	/** SIGKILL: nothing is flushed or closed. */
	kill(): Promise<void>;
}

/** Starts the server as `npm start` does, in a process of its own that can be killed. */
export async function startServerProcess(
	options: Pick<TestServerOptions, 'dataDir' | 'port' | 'environment'> & {
		/** No file may grow past this: what a full disk is to a process. */
		largestFileKiB?: number;
		/** Where the log goes instead of this process's standard error. */
		logFile?: string;
	} = {}
): Promise<TestServerProcess> {
	const dataDir = options.dataDir ?? (await temporaryDirectory());
	const log = options.logFile === undefined ? 'inherit' : openSync(options.logFile, 'a');
	const command = [process.execPath, '--import', 'tsx', MAIN];
	const { largestFileKiB } = options;
	// The shell counts in blocks of 512 bytes.
	const limit = largestFileKiB === undefined ? '' : `ulimit -f ${largestFileKiB * 2}; `;
	const child = spawn('sh', ['-c', `${limit}exec "$@"`, 'sh', ...command], {
		cwd: ROOT,
		env: {
			...process.env,
			PORT: String(options.port ?? 0),
			HOST: '127.0.0.1',
			OUTLAY_DATA: dataDir,
			OUTLAY_ADMIN: `${ADMINISTRATOR.name}:${ADMINISTRATOR.password}`,
			OUTLAY_LOG_LEVEL: 'warn',
			// Named for tests, which hand it on where they mean to.
			COUCHDB_URL: '',
			...options.environment
		},
		stdio: ['ignore', 'pipe', log]
	});
	if (typeof log === 'number') closeSync(log);
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const printed = await printedUntilListening(child);
	const end = async (signal: NodeJS.Signals) => {
		child.kill(signal);
		await ended;
		if (options.dataDir === undefined) await remove(dataDir);
	};
	return {
		url: /listens on (\S+)/.exec(printed)?.[1] ?? '',
		signIns: signInsOf(printed),
		dataDir,
		stop: () => end('SIGTERM'),
		kill: () => end('SIGKILL')
	};
}

/** A directory for data that several servers use one after the other; the caller removes it. */
export function temporaryDirectory(): Promise<string> {
	return mkdtemp(path.join(tmpdir(), 'outlay-test-'));
}

export function remove(directory: string): Promise<void> {
	return rm(directory, { recursive: true, force: true });
}

/** The sign-in of somebody by the first name, lower case, such as `jonas`. */
export function signInOf(server: Pick<TestServer, 'signIns'>, firstName: string): SignInCard {
	const card = server.signIns.find(({ workEmail }) => workEmail.startsWith(`${firstName}.`));
	if (card === undefined) throw new Error(`no sign-in of ${firstName}`);
	return card;
}

function printedUntilListening(child: ChildProcess): Promise<string> {
	return new Promise((resolve, reject) => {
		let printed = '';
		child.stdout?.setEncoding('utf8').on('data', (text: string) => {
			printed += text;
			if (/listens on \S+\n/.test(printed)) resolve(printed);
		});
		child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${printed}`)));
	});
}

/** Reads the table people read. */
function signInsOf(printed: string): SignInCard[] {
	const companyCode = /Company ID: (\S+)/.exec(printed)?.[1] ?? '';
	return [...printed.matchAll(/^ {2}(\S.*?) {2,}(\S+@\S+) {2,}(\S+) {2,}(.+)$/gm)].map(
		([, name = '', workEmail = '', password = '', roles = '']) => ({
			name,
			companyCode,
			workEmail,
			password,
			roles: roles.split(', ') as SignInCard['roles']
		})
	);
}
