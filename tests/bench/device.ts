/**
 * `npm run bench:device -- [--documents N] [--receipts N] [--saves N] [--only stores|app|size] [--json FILE] [--no-build]`:
 * what the app does on a device, in Chromium with a real server: its store and its first sync beside PouchDB and plain
 * Dexie in one run, and the built app itself: cold start, scrolling, and the scripts it loads. `bench:size` is the last
 * part alone.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Browser } from '@playwright/test';
import type { SessionView } from '@outlay/domain/session-view';
import { build } from 'vite';
import { startServer } from '../support/server.ts';
import { transactionsOf } from '../support/many-transactions.ts';
import { quantile } from '../support/quantile.ts';
import {
	PHONE_SLOWDOWN,
	coldStart,
	loadedScripts,
	preparedDevice,
	scrollFrames
} from './device/app-start.ts';
import { benchStores, type StoreFigures } from './device/bench-stores.ts';
import { formatTable } from './table.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COLD_STARTS = 5;

const { values } = parseArgs({
	options: {
		documents: { type: 'string', default: '10000' },
		receipts: { type: 'string', default: '200' },
		saves: { type: 'string', default: '200' },
		only: { type: 'string' },
		json: { type: 'string' },
		'no-build': { type: 'boolean', default: false }
	}
});
const documentCount = Number(values.documents);

const app = path.join(ROOT, 'build');
if (!values['no-build'] || !existsSync(app)) {
	const { status } = spawnSync('npm', ['run', '--silent', 'build', '--', '--logLevel', 'error'], {
		cwd: ROOT,
		stdio: 'inherit'
	});
	if (status !== 0) process.exit(status ?? 1);
}
/** The built app with the page of the bench beside it, so that both have the server's origin. */
const served = mkdtempSync(path.join(tmpdir(), 'outlay-bench-app-'));
cpSync(app, served, { recursive: true });
await build({
	configFile: false,
	root: path.join(ROOT, 'tests/bench/device/page'),
	base: '/bench/',
	logLevel: 'error',
	// The package for bundlers needs Node's modules; this one is complete.
	resolve: { alias: [{ find: /^pouchdb$/, replacement: 'pouchdb/dist/pouchdb.js' }] },
	build: { outDir: path.join(served, 'bench'), target: 'esnext', chunkSizeWarningLimit: 5000 }
});

const server = await startServer({ appDirectory: served });
const browser = await chromium.launch({
	executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
	args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update']
});
const figures: Record<string, unknown> = {
	versions: {
		chromium: browser.version(),
		node: process.version,
		rxdb: versionOf('rxdb'),
		dexie: versionOf('dexie'),
		pouchdb: versionOf('pouchdb')
	},
	machine: `${cpus()[0]?.model ?? ''}, ${String(cpus().length)} cores`,
	documents: documentCount
};
try {
	const [card] = server.signIns;
	if (card === undefined) throw new Error('no sign-ins');
	await seed();
	console.log(JSON.stringify(figures['versions']), figures['machine']);
	if (values.only === undefined || values.only === 'stores') await stores(browser);
	if (values.only !== 'stores') await realApp(browser);
	if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(figures, null, '\t'));

	async function seed(): Promise<void> {
		const { me, cookie } = await signedIn();
		const all = transactionsOf(me, documentCount);
		for (let at = 0; at < all.length; at += 1000) {
			const response = await fetch(`${server.url}/${me.databases.mailbox}/_bulk_docs`, {
				method: 'POST',
				headers: { 'content-type': 'application/json', origin: server.url, cookie },
				body: JSON.stringify({ docs: all.slice(at, at + 1000) })
			});
			const rows = (await response.json()) as { error?: string }[];
			if (rows.some(({ error }) => error !== undefined)) throw new Error('documents refused');
		}
	}

	async function stores(inBrowser: Browser): Promise<void> {
		const { me } = await signedIn();
		const all = await benchStores(inBrowser, server.url, card as NonNullable<typeof card>, me, {
			documentCount,
			receiptCount: Number(values.receipts),
			saveCount: Number(values.saves)
		});
		figures['stores'] = all;
		const row = (title: string, unit: string, of: (one: StoreFigures) => number | null) => [
			title,
			unit,
			...all.map((one) => of(one)?.toFixed(1) ?? '–')
		];
		const many = documentCount.toLocaleString('en-GB');
		console.log(
			formatTable(
				['', 'unit', ...all.map(({ name }) => name)],
				[
					row('insert 1,000', 'ms', (one) => one.insertThousandMs),
					row(`insert ${many}`, 'ms', (one) => one.insertManyMs),
					row(
						`open and newest 50 of ${many}, ${String(PHONE_SLOWDOWN)} times slower`,
						'ms',
						(one) => one.coldNewestMs
					),
					row(`newest 51 of ${many}, open`, 'ms', (one) => one.warmNewestMs),
					row('save acknowledged, median', 'ms', (one) => one.saveMedianMs),
					row('save acknowledged, p95', 'ms', (one) => one.saveP95Ms),
					row(`${values.receipts} receipts of 300 kB`, 'ms', (one) => one.receiptsMs),
					row(`first sync of ${many}`, 'ms', (one) => one.firstSync?.tookMs ?? null),
					row('  documents then here', '', (one) => one.firstSync?.documentCount ?? null),
					row('  requests', '', (one) => one.firstSync?.requestCount ?? null),
					row('  received', 'kB', (one) =>
						one.firstSync ? one.firstSync.receivedBytes / 1000 : null
					)
				]
			)
		);
	}

	async function realApp(inBrowser: Browser): Promise<void> {
		const device = await preparedDevice(inBrowser, server.url, card as NonNullable<typeof card>);
		const scripts = await loadedScripts(device, server.url);
		const sizeOf = (isCounted: (one: (typeof scripts)[number]) => boolean) =>
			scripts.filter(isCounted).reduce((sum, { gzipBytes }) => sum + gzipBytes, 0) / 1000;
		figures['scripts'] = scripts;
		console.log(
			formatTable(
				['scripts to the usable list', 'gzip kB', 'before the first paint'],
				[
					...scripts.map(({ name, gzipBytes, isOfShell }) => [
						name,
						(gzipBytes / 1000).toFixed(1),
						isOfShell ? 'yes' : ''
					]),
					['all', sizeOf(() => true).toFixed(1), ''],
					['the shell', sizeOf(({ isOfShell }) => isOfShell).toFixed(1), 'yes']
				]
			)
		);
		if (values.only === 'size') return;
		const starts: { paintMs: number; listMs: number }[] = [];
		for (let n = 0; n < COLD_STARTS; n++) starts.push(await coldStart(device, server.url));
		const frames = await scrollFrames(device, server.url);
		figures['coldStarts'] = starts;
		figures['frames'] = frames;
		const late = frames.filter((ms) => ms > 1000 / 60 + 4).length;
		const seconds = frames.reduce((sum, ms) => sum + ms, 0) / 1000;
		console.log(
			formatTable(
				[
					`the app with ${documentCount.toLocaleString('en-GB')}, ${String(PHONE_SLOWDOWN)} times slower, offline`,
					'median',
					'worst'
				],
				[
					['first paint, ms', ...middleAndWorst(starts.map(({ paintMs }) => paintMs))],
					['usable list, ms', ...middleAndWorst(starts.map(({ listMs }) => listMs))],
					['a frame while scrolling, ms', ...middleAndWorst(frames)],
					['frames a second', (frames.length / seconds).toFixed(1), ''],
					[`frames of ${String(frames.length)} that came late`, String(late), '']
				]
			)
		);
		await device.close();
	}

	async function signedIn(): Promise<{ me: SessionView; cookie: string }> {
		const response = await fetch(`${server.url}/_outlay/session`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', origin: server.url },
			body: JSON.stringify(card)
		});
		if (!response.ok) throw new Error('sign-in refused');
		const cookie = response.headers
			.getSetCookie()
			.map((one) => one.split(';')[0])
			.join('; ');
		return { me: (await response.json()) as SessionView, cookie };
	}
} finally {
	await browser.close();
	await server.stop();
	rmSync(served, { recursive: true, force: true });
}

function middleAndWorst(figuresMs: readonly number[]): [string, string] {
	return [quantile(figuresMs, 0.5).toFixed(1), Math.max(...figuresMs).toFixed(1)];
}

function versionOf(name: string): string {
	const manifest = readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8');
	return (JSON.parse(manifest) as { version: string }).version;
}
