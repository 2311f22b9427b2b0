import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chaosBehindVite, chaosCommands } from './tests/support/chaos-behind-vite.ts';
import { outlayBehindVite, outlayCommands } from './tests/support/outlay-behind-vite.ts';

/** Where the sync server listens while the app runs with reload (`npm run dev`). */
const syncServer = process.env['OUTLAY_SYNC_SERVER'] ?? 'http://127.0.0.1:3000';

/** How long a test may take before it counts as hanging: a busy machine is no failure. */
const PATIENCE_MS = 120_000;

/** Where Vitest meets its browser; another number lets a second checkout test at the same time. */
const BROWSER_TEST_PORT = Number(process.env['OUTLAY_TEST_PORT'] ?? 63_315);

const chromium = playwright({
	launchOptions: {
		// Debian's Chromium; nothing is downloaded. Root needs --no-sandbox.
		executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update']
	}
});

/**
 * What is painted first, and what the first list takes, are a file each: every file costs a phone some milliseconds on
 * its way to the screen, and by itself each icon and sentence that two pages share would become one.
 */
const FIRST_FILES = {
	groups: [
		{
			name: 'shell',
			test: /[\\/]src[\\/]routes[\\/]\+(?:layout|page|error)\.svelte$/,
			priority: 2
		},
		{
			name: 'first-list',
			test: /[\\/]src[\\/](?:lib[\\/]start\.ts|routes[\\/](?:AccountShell|HomePage)\.svelte)$/,
			priority: 1
		}
	]
};

export default defineConfig({
	plugins: [
		paraglideVitePlugin({
			project: './src/lib/messages/project.inlang',
			outdir: './src/lib/paraglide',
			strategy: ['localStorage', 'preferredLanguage', 'baseLocale']
		}),
		tailwindcss(),
		sveltekit(),
		{
			name: 'outlay-first-files',
			// What SvelteKit builds to look at the pages itself, after it said so above, stays as it is.
			config: ({ build }) =>
				build?.ssr ? {} : { build: { rolldownOptions: { output: { codeSplitting: FIRST_FILES } } } }
		}
	],
	worker: { format: 'es' },
	optimizeDeps: {
		// Found only once the app runs otherwise, and then the page under test is reloaded.
		include: [
			'dexie',
			'rxdb/plugins/core',
			'rxdb/plugins/migration-schema',
			'rxdb/plugins/replication',
			'rxdb/plugins/storage-dexie',
			'rxjs',
			'typebox',
			'typebox/value'
		]
	},
	server: {
		port: 5173,
		strictPort: true,
		proxy: {
			// The API and the CouchDB addresses; the origin is ours, so the server's check passes.
			'^/(_outlay|_session|mailbox-|settings-|ledger-)': {
				target: syncServer,
				headers: { origin: syncServer }
			}
		}
	},
	test: {
		// Killed tabs of the fault tests leave work behind that finds its store gone.
		onUnhandledError: ({ message }) =>
			message.includes('this tab was killed') ? false : undefined,
		projects: [
			{
				extends: true,
				test: {
					name: 'unit',
					environment: 'node',
					// Pure functions leave nothing behind: loading them once halves the time.
					isolate: false,
					expect: { poll: { timeout: PATIENCE_MS / 2 } },
					testTimeout: PATIENCE_MS,
					include: ['tests/{unit,architecture}/**/*.test.ts']
				}
			},
			{
				extends: true,
				// Found only while a test runs, they would be bundled then and the page loaded again in the middle.
				optimizeDeps: {
					include: [
						'@mapbox/vector-tile',
						'axe-core',
						'comlink',
						'fit-file-parser',
						'hash-wasm',
						'leaflet',
						'pbf',
						'pmtiles',
						'topojson-client',
						'typebox',
						'ulid'
					],
					exclude: ['@lucide/svelte']
				},
				// Where there is no server, not even one that runs beside the tests on the port of `npm run dev`.
				plugins: [outlayBehindVite()],
				test: {
					name: 'component',
					include: ['tests/component/**/*.test.ts'],
					expect: { poll: { timeout: PATIENCE_MS / 2 } },
					testTimeout: PATIENCE_MS,
					hookTimeout: PATIENCE_MS,
					browser: {
						enabled: true,
						api: BROWSER_TEST_PORT,
						headless: true,
						screenshotFailures: false,
						provider: chromium,
						instances: [{ browser: 'chromium' }]
					}
				}
			},
			{
				extends: true,
				plugins: [outlayBehindVite(), chaosBehindVite()],
				test: {
					name: 'integration',
					include: ['tests/integration/**/*.test.ts'],
					expect: { poll: { timeout: PATIENCE_MS / 2 } },
					testTimeout: PATIENCE_MS,
					hookTimeout: PATIENCE_MS,
					// One server at a time behind the one origin.
					fileParallelism: false,
					browser: {
						enabled: true,
						api: BROWSER_TEST_PORT,
						headless: true,
						screenshotFailures: false,
						provider: chromium,
						commands: { ...outlayCommands, ...chaosCommands },
						instances: [{ browser: 'chromium' }]
					}
				}
			},
			{
				test: {
					name: 'sync-server',
					environment: 'node',
					include: ['sync-server/test/**/*.test.ts', 'tests/contract/**/*.test.ts'],
					expect: { poll: { timeout: PATIENCE_MS / 2 } },
					testTimeout: PATIENCE_MS,
					hookTimeout: PATIENCE_MS
				}
			}
		]
	}
});
