import fc from 'fast-check';
import geographiclib from 'geographiclib-geodesic';
import { describe, expect, it } from 'vitest';
import { geodesicM } from '@outlay/domain/geodesic';
import { routeStretches } from '@outlay/domain/route-line';
import { measureTrace, TRACE_METHOD } from '@outlay/domain/trace-distance';
import { SYNTHETIC_KINDS, syntheticTrace } from '../../support/synthetic-trace.ts';
import { aFix, lieStill, straightDrive } from '../../support/traces.ts';

const karney = geographiclib.Geodesic.WGS84;

describe('measureTrace', () => {
	it('measures nothing from no fix and from one', () => {
		const nothing = { distanceM: 0, lowM: 0, highM: 0, gaps: [], stops: [], rejected: [] };
		expect(measureTrace([])).toEqual({ ...nothing, path: [], method: TRACE_METHOD });
		const { path, ...figures } = measureTrace([aFix(1000, 55, 10)]);
		expect(figures).toEqual({ ...nothing, method: TRACE_METHOD });
		expect(path).toHaveLength(1);
		expect(geodesicM(path[0]![1], path[0]![2], 55, 10)).toBeLessThan(1e-6);
	});

	it('names its method and version, short enough for a trip document', () => {
		expect(TRACE_METHOD).toMatch(/^[a-z0-9-]+@\d+$/);
		expect(TRACE_METHOD.length).toBeLessThanOrEqual(60);
	});

	it.each([1, 5, 10])('measures a straight drive with a fix every %i s exactly', (everyS) => {
		const measure = measureTrace(straightDrive({ seconds: 600, everyS }));
		expect(Math.abs(measure.distanceM - 12_000)).toBeLessThan(0.1);
		expect(measure).toMatchObject({ gaps: [], stops: [], rejected: [] });
		expect(measure.lowM).toBeLessThan(12_000);
		expect(measure.highM).toBeGreaterThan(12_000);
	});

	it.each([
		['over the antimeridian', { latitude: -16.5, longitude: 179.95, azimuth: 90 }],
		['along the antimeridian', { latitude: 60, longitude: 180, azimuth: 0.5 }],
		['past the north pole', { latitude: 89.95, longitude: 30, azimuth: 1 }],
		['past the south pole', { latitude: -89.95, longitude: -120, azimuth: 179 }]
	])('measures %s', (_, place) => {
		const measure = measureTrace(straightDrive({ ...place, seconds: 600 }));
		expect(Math.abs(measure.distanceM - 12_000)).toBeLessThan(0.1);
		expect(measure.gaps).toEqual([]);
	});

	it('agrees with Karney within 1e-9 on steps below 1 km', () => {
		fc.assert(
			fc.property(
				fc.double({ min: -89, max: 89, noNaN: true }),
				fc.double({ min: -180, max: 180, noNaN: true }),
				fc.double({ min: 0, max: 360, noNaN: true }),
				fc.double({ min: 61, max: 1000, noNaN: true }),
				(latitude, longitude, azimuth, stepM) => {
					const to = karney.Direct(latitude, longitude, azimuth, stepM);
					const toLongitude = ((to.lon2! + 540) % 360) - 180;
					const exactM = karney.Inverse(latitude, longitude, to.lat2!, toLongitude).s12!;
					// A gap is the straight line itself, without smoothing.
					const { gaps } = measureTrace([
						aFix(0, latitude, longitude),
						aFix(31_000, to.lat2!, toLongitude)
					]);
					expect(Math.abs(gaps[0]!.straightM - exactM)).toBeLessThanOrEqual(exactM * 1e-9 + 1e-8);
				}
			),
			{ numRuns: 500 }
		);
	});

	it('does not drive while the phone lies still, and says where it stopped', () => {
		const there = straightDrive({ seconds: 120 });
		const measure = measureTrace([...there, ...lieStill(there, 3600)]);
		expect(Math.abs(measure.distanceM - 2400)).toBeLessThan(10);
		expect(measure.stops).toHaveLength(1);
		const stop = measure.stops[0]!;
		const end = there.at(-1)!;
		expect(geodesicM(stop.lat, stop.lon, end.lat, end.lon)).toBeLessThan(3);
		expect(stop.toMs - stop.fromMs).toBeGreaterThan(3_500_000);
	});

	it('drives on after lying still', () => {
		const there = straightDrive({ seconds: 120 });
		const parked = [...there, ...lieStill(there, 600)];
		const { lat, lon } = there.at(-1)!;
		const on = straightDrive({ seconds: 120, latitude: lat, longitude: lon, fromMs: 721_000 });
		expect(Math.abs(measureTrace([...parked, ...on]).distanceM - 4800)).toBeLessThan(20);
	});

	it('leaves out ghosts, also a first one, two cell towers taking turns, and a crowd', () => {
		const fixes = straightDrive({ seconds: 900 });
		const clean = measureTrace(fixes).distanceM;
		const ghosts = [
			aFix(-1000, 56.2, 12.1, 20),
			aFix(150_500, 56.2, 12.1, 20),
			...Array.from({ length: 20 }, (_, n) =>
				aFix(300_500 + n * 1000, n % 2 === 0 ? 55.9 : 54.8, n % 2 === 0 ? 10.9 : 9.8, 60)
			),
			...Array.from({ length: 40 }, (_, n) => aFix(600_300 + n * 310, 55.7, 10.1, 80))
		];
		const measure = measureTrace([...fixes, ...ghosts]);
		expect(Math.abs(measure.distanceM - clean)).toBeLessThan(20);
		expect(measure.rejected.map(({ index }) => index)).toEqual(ghosts.map((_, n) => 901 + n));
		expect(new Set(measure.rejected.map(({ reason }) => reason))).toEqual(new Set(['unreachable']));
	});

	it('says why it left out a fix', () => {
		const fixes = straightDrive({ seconds: 100 });
		const { timeMs, lat, lon } = fixes[50]!;
		const dirty = [
			...fixes,
			{ ...fixes[20]! },
			aFix(timeMs + 300, Number.NaN, lon),
			aFix(timeMs + 310, lat, Number.POSITIVE_INFINITY),
			aFix(timeMs + 320, lat, lon, -1),
			aFix(timeMs + 330, 91, lon),
			aFix(Number.NaN, lat, lon),
			aFix(timeMs + 340, lat, lon, Number.NaN),
			aFix(timeMs + 350, lat + 0.3, lon, 1400)
		];
		const measure = measureTrace(dirty);
		expect(measure.rejected.map(({ reason }) => reason)).toEqual([
			'repeated',
			...Array<string>(6).fill('unreadable'),
			'inaccurate'
		]);
		expect(measure.distanceM).toBeCloseTo(measureTrace(fixes).distanceM, 6);
	});

	it('counts a gap as a straight line, lists it, and widens the interval by what may lie in it', () => {
		const fixes = straightDrive({ seconds: 600 });
		const gappy = fixes.filter(({ timeMs }) => timeMs <= 200_000 || timeMs >= 380_000);
		const measure = measureTrace(gappy);
		expect(measure.gaps).toHaveLength(1);
		expect(measure.gaps[0]).toMatchObject({ fromMs: 200_000, toMs: 380_000 });
		expect(measure.gaps[0]!.straightM).toBeCloseTo(3600, 3);
		expect(Math.abs(measure.distanceM - 12_000)).toBeLessThan(0.1);

		// The same silence with a detour in it: less far, and so more room.
		const { lat, lon } = fixes[200]!;
		const on = straightDrive({
			seconds: 200,
			latitude: lat + 0.005,
			longitude: lon,
			fromMs: 380_000
		});
		const detour = measureTrace([...gappy.filter(({ timeMs }) => timeMs <= 200_000), ...on]);
		expect(detour.highM - detour.distanceM).toBeGreaterThan(
			measure.highM - measure.distanceM + 1000
		);
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
		const fixes = [aFix(0, 55, 10), aFix(seconds * 1000, to.lat2!, to.lon2!)];
		expect(measureTrace(fixes).gaps).toHaveLength(count);
	});

	it('joins silences of a phone that lies still into one gap of 0 m', () => {
		const fixes = [0, 60, 120, 180].map((second) => aFix(second * 1000, 55 + second * 1e-7, 10));
		const measure = measureTrace(fixes);
		expect(measure.gaps).toEqual([{ fromMs: 0, toMs: 180_000, straightM: 0 }]);
		expect(measure.distanceM).toBe(0);
	});

	it('lists a move between two inaccurate fixes that one place could explain', () => {
		const measure = measureTrace([aFix(0, 55, 10, 90), aFix(25_000, 55.001, 10, 90)]);
		expect(measure.gaps).toHaveLength(1);
		expect(measure.gaps[0]!.straightM).toBeGreaterThan(100);
	});

	it('counts nothing over a pause, and nothing inside it', () => {
		const before = straightDrive({ seconds: 100 });
		const inside = straightDrive({ seconds: 50, latitude: 55.8, fromMs: 500_000 });
		const after = straightDrive({ seconds: 100, latitude: 56, fromMs: 1_000_000 });
		const measure = measureTrace([...before, ...inside, ...after], {
			pauses: [{ fromMs: 100_500, toMs: 999_500 }]
		});
		expect(Math.abs(measure.distanceM - 4000)).toBeLessThan(0.1);
		expect(measure.gaps).toEqual([{ fromMs: 100_000, toMs: 1_000_000, straightM: 0 }]);
		expect(measure.rejected).toHaveLength(inside.length);
		expect(measure.rejected.every(({ reason }) => reason === 'paused')).toBe(true);
	});

	it('believes a speed that agrees with the way, and none that does not', () => {
		const fixes = straightDrive({ seconds: 600 }).map((fix, n) => ({
			...fix,
			lat: fix.lat + (Math.sin(n * 2.1) * 6) / 111_000,
			lon: fix.lon + (Math.cos(n * 1.3) * 6) / 63_000
		}));
		const distanceWith = (speedMps: number | null) =>
			measureTrace(fixes.map((fix) => ({ ...fix, speedMps }))).distanceM;
		const without = distanceWith(null);
		expect(Math.abs(distanceWith(20) - 12_000)).toBeLessThan(Math.abs(without - 12_000));
		for (const wrong of [0, 9, 31, Number.NaN, -1, Number.POSITIVE_INFINITY]) {
			expect(distanceWith(wrong)).toBe(without);
		}
	});

	it('never lists more gaps than a trip document takes', () => {
		const fixes = straightDrive({ seconds: 40 * 6000, everyS: 40, speedMps: 3 });
		const measure = measureTrace(fixes);
		expect(measure.gaps).toHaveLength(4999);
		expect(measure.gaps.at(-1)!.toMs).toBe(fixes.at(-1)!.timeMs);
		expect(routeStretches(measure.path, measure.gaps)).toHaveLength(5000);
		expect(Math.abs(measure.distanceM - 720_000)).toBeLessThan(1);
	});

	it('takes a day of one fix a second', () => {
		const day = straightDrive({ seconds: 86_399, speedMps: 14 });
		expect(day).toHaveLength(86_400);
		const measure = measureTrace(day);
		expect(Math.abs(measure.distanceM / (86_399 * 14) - 1)).toBeLessThan(1e-6);
		expect(measure.path).toHaveLength(86_400);
	});
});

describe('measureTrace on made-up drives of known length', () => {
	it.each([
		['clean', 1.5],
		['typical', 1.5],
		['without speed', 1.5],
		['noisy', 5],
		['parked', 3.5],
		['every 5 s', 3]
	])('%s: nearer than %d percent', (kind, percent) => {
		for (const seed of [101, 102, 103]) {
			const { fixes, trueM } = syntheticTrace({ ...SYNTHETIC_KINDS[kind]!, seed });
			const { distanceM } = measureTrace(fixes);
			expect(Math.abs(distanceM / trueM - 1) * 100).toBeLessThan(percent);
		}
	});

	it.each(['tunnels', 'screen lock', 'every 15 s'])(
		'%s: lists the gaps, holds the truth',
		(kind) => {
			const held = [101, 102, 103, 104, 105].filter((seed) => {
				const { fixes, trueM } = syntheticTrace({ ...SYNTHETIC_KINDS[kind]!, seed });
				const { lowM, highM, gaps } = measureTrace(fixes);
				for (const [n, to] of fixes.entries()) {
					const from = fixes[n - 1];
					if (!from || to.timeMs - from.timeMs <= 30_000) continue;
					expect(gaps.some((gap) => gap.fromMs <= from.timeMs && gap.toMs >= to.timeMs)).toBe(true);
				}
				return lowM <= trueM && trueM <= highM;
			});
			expect(held.length).toBeGreaterThanOrEqual(4);
		}
	);
});
