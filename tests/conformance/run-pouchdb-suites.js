/**
 * `npm run conformance -- CHECKOUT [integration|mapreduce|find [FILE]]`: runs PouchDB's public test suites against this
 * server. CHECKOUT is a checkout of github.com/pouchdb/pouchdb with its dependencies installed and its node bundle
 * built (`npm install`, `node bin/build-modules.js`); nothing of it is part of this project. FILE is a part of the names of the
 * files to run, all without it. Prints what failed and
 * how many passed; ends with 1 when anything failed.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const SERVER = path.join(ROOT, 'sync-server/src/main.ts');
const TEST_MS = 10_000;
const GROUP_MS = 10 * 60_000;

/**
 * Folders of the checkout, the files in them, and whether they share one process: suites that set up a database for
 * each other do.
 * @type {Record<string, { folder: string, files: RegExp, isOneProcess: boolean }[]>}
 */
const SUITES = {
	integration: [{ folder: 'tests/integration', files: /^test\..*\.js$/, isOneProcess: false }],
	mapreduce: [{ folder: 'tests/mapreduce', files: /^test\..*\.js$/, isOneProcess: false }],
	find: ['test-suite-1', 'test-suite-2', 'test-issues'].map((name) => ({
		folder: `tests/find/${name}`,
		files: /\.js$/,
		isOneProcess: true
	}))
};

const [checkout = '', suite = 'integration', part = ''] = process.argv.slice(2);
const groups = SUITES[suite];
const mocha = path.resolve(checkout, 'node_modules/mocha/bin/_mocha');
if (checkout === '' || groups === undefined || !existsSync(mocha)) {
	console.error(
		'npm run conformance -- CHECKOUT [integration|mapreduce|find [FILE]]\n' +
			'CHECKOUT is a checkout of github.com/pouchdb/pouchdb, installed and built.'
	);
	process.exit(1);
}

const temporary = await mkdtemp(path.join(tmpdir(), 'outlay-conformance-'));
const server = spawn(process.execPath, ['--import', 'tsx', SERVER], {
	cwd: ROOT,
	env: {
		...process.env,
		HOST: '127.0.0.1',
		PORT: '0',
		OUTLAY_DATA: path.join(temporary, 'data'),
		OUTLAY_ADMIN: 'admin:admin'
	},
	stdio: ['ignore', 'pipe', 'inherit']
});
// The suite counts on a server that only fails.
const failing = createServer((_request, response) => {
	response.writeHead(500, { 'content-type': 'application/json' }).end('{}');
});

try {
	const port = await portOf(server);
	await new Promise((resolve) => {
		failing.once('error', resolve).listen(3010, '127.0.0.1', () => resolve(undefined));
	});
	const counts = { passed: 0, failed: 0, pending: 0 };
	for (const { folder, files, isOneProcess } of groups) {
		const names = (await readdir(path.join(checkout, folder)))
			.filter((name) => files.test(name) && name !== 'test.setup_global_hooks.js')
			.filter((name) => isOneProcess || name.includes(part))
			.sort()
			.map((name) => path.join(folder, name));
		for (const group of isOneProcess ? [names] : names.map((name) => [name])) {
			const label = isOneProcess ? folder : String(group[0]);
			const report = await run(group, port);
			if (report === null) {
				console.log(`- ${label} ended without a report`);
				counts.failed += 1;
				continue;
			}
			counts.passed += report.passes.length;
			counts.failed += report.failures.length;
			counts.pending += report.pending.length;
			for (const { fullTitle, err } of report.failures) {
				console.log(`- ${label}: ${fullTitle}\n    ${String(err?.message).split('\n')[0]}`);
			}
		}
	}
	console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.pending} pending`);
	process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
} finally {
	failing.close();
	await new Promise((resolve) => {
		server.once('exit', resolve);
		if (!server.kill('SIGTERM')) resolve(undefined);
	});
	await rm(temporary, { recursive: true, force: true });
}

/**
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, null>} child
 * @returns {Promise<string>}
 */
function portOf(child) {
	return new Promise((resolve, reject) => {
		let printed = '';
		child.stdout.setEncoding('utf8').on('data', (text) => {
			printed += text;
			const port = /listens on http:\/\/\S+:(\d+)/.exec(printed)?.[1];
			if (port !== undefined) resolve(port);
		});
		child.once('exit', () => reject(new Error('The server did not start.')));
	});
}

/**
 * The report of mocha; null when there is none.
 * @param {string[]} files
 * @param {string} port
 * @returns {Promise<{ passes: object[], failures: { fullTitle: string, err?: { message?: string } }[], pending: object[] } | null>}
 */
async function run(files, port) {
	const output = path.join(temporary, 'report.json');
	await rm(output, { force: true });
	const args = [
		...[mocha, '--exit', '--timeout', String(TEST_MS)],
		...['--require', './tests/integration/node.setup.js'],
		...['--reporter', 'json', '--reporter-option', `output=${output}`],
		// In the integration suite, tests of local databases alone are left out.
		...(suite === 'integration' ? ['--grep', 'http'] : []),
		...files
	];
	const child = spawn(process.execPath, args, {
		cwd: checkout,
		env: {
			...process.env,
			TYPE: suite,
			CLIENT: 'node',
			SERVER: 'couchdb-master',
			COUCH_HOST: `http://admin:admin@127.0.0.1:${port}`,
			VIEW_ADAPTERS: 'memory',
			...(suite === 'integration' ? {} : { ADAPTERS: 'http' }),
			...(suite === 'find' ? { PLUGINS: 'pouchdb-find' } : {})
		},
		stdio: 'ignore'
	});
	const timer = setTimeout(() => child.kill('SIGKILL'), GROUP_MS);
	await new Promise((resolve) => child.once('exit', resolve));
	clearTimeout(timer);
	return existsSync(output) ? JSON.parse(await readFile(output, 'utf8')) : null;
}
