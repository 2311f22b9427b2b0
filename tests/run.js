/**
 * `npm test` on a fresh machine: installs what is missing (packages, browser), then checks everything, cheap things
 * first, and stops at the first step that fails. Plain JavaScript, since nothing may be installed yet.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from '../sync-server/install-packages.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const RESULTS = join(ROOT, 'test-results');
/** @type {{ passed: number, failed: number, skipped: number }} */
const tally = { passed: 0, failed: 0, skipped: 0 };

try {
	installPackages();
} catch (error) {
	fail(error instanceof Error ? error.message : String(error));
}
process.env['CHROMIUM_PATH'] = findOrInstallChromium();
installStrace();
rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });

const bin = (/** @type {string} */ name) => join(ROOT, 'node_modules/.bin', name);
const MESSAGES = ['--project', 'src/lib/messages/project.inlang', '--outdir', 'src/lib/paraglide'];

step('messages', bin('paraglide-js'), ['compile', '--silent', ...MESSAGES]);
step('generated types', bin('svelte-kit'), ['sync']);
await sideBySide([
	['lint', bin('eslint'), ['--max-warnings', '0', '.']],
	['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
	['types', 'npm', ['run', '--silent', 'check:types']],
	['room rules', 'npm', ['run', '--silent', 'lint:rooms']],
	['unused code', bin('knip'), []]
]);
vitest('unit and server', ['unit', 'sync-server']);
vitest('components', ['component']);
vitest('integration', ['integration']);
step('build', bin('vite'), ['build', '--logLevel', 'error']);
playwright();

report();

/** CHROMIUM_PATH, an installed one, Debian's package, or Playwright's own, in that order. */
function findOrInstallChromium() {
	const given = process.env['CHROMIUM_PATH'];
	if (given) return existsSync(given) ? given : fail(`CHROMIUM_PATH: there is no ${given}.`);
	const known = [
		'/usr/bin/chromium',
		'/usr/bin/chromium-browser',
		'/usr/bin/google-chrome',
		'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
	];
	const found = known.find((path) => existsSync(path));
	if (found) return found;
	if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
		step('browser: package lists', 'apt-get', ['update', '-qq']);
		step('browser', 'apt-get', ['install', '-y', '-qq', 'chromium']);
		if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium';
	}
	step('browser', join(ROOT, 'node_modules/.bin/playwright'), ['install', 'chromium']);
	const asked = spawnSync(
		process.execPath,
		['-e', "import('playwright').then((p) => console.log(p.chromium.executablePath()))"],
		{ cwd: ROOT, encoding: 'utf8' }
	);
	const path = asked.stdout.trim();
	return existsSync(path) ? path : fail('No Chromium found. Install one and set CHROMIUM_PATH.');
}

/** The proof that what is acknowledged is flushed looks at the calls to the kernel; without strace it is skipped by name. */
function installStrace() {
	if (process.platform !== 'linux' || spawnSync('strace', ['-V']).status === 0) return;
	if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
		run('strace: package lists', 'apt-get', ['update', '-qq']);
		if (run('strace', 'apt-get', ['install', '-y', '-qq', 'strace'])) return;
	}
	console.log('strace is missing: the flush of writes is proven only if there is a C compiler.');
}

/**
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [more]
 */
function run(name, command, args, more = {}) {
	const startedAtMs = Date.now();
	console.log(`\n── ${name}`);
	const { status, error } = spawnSync(command, args, {
		cwd: ROOT,
		stdio: 'inherit',
		env: { ...process.env, ...more }
	});
	if (error) console.error(error.message);
	console.log(`── ${name}: ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`);
	return status === 0;
}

/**
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 */
function step(name, command, args) {
	if (!run(name, command, args)) fail(`"${name}" failed.`);
}

/**
 * Steps that use one core each and write nothing that another reads. What one prints stays together; all are seen
 * through, so that one run names everything that is wrong.
 *
 * @param {[name: string, command: string, args: string[]][]} steps the first runs beside the others, which follow each other
 */
async function sideBySide([first, ...others]) {
	/** @type {string[]} */
	const failed = [];
	/** @param {[string, string, string[]]} step */
	const runOne = async ([name, command, args]) => {
		if (!(await runQuietly(name, command, args))) failed.push(`"${name}" failed.`);
	};
	const oneByOne = async () => {
		for (const step of others) await runOne(step);
	};
	await Promise.all([first && runOne(first), oneByOne()]);
	if (failed.length > 0) fail(failed.join('\n'));
}

/**
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<boolean>}
 */
function runQuietly(name, command, args) {
	const startedAtMs = Date.now();
	return new Promise((settle) => {
		/** @type {Buffer[]} */
		const printed = [];
		const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
		child.stdout.on('data', (bytes) => printed.push(bytes));
		child.stderr.on('data', (bytes) => printed.push(bytes));
		child.on('error', (error) => printed.push(Buffer.from(`${error.message}\n`)));
		child.on('close', (status) => {
			const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
			console.log(`\n── ${name}\n${Buffer.concat(printed).toString()}── ${name}: ${seconds} s`);
			settle(status === 0);
		});
	});
}

/**
 * @param {string} name
 * @param {string[]} projects
 */
function vitest(name, projects) {
	const file = join(RESULTS, `${projects[0]}.json`);
	const isGreen = run(name, bin('vitest'), [
		'run',
		...projects.flatMap((project) => ['--project', project]),
		'--reporter=default',
		'--reporter=json',
		`--outputFile.json=${file}`
	]);
	if (existsSync(file)) {
		const counted = JSON.parse(readFileSync(file, 'utf8'));
		tally.passed += counted.numPassedTests;
		tally.failed += counted.numFailedTests;
		tally.skipped += counted.numPendingTests + counted.numTodoTests;
	}
	if (!isGreen) fail(`"${name}" failed.`);
}

function playwright() {
	const file = join(RESULTS, 'end-to-end.json');
	const isGreen = run(
		'end to end',
		bin('playwright'),
		['test', '--config', 'tests/e2e/playwright.config.ts', '--reporter=list,json'],
		{ PLAYWRIGHT_JSON_OUTPUT_FILE: file }
	);
	if (existsSync(file)) {
		const { stats } = JSON.parse(readFileSync(file, 'utf8'));
		tally.passed += stats.expected + stats.flaky;
		tally.failed += stats.unexpected;
		tally.skipped += stats.skipped;
	}
	if (!isGreen) fail('"end to end" failed.');
}

function report() {
	console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function fail(sentence) {
	console.error(`\n${sentence}`);
	report();
	process.exit(1);
}
