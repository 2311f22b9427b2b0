import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { FixRow } from '@outlay/domain/trip';
import { chromium } from 'playwright';
import { build, type Rollup } from 'vite';
import type { TripMeasuring } from '#lib/commands/ports.ts';
import { quantile } from '../../support/quantile.ts';
import { dayOfFixes } from './throughput.ts';

const PAGE = fileURLToPath(new URL('./page.ts', import.meta.url));
const TIMES = 15;
const FRESH_WORKERS = 7;

/**
 * A day of fixes through the app's own worker in Chromium, from the rows on the page to the answer: the way there and
 * back, measuring and simplifying included. One row for a worker that goes on, one for the first answers of new ones,
 * with their start and before anything is compiled; as `throughputRows` has them.
 */
export async function browserRows(): Promise<string[][]> {
	const files = await builtPage();
	const server = createServer((request, response) => {
		const path = request.url ?? '/';
		const file = files.get(path.slice(1));
		const isPage = path === '/';
		response.setHeader('content-type', isPage ? 'text/html' : 'text/javascript');
		response.statusCode = isPage || file !== undefined ? 200 : 404;
		response.end(
			isPage
				? '<!doctype html><meta charset="utf-8"><title>bench</title><script type="module" src="/page.js"></script>'
				: file
		);
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	const browser = await chromium.launch({
		executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
		args: ['--no-sandbox']
	});
	try {
		const tab = await browser.newPage();
		// The runner names functions through a helper that pages don't have.
		await tab.addInitScript('globalThis.__name = (named) => named');
		await tab.goto(`http://127.0.0.1:${address.port}/`);
		const fixes = dayOfFixes().map(({ timeMs, lat, lon, accuracyM, speedMps }): FixRow => [
			timeMs,
			lat,
			lon,
			accuracyM,
			speedMps ?? null,
			null
		]);
		const { warm, fresh } = await tab.evaluate(askWorkers, {
			fixes,
			times: TIMES,
			freshWorkers: FRESH_WORKERS
		});
		return [
			row('ours, in the worker in Chromium', warm, fixes.length),
			row('ours, by a worker that starts', fresh, fixes.length)
		];
	} finally {
		await browser.close();
		server.close();
	}
}

/** Runs in the page. */
async function askWorkers(asked: {
	fixes: FixRow[];
	times: number;
	freshWorkers: number;
}): Promise<{ warm: number[]; fresh: number[] }> {
	const { createTripMeasuring } = globalThis as unknown as {
		createTripMeasuring: () => TripMeasuring;
	};
	const timed = async (measuring: TripMeasuring) => {
		const askedAtMs = performance.now();
		await measuring.measure(asked.fixes, []);
		return performance.now() - askedAtMs;
	};
	const fresh: number[] = [];
	for (let n = 0; n < asked.freshWorkers; n += 1) fresh.push(await timed(createTripMeasuring()));
	const measuring = createTripMeasuring();
	const warm: number[] = [];
	for (let n = 0; n < asked.times; n += 1) warm.push(await timed(measuring));
	return { warm, fresh };
}

function row(name: string, times: readonly number[], fixCount: number): string[] {
	const median = quantile(times, 0.5);
	return [
		name,
		times[0]!.toFixed(0),
		median.toFixed(0),
		Math.min(...times).toFixed(0),
		(fixCount / median / 1000).toFixed(2)
	];
}

/** The page's scripts by their path, the worker's among them. */
async function builtPage(): Promise<ReadonlyMap<string, string | Uint8Array>> {
	const { output } = (await build({
		configFile: false,
		logLevel: 'error',
		worker: { format: 'es' },
		build: {
			write: false,
			minify: true,
			rollupOptions: { input: PAGE, output: { format: 'es', entryFileNames: 'page.js' } }
		}
	})) as Rollup.RollupOutput;
	return new Map(output.map((file) => [file.fileName, 'code' in file ? file.code : file.source]));
}
