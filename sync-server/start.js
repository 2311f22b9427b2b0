/**
 * `npm start`: installs what is missing, builds the app when it is missing or older than its sources, and runs the
 * server in this process. `npm run server` (`--server`): the server alone. `npm run dev` (`--dev`): server and app, both reloading as files change. Plain JavaScript,
 * since nothing may be installed yet.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { installPackages, modifiedMs } from './install-packages.js';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const SERVER = path.join(ROOT, 'sync-server/src/main.ts');
const VITE = path.join(ROOT, 'node_modules/vite/bin/vite.js');
const TSX = path.join(ROOT, 'node_modules/tsx/dist/cli.mjs');

/** What the built app is made of. */
const SOURCES = ['src', 'static', 'svelte.config.js', 'vite.config.ts', 'package-lock.json'];
/** Written by the build itself. */
const GENERATED = new Set(['paraglide', 'cache']);

const isDev = process.argv.includes('--dev');
/** `npm run server`: no app is built; pages say so where none was. */
const isServerAlone = process.argv.includes('--server');

try {
	installPackages();
} catch (error) {
	fail(error instanceof Error ? error.message : String(error));
}
if (isDev) runBoth();
else {
	if (!isServerAlone) buildApp();
	await runServer();
}

function buildApp() {
	const builtMs = modifiedMs(path.join(ROOT, 'build/200.html'));
	const newestMs = Math.max(...SOURCES.map((source) => newestModifiedMs(path.join(ROOT, source))));
	if (builtMs > 0 && builtMs >= newestMs) return;
	console.log('Building the app.');
	const { status } = spawnSync(process.execPath, [VITE, 'build', '--logLevel', 'error'], {
		cwd: ROOT,
		stdio: 'inherit'
	});
	if (status !== 0) fail('The app could not be built. The lines above say why.');
}

/** In this process, so that signals reach the server without a detour. */
async function runServer() {
	// Only now: it may just have been installed.
	const { register } = await import('tsx/esm/api');
	register();
	await import(pathToFileURL(SERVER).href);
}

function runBoth() {
	const port = process.env['PORT'] || '3000';
	const environment = {
		...process.env,
		PORT: port,
		OUTLAY_SYNC_SERVER: `http://127.0.0.1:${port}`
	};
	const children = [
		[TSX, 'watch', '--clear-screen=false', SERVER],
		[VITE, 'dev']
	].map((args) => spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env: environment }));
	let isEnding = false;
	const endBoth = (/** @type {NodeJS.Signals} */ signal) => {
		isEnding = true;
		for (const child of children) child.kill(signal);
	};
	for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
		process.on(signal, () => endBoth(signal));
	}
	for (const child of children) {
		child.on('exit', (code) => {
			if (!isEnding) {
				process.exitCode = code ?? 1;
				endBoth('SIGTERM');
			}
		});
	}
}

/**
 * Of a file, or of the newest file in a directory; 0 when there is none.
 * @param {string} file
 * @returns {number}
 */
function newestModifiedMs(file) {
	if (!existsSync(file)) return 0;
	if (!statSync(file).isDirectory()) return modifiedMs(file);
	return Math.max(
		0,
		...readdirSync(file)
			.filter((name) => !GENERATED.has(name))
			.map((name) => newestModifiedMs(path.join(file, name)))
	);
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function fail(sentence) {
	console.error(`\n${sentence}`);
	process.exit(1);
}
