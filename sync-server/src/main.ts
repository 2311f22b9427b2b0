import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { claimData, DataInUse } from './claim-data.ts';
import type { SignInCard } from './company/create-company.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { openStore } from './open-store.ts';
import { createServer, type OutlayServer } from './server.ts';
import type { DocumentStore } from './store/document-store.ts';
import { DataDamaged, FolderUnusable, StoreUnreachable } from './store/store-errors.ts';

const APP_DIRECTORY = fileURLToPath(new URL('../../build', import.meta.url));

function readConfigOrExit(): Config {
	try {
		return readConfig(process.env, APP_DIRECTORY);
	} catch (error) {
		if (error instanceof ConfigError) return exitWith(error.message);
		throw error;
	}
}

function exitWith(sentence: string): never {
	console.error(sentence);
	process.exit(1);
}

async function claimOrExit(directory: string) {
	try {
		return await claimData(directory);
	} catch (error) {
		if (error instanceof DataInUse) {
			return exitWith(
				`Another Outlay process uses ${directory}. Stop it, or set OUTLAY_DATA to another directory.`
			);
		}
		const code = error instanceof Error && 'code' in error ? error.code : null;
		if (code === 'EACCES' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST') {
			return exitWith(
				`${directory} can not be written to. Set OUTLAY_DATA to a directory that can.`
			);
		}
		throw error;
	}
}

async function openStoreOrExit(): Promise<DocumentStore> {
	try {
		return await openStore({ ...config, dataDirectory }, claim);
	} catch (error) {
		if (error instanceof FolderUnusable || error instanceof DataDamaged) {
			return exitWith(error.message);
		}
		if (error instanceof DataInUse) {
			return exitWith(`Another Outlay process uses a folder in ${dataDirectory}. Stop it first.`);
		}
		if (error instanceof StoreUnreachable) {
			return exitWith(
				`CouchDB can not be used: ${error.cause instanceof Error ? error.cause.message : error.message}. ` +
					'Check COUCHDB_URL and OUTLAY_STORES, and that CouchDB runs.'
			);
		}
		throw error;
	}
}

async function startOrExit(server: OutlayServer, { host, port }: Config) {
	try {
		return await server.start();
	} catch (error) {
		await server.stop();
		const code = error instanceof Error && 'code' in error ? error.code : null;
		if (code === 'EADDRINUSE') {
			return exitWith(
				`Port ${port} is in use. Stop what uses it, or choose another: PORT=${port + 1} npm start`
			);
		}
		if (code === 'EACCES') return exitWith(`Port ${port} may not be used by this account.`);
		if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
			return exitWith(`This machine has no address ${host}. Check HOST.`);
		}
		throw error;
	}
}

function printSignIns(cards: readonly SignInCard[]): void {
	const [first] = cards;
	if (first === undefined) return;
	const columns = cards.map(({ name, workEmail, password, roles }) => [
		name,
		workEmail,
		password,
		roles.join(', ')
	]);
	const rows = [['Name', 'Work e-mail', 'Password', 'Roles'], ...columns];
	const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
	console.log(`\nA company to try it with was created. Company ID: ${first.companyCode}`);
	console.log('These passwords are shown this once and stored nowhere.\n');
	for (const row of rows) {
		console.log(`  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
	}
	console.log('');
}

const config = readConfigOrExit();
const dataDirectory = path.resolve(config.dataDirectory);
const claim = await claimOrExit(dataDirectory);
const store = await openStoreOrExit();
const server = await createServer({ config, store, now: Date.now });
const { url, signIns } = await startOrExit(server, config);
printSignIns(signIns);
console.log(`Outlay listens on ${url}`);
if (config.publicOrigin !== null) console.log(`People reach it at ${config.publicOrigin}`);

/** A terminal and npm may both pass on one press of Ctrl-C. */
const SAME_PRESS_MS = 1000;

let stoppingSinceMs: number | null = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	process.on(signal, () => {
		if (stoppingSinceMs !== null) {
			if (Date.now() - stoppingSinceMs > SAME_PRESS_MS) process.exit(1);
			return;
		}
		stoppingSinceMs = Date.now();
		void server
			.stop()
			.then(() => claim.giveBack())
			.then(
				() => process.exit(0),
				(error: unknown) => {
					console.error('The server could not stop in order.', error);
					process.exit(1);
				}
			);
	});
}
