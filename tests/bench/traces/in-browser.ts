import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { build, type Rollup } from 'vite';
import { quantile } from '../../support/quantile.ts';
import { dayOfFixes } from './throughput.ts';

const WORKER = fileURLToPath(new URL('../../../src/lib/workers/trip.worker.ts', import.meta.url));
const TIMES = 15;

/**
 * A day of fixes through the app's own worker in Chromium, as the app asks it: the message there and back, measuring and
 * simplifying included. One row for the whole of a drive's end, as `throughputRows` has them.
 */
export async function browserRows(): Promise<string[][]> {
	const script = await bundledWorker();
	const page = `<!doctype html><meta charset="utf-8"><title>bench</title>`;
	const server = createServer((request, response) => {
		const isScript = request.url === '/worker.js';
		response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
		response.end(isScript ? script : page);
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
		const fixes = dayOfFixes().map(({ timeMs, lat, lon, accuracyM, speedMps }) => [
			timeMs,
			lat,
			lon,
			accuracyM,
			speedMps ?? null,
			null
		]);
		const times = await tab.evaluate(askWorker, { fixes, times: TIMES });
		const median = quantile(times, 0.5);
		return [
			[
				'ours, in the worker in Chromium',
				times[0]!.toFixed(0),
				median.toFixed(0),
				Math.min(...times).toFixed(0),
				(fixes.length / median / 1000).toFixed(2)
			]
		];
	} finally {
		await browser.close();
		server.close();
	}
}

/** Runs in the page: a call as Comlink sends it, timed from asking to the answer. */
async function askWorker({ fixes, times }: { fixes: unknown[]; times: number }): Promise<number[]> {
	const worker = new Worker('/worker.js', { type: 'module' });
	const took: number[] = [];
	for (let n = 0; n < times; n += 1) {
		const askedAtMs = performance.now();
		await new Promise<void>((answered, failed) => {
			const id = `call-${n}`;
			const heard = ({ data }: MessageEvent<{ id?: string; type?: string }>) => {
				if (data.id !== id) return;
				worker.removeEventListener('message', heard);
				if (data.type === 'RAW') answered();
				else failed(new Error('the worker refused'));
			};
			worker.addEventListener('message', heard);
			const argumentList = [fixes, []].map((value) => ({ type: 'RAW', value }));
			worker.postMessage({ id, type: 'APPLY', path: ['measure'], argumentList });
		});
		took.push(performance.now() - askedAtMs);
	}
	return took;
}

async function bundledWorker(): Promise<string> {
	const built = (await build({
		configFile: false,
		logLevel: 'error',
		build: {
			write: false,
			minify: true,
			rollupOptions: { input: WORKER, output: { format: 'es' } }
		}
	})) as Rollup.RollupOutput;
	const [chunk] = built.output;
	return chunk.code;
}
