import { describe, expect, it } from 'vitest';
import { measureTrace, TRACE_METHOD } from '@outlay/domain/trace-distance';
import { fixOfRow, tableOfRows } from '@outlay/domain/trace-fix';
import type { FixRow } from '@outlay/domain/trip';
import { createLazyWorker } from '#lib/workers/lazy-worker.ts';
import { measureTrip } from '#lib/workers/measure-trip.ts';
import { createTripMeasuring } from '#lib/workers/trip-client.ts';

/** Eastwards at 20 m/s with a bend, and three minutes of silence in the middle. */
const fixes: FixRow[] = Array.from({ length: 900 }, (_, second): FixRow => {
	const longitude = 10 + second * 3.14e-4;
	return [second * 1000, 55.4 + Math.sin(second / 90) * 0.002, longitude, 5, 20, 90];
}).filter(([timeMs]) => timeMs < 400_000 || timeMs > 580_000);

describe('trip measuring', () => {
	it('gives distance, gaps and line of a trip from the worker', async () => {
		const trip = await createTripMeasuring().measure(fixes, []);
		expect(trip).toEqual(measureTrip(tableOfRows(fixes), []));
		expect(trip.method).toBe(TRACE_METHOD);
		expect(trip.lowM).toBeLessThan(trip.distanceM);
		expect(trip.highM).toBeGreaterThan(trip.distanceM);
		expect(trip.distanceM).toBeGreaterThan(17_500);
		expect(trip.gaps).toHaveLength(1);
		expect(trip.stretches).toHaveLength(2);
		expect(trip.stretches.flat().length).toBeLessThan(fixes.length / 4);
	});

	it('gives the line with its times, with the speeds or without', async () => {
		const measuring = createTripMeasuring();
		const silent = fixes.map((row): FixRow => [row[0], row[1], row[2], row[3], null, null]);
		for (const rows of [fixes, silent]) {
			const { path, gaps } = measureTrace(rows.map(fixOfRow));
			expect(gaps).toHaveLength(1);
			expect(await measuring.line(rows, [])).toEqual({ path, gaps });
		}
		expect(await measuring.line([], [])).toEqual({ path: [], gaps: [] });
	});

	it('counts nothing inside a pause', async () => {
		const measuring = createTripMeasuring();
		const pauses = [{ fromMs: 400_000, toMs: 580_000 }];
		const [whole, paused] = await Promise.all([
			measuring.measure(fixes, []),
			measuring.measure(fixes, pauses)
		]);
		expect(whole.distanceM - paused.distanceM).toBeCloseTo(whole.gaps[0]!.straightM, 6);
		expect(paused.gaps.map(({ straightM }) => straightM)).toEqual([0]);
	});
});

describe('createLazyWorker', () => {
	type Api = { measure: typeof measureTrip };

	function counted(idleMs: number) {
		const workers: Worker[] = [];
		const ended: Worker[] = [];
		const lazy = createLazyWorker<Api>(() => {
			const worker = new Worker(
				new URL('../../../src/lib/workers/trip.worker.ts', import.meta.url),
				{ type: 'module' }
			);
			const terminate = worker.terminate.bind(worker);
			worker.terminate = () => {
				ended.push(worker);
				terminate();
			};
			workers.push(worker);
			return worker;
		}, idleMs);
		return { lazy, workers, ended };
	}

	it('starts at the first task, ends when idle, and starts again', async () => {
		const { lazy, workers, ended } = counted(20);
		expect(workers).toHaveLength(0);
		await Promise.all([
			lazy.run((api) => api.measure(tableOfRows(fixes), [])),
			lazy.run((api) => api.measure(tableOfRows([]), []))
		]);
		expect(workers).toHaveLength(1);
		await expect.poll(() => ended).toEqual(workers);
		expect((await lazy.run((api) => api.measure(tableOfRows([]), []))).distanceM).toBe(0);
		expect(workers).toHaveLength(2);
	});

	it('tells the tasks under way when the worker dies, and starts anew', async () => {
		const sources = ['throw new Error("broken")'];
		const lazy = createLazyWorker<Api>(() => {
			const source = sources.pop();
			return source
				? new Worker(URL.createObjectURL(new Blob([source])))
				: new Worker(new URL('../../../src/lib/workers/trip.worker.ts', import.meta.url), {
						type: 'module'
					});
		});
		await expect(lazy.run((api) => api.measure(tableOfRows([]), []))).rejects.toMatchObject({
			code: 'worker.failed'
		});
		expect((await lazy.run((api) => api.measure(tableOfRows([]), []))).distanceM).toBe(0);
	});
});
