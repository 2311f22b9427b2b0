import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** Which rule catches which planted import. A rule without a plant here fails the last test. */
const PLANTS: { rule: string; file: string; code: string }[] = [
	...(
		[
			['domain', '../commands/app.ts'],
			['commands', '#lib/storage/planted.ts'],
			['storage', '#lib/sync/planted.ts'],
			['sync', '#lib/ui/planted.ts'],
			['device', '#lib/storage/planted.ts'],
			['workers', '#lib/storage/planted.ts'],
			['ui', '#lib/state/planted.ts'],
			['map', '#lib/state/planted.ts'],
			['state', '#lib/storage/planted.ts']
		] as const
	).map(([room, target]) => ({
		rule: `${room}-stays-in-its-room`,
		file: `src/lib/${room}/planted-room.ts`,
		code: `import '${target}';`
	})),
	...(
		[
			['store', '../couch/planted.ts'],
			['access', '../couch/planted.ts'],
			['design', '../couch/planted.ts'],
			['indexes', '../couch/planted.ts'],
			['couch', '../mailroom/planted.ts'],
			['company', '../couch/planted.ts'],
			['mailroom', '../couch/planted.ts'],
			['privacy', '../couch/planted.ts'],
			['regions', '../store/planted.ts'],
			['http', '../couch/planted.ts']
		] as const
	).map(([room, target]) => ({
		rule: `server-${room}-stays-in-its-room`,
		file: `sync-server/src/${room}/planted-room.ts`,
		code: `import '${target}';`
	})),
	{ rule: 'domain-is-pure', file: 'src/lib/domain/planted-pure.ts', code: `import 'rxjs';` },
	{ rule: 'no-cycles', file: 'src/lib/ui/planted-a.ts', code: `import './planted-b.ts';` },
	{ rule: 'resolvable', file: 'src/lib/ui/planted-c.ts', code: `import './is-not-there.ts';` },
	{
		rule: 'nobody-imports-tests',
		file: 'src/lib/ui/planted-d.ts',
		code: `import '../../../tests/support/planted.ts';`
	},
	{
		rule: 'routes-go-through-state',
		file: 'src/routes/Planted.svelte',
		code: `<script lang="ts">import '#lib/storage/planted.ts';</script>`
	},
	{
		rule: 'routes-know-only-the-offer-of-commands',
		file: 'src/routes/planted.ts',
		code: `import '#lib/commands/planted.ts';`
	},
	{
		rule: 'start-is-only-for-pages',
		file: 'src/lib/ui/planted-e.ts',
		code: `import '#lib/start.ts';`
	},
	{ rule: 'start-draws-nothing', file: 'src/lib/start.ts', code: `import './ui/planted.ts';` },
	{
		rule: 'service-worker-stands-alone',
		file: 'src/service-worker/planted.ts',
		code: `import '#lib/storage/planted.ts';`
	},
	{
		rule: 'service-worker-sends-by-one-door',
		file: 'src/service-worker/send-later.ts',
		code: `import '#lib/storage/planted.ts';`
	},
	{
		rule: 'app-knows-no-server',
		file: 'src/lib/sync/planted-server.ts',
		code: `import '../../../sync-server/src/store/planted.ts';`
	},
	{
		rule: 'server-takes-only-the-domain',
		file: 'sync-server/src/store/planted-app.ts',
		code: `import '../../../src/lib/ui/planted.ts';`
	},
	{
		rule: 'rxdb-only-in-storage-and-sync',
		file: 'src/lib/state/planted-rxdb.ts',
		code: `import 'rxdb';`
	},
	{
		rule: 'leaflet-only-in-map',
		file: 'src/routes/Planted2.svelte',
		code: `<script>import 'leaflet';</script>`
	},
	{
		rule: 'comlink-only-in-workers',
		file: 'src/lib/state/planted-comlink.ts',
		code: `import 'comlink';`
	},
	{
		rule: 'workbox-only-at-the-edge',
		file: 'src/lib/state/planted-workbox.ts',
		code: `import 'workbox-routing';`
	}
];

const TARGETS = [
	...['storage', 'sync', 'ui', 'state', 'commands'].map((room) => `src/lib/${room}/planted.ts`),
	...['store', 'couch', 'mailroom'].map((room) => `sync-server/src/${room}/planted.ts`),
	'src/lib/commands/app.ts',
	'tests/support/planted.ts'
];

let folder = '';

/** A house of its own with only the planted files, so that the real one stays clean while tests run beside it. */
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'outlay-rooms-'));
	for (const file of [
		'package.json',
		'tsconfig.json',
		'tests/architecture/dependency-cruiser.cjs'
	]) {
		write(file, '');
		cpSync(join(ROOT, file), join(folder, file));
	}
	cpSync(join(ROOT, '.svelte-kit/tsconfig.json'), join(folder, '.svelte-kit/tsconfig.json'));
	symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
	for (const file of TARGETS) write(file, 'export const planted = 1;');
	write('src/lib/ui/planted-b.ts', `import './planted-a.ts';`);
	for (const { file, code } of PLANTS) write(file, code);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('each planted import is caught by the rule that is there for it', () => {
	const caught = cruise();
	const missed = PLANTS.filter(
		({ rule, file }) => !caught.some((found) => found.rule === rule && found.from === file)
	);
	expect(missed).toEqual([]);
});

test('no rule stands without a plant that proves it', async () => {
	const { default: config } = (await import('./dependency-cruiser.cjs')) as {
		default: { forbidden: { name: string }[] };
	};
	const proven = new Set(PLANTS.map(({ rule }) => rule));
	expect(config.forbidden.map(({ name }) => name).filter((name) => !proven.has(name))).toEqual([]);
});

function write(file: string, code: string): void {
	mkdirSync(dirname(join(folder, file)), { recursive: true });
	writeFileSync(join(folder, file), code);
}

function cruise(): { rule: string; from: string }[] {
	let output: string;
	try {
		output = execFileSync(
			process.execPath,
			[
				join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
				...['--config', 'tests/architecture/dependency-cruiser.cjs', '--output-type', 'json'],
				...['src', 'sync-server/src']
			],
			{ cwd: folder, encoding: 'utf8', maxBuffer: 1e8, stdio: ['ignore', 'pipe', 'pipe'] }
		);
	} catch (error) {
		// The tool exits with the number of violations; its answer is on standard output all the same.
		output = (error as { stdout: string }).stdout;
	}
	const { summary } = JSON.parse(output) as {
		summary: { violations: { from: string; rule: { name: string } }[] };
	};
	return summary.violations.map(({ from, rule }) => ({ rule: rule.name, from }));
}
