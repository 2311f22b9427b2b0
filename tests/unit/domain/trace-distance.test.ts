import fc from 'fast-check';
import geographiclib from 'geographiclib-geodesic';
import { describe, expect, it } from 'vitest';
import { geodesicM } from '@outlay/domain/geodesic';
import { routeStretches } from '@outlay/domain/route-line';
import { createDistanceMeter, measureTrace } from '@outlay/domain/trace-distance';
import type { FixRow } from '@outlay/domain/trip';

const karney = geographiclib.Geodesic.WGS84;

/** A drive in a straight line from a place: one fix every `everyS` seconds. */
function drive(options: {
	latitude?: number;
	longitude?: number;
	azimuth?: number;
	speedMps?: number;
	seconds: number;
	everyS?: number;
	fromMs?: number;
	accuracyM?: number;
}): FixRow[] {
	const { latitude = 55.4, longitude = 10.4, azimuth = 60, speedMps = 20, everyS = 1 } = options;
	const fixes: FixRow[] = [];
	for (let second = 0; second <= options.seconds; second += everyS) {
		const at = karney.Direct(latitude, longitude, azimuth, speedMps * second);
		fixes.push([
			(options.fromMs ?? 0) + second * 1000,
			at.lat2!,
			((at.lon2! + 540) % 360) - 180,
			options.accuracyM ?? 5,
			speedMps,
			azimuth
		]);
	}
	return fixes;
}

/** The last place of `fixes`, kept for a while with noise of a few metres. */
function lieStill(fixes: readonly FixRow[], seconds: number, noiseM = 4): FixRow[] {
	const [fromMs, latitude, longitude] = fixes.at(-1)!;
	return Array.from({ length: seconds }, (_, index) => [
		fromMs + (index + 1) * 1000,
		latitude + (Math.sin(index * 7.3) * noiseM) / 111_000,
		longitude + (Math.cos(index * 3.1) * noiseM) / 64_000,
		5,
		0,
		null
	]);
}

describe('measureTrace', () => {
	it('measures nothing from no fix and from one', () => {
		const nothing = { distanceM: 0, gaps: [], method: 'wgs84-sum@1', rejectedCount: 0 };
		expect(measureTrace([])).toEqual({ ...nothing, path: [] });
		expect(measureTrace([[1000, 55, 10, 5, null, null]])).toEqual({
			...nothing,
			path: [[1000, 55, 10]]
		});
	});

	it('measures a straight drive within the last circle of 10 m', () => {
		const measure = measureTrace(drive({ seconds: 600, speedMps: 20 }));
		expect(Math.abs(measure.distanceM - 12_000)).toBeLessThan(10);
		expect(measure.gaps).toEqual([]);
		expect(measure.rejectedCount).toBe(0);
	});

	it.each([
		['over the antimeridian', { latitude: -16.5, longitude: 179.95, azimuth: 90 }],
		['past the pole', { latitude: 89.95, longitude: 30, azimuth: 1 }]
	])('measures %s', (_, place) => {
		const measure = measureTrace(drive({ ...place, seconds: 600, speedMps: 20 }));
		expect(Math.abs(measure.distanceM - 12_000)).toBeLessThan(10);
		expect(measure.gaps).toEqual([]);
	});

	it('does not depend on the order, and leaves out repeated and unusable fixes', () => {
		const fixes = drive({ seconds: 300 });
		const clean = measureTrace(fixes);
		const [timeMs, latitude, longitude] = fixes[100]!;
		const dirty: FixRow[] = [
			...fixes.toReversed(),
			fixes[50]!,
			[timeMs + 300, Number.NaN, longitude, 5, null, null],
			[timeMs + 310, latitude, Number.POSITIVE_INFINITY, 5, null, null],
			[timeMs + 320, latitude + 0.3, longitude, 1400, null, null],
			[timeMs + 330, latitude, longitude, -1, null, null],
			[timeMs + 340, 91, longitude, 5, null, null],
			[Number.NaN, latitude, longitude, 5, null, null]
		];
		const measure = measureTrace(dirty);
		expect(measure.rejectedCount).toBeGreaterThanOrEqual(6);
		expect(measure.distanceM).toBeCloseTo(clean.distanceM, 6);
		expect(measure.path).toEqual(clean.path);
	});

	it('does not drive while the phone lies still', () => {
		const there = drive({ seconds: 120 });
		const parked = [...there, ...lieStill(there, 3600)];
		expect(measureTrace(parked).distanceM - measureTrace(there).distanceM).toBeLessThan(10);
	});

	it('drives on after lying still', () => {
		const there = drive({ seconds: 120 });
		const parked = [...there, ...lieStill(there, 600)];
		const [fromMs, latitude, longitude] = there.at(-1)!;
		const on = drive({ seconds: 120, latitude, longitude, fromMs: fromMs + 601_000 });
		expect(Math.abs(measureTrace([...parked, ...on]).distanceM - 4800)).toBeLessThan(30);
	});

	it('leaves out a ghost far away, also when it comes first', () => {
		const fixes = drive({ seconds: 300 });
		const clean = measureTrace(fixes);
		const ghost: FixRow = [150_500, 56.2, 12.1, 20, null, null];
		expect(measureTrace([...fixes, ghost]).distanceM).toBeCloseTo(clean.distanceM, 6);
		const remembered: FixRow = [-1000, 56.2, 12.1, 20, null, null];
		const measure = measureTrace([remembered, ...fixes]);
		expect(Math.abs(measure.distanceM - clean.distanceM)).toBeLessThan(10);
		expect(measure.rejectedCount).toBe(1);
	});

	it('counts a gap as a straight line and lists it', () => {
		const fixes = drive({ seconds: 600 });
		const gappy = fixes.filter(([timeMs]) => timeMs <= 200_000 || timeMs >= 380_000);
		const measure = measureTrace(gappy);
		expect(measure.gaps).toHaveLength(1);
		expect(measure.gaps[0]).toMatchObject({ fromMs: 200_000, toMs: 380_000 });
		expect(measure.gaps[0]!.straightM).toBeCloseTo(3600, 3);
		expect(Math.abs(measure.distanceM - 12_000)).toBeLessThan(10);
	});

	it.each([
		[9, 200, 0],
		[12, 50, 0],
		[12, 70, 1],
		[29, 40, 0],
		[31, 40, 1],
		[31, 0, 1]
	])('a silence of %i s over %i m is a gap %i times', (seconds, metres, count) => {
		const to = karney.Direct(55, 10, 0, metres);
		const measure = measureTrace([
			[0, 55, 10, 5, null, null],
			[seconds * 1000, to.lat2!, to.lon2!, 5, null, null]
		]);
		expect(measure.gaps).toHaveLength(count);
	});

	it('joins silences of a phone that lies still into one gap of 0 m', () => {
		const fixes: FixRow[] = [0, 60, 120, 180].map((second) => [
			second * 1000,
			55 + second * 1e-7,
			10,
			5,
			null,
			null
		]);
		expect(measureTrace(fixes).gaps).toEqual([{ fromMs: 0, toMs: 180_000, straightM: 0 }]);
	});

	it('counts nothing over a pause', () => {
		const before = drive({ seconds: 100 });
		const after = drive({ seconds: 100, latitude: 56, fromMs: 1_000_000 });
		const measure = measureTrace([...before, ...after], {
			pauses: [{ fromMs: 100_500, toMs: 999_500 }]
		});
		expect(Math.abs(measure.distanceM - 4000)).toBeLessThan(20);
		expect(measure.gaps).toEqual([{ fromMs: 100_000, toMs: 1_000_000, straightM: 0 }]);
	});

	it('never lists more gaps than a trip document takes', () => {
		const fixes = drive({ seconds: 40 * 6000, everyS: 40, speedMps: 3 });
		const measure = measureTrace(fixes);
		expect(measure.gaps).toHaveLength(4999);
		expect(measure.gaps.at(-1)!.toMs).toBe(fixes.at(-1)![0]);
		expect(routeStretches(measure.path, measure.gaps)).toHaveLength(5000);
		expect(Math.abs(measure.distanceM - 720_000)).toBeLessThan(1);
	});

	it('takes a day of one fix a second', () => {
		const day = drive({ seconds: 86_399, speedMps: 14 });
		expect(day).toHaveLength(86_400);
		expect(Math.abs(measureTrace(day).distanceM / (86_399 * 14) - 1)).toBeLessThan(1e-4);
	});

	it('gives any trace sane figures, one stretch more than gaps, and what the live meter says', () => {
		const fix = fc.tuple(
			fc.integer({ min: 0, max: 400_000 }),
			fc.double({ min: 55, max: 55.01 }),
			fc.double({ min: 10, max: 10.01 }),
			fc.double({ min: -1, max: 150 }),
			fc.constant(null),
			fc.constant(null)
		);
		const pause = fc.record({
			fromMs: fc.integer({ min: 0, max: 200_000 }),
			toMs: fc.integer({ min: 200_000, max: 400_000 })
		});
		fc.assert(
			fc.property(fc.array(fix), fc.array(pause, { maxLength: 1 }), (fixes, pauses) => {
				const measure = measureTrace(fixes, { pauses });
				const { path, gaps } = measure;
				let pathM = 0;
				for (const [index, [timeMs, latitude, longitude]] of path.entries()) {
					const before = path[index - 1];
					if (!before) continue;
					expect(timeMs).toBeGreaterThan(before[0]);
					const isPaused = pauses.some(({ fromMs, toMs }) => fromMs < timeMs && toMs > before[0]);
					if (!isPaused) pathM += geodesicM(before[1], before[2], latitude, longitude);
				}
				if (pauses.length === 0) expect(measure.distanceM).toBeCloseTo(pathM, 6);
				else expect(measure.distanceM).toBeGreaterThanOrEqual(pathM - 1e-6);
				for (const gap of gaps) expect(path.some(([timeMs]) => timeMs === gap.toMs)).toBe(true);
				expect(routeStretches(path, gaps)).toHaveLength(path.length === 0 ? 0 : gaps.length + 1);

				const meter = createDistanceMeter({ pauses });
				let shown = { distanceM: 0, gaps: [] as readonly unknown[] };
				for (const each of [...fixes].sort((a, b) => a[0] - b[0])) {
					const next = meter.add(each);
					expect(next.distanceM).toBeGreaterThanOrEqual(shown.distanceM);
					shown = next;
				}
				expect(shown).toEqual({ distanceM: measure.distanceM, gaps });
				expect(meter.reading()).toEqual(measure);
			}),
			{ numRuns: 300 }
		);
	});
});
