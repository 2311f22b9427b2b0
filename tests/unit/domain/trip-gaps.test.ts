import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDistanceMeter } from '@outlay/domain/distance-meter';
import { countedDistance, countedFixes, fillsOf, routeOf } from '@outlay/domain/driven-route';
import { createLiveLine } from '@outlay/domain/live-line';
import { routeStretches } from '@outlay/domain/route-line';
import { measureTrace } from '@outlay/domain/trace-distance';
import type { TraceFix } from '@outlay/domain/trace-fix';
import { MOST_EVENTS, type FixRow, type GapFill, type TripEvent } from '@outlay/domain/trip';
import { gapCause, pausesOf, withSleep } from '@outlay/domain/trip-events';
import { aTripBody } from '../../support/documents.ts';

/** East at 20 m/s for 15 minutes; between 400 s and 1,000 s no positions, and less way than there was time for. */
const drive: TraceFix[] = Array.from({ length: 900 }, (_, second) => ({
	timeMs: second * 1000,
	lat: 55.4,
	lon: 10 + second * 3.14e-4,
	accuracyM: 5,
	speedMps: 20
}))
	.filter(({ timeMs }) => timeMs < 400_000 || timeMs > 580_000)
	.map((fix) => (fix.timeMs < 400_000 ? fix : { ...fix, timeMs: fix.timeMs + 420_000 }));

const gap = { fromMs: 399_000, toMs: 1_001_000 };

describe('a filled gap', () => {
	const plain = measureTrace(drive);
	const [silence] = plain.gaps;
	const straightM = silence!.straightM;

	test('is found by its times, counts as it was filled and stays listed straight', () => {
		expect(silence).toMatchObject(gap);
		for (const isByRoad of [true, false]) {
			const filled = measureTrace(drive, {
				fills: [{ ...gap, distanceM: straightM + 2000, isByRoad }]
			});
			expect(filled.distanceM).toBeCloseTo(plain.distanceM + 2000, 6);
			expect(filled.gaps).toEqual(plain.gaps);
			expect(filled.path).toEqual(plain.path);
		}
	});

	test('moves the interval: a road may be another, points leave less room for detours', () => {
		const fill = { ...gap, distanceM: straightM + 2000 };
		const road = measureTrace(drive, { fills: [{ ...fill, isByRoad: true }] });
		expect(road.lowM).toBeLessThan(plain.distanceM);
		expect(road.lowM).toBeGreaterThan(plain.lowM * 0.99);
		expect(road.highM).toBeGreaterThan(road.distanceM);
		const via = measureTrace(drive, { fills: [{ ...fill, isByRoad: false }] });
		expect(via.lowM).toBeGreaterThan(plain.lowM);
		expect(via.highM - via.distanceM).toBeLessThan(plain.highM - plain.distanceM);
	});

	test('is never shorter than the straight line, and other times fill nothing', () => {
		const shorter = measureTrace(drive, { fills: [{ ...gap, distanceM: 1, isByRoad: true }] });
		expect(shorter.distanceM).toBeCloseTo(plain.distanceM, 6);
		const elsewhere = measureTrace(drive, {
			fills: [{ fromMs: 0, toMs: 1000, distanceM: 9000, isByRoad: false }]
		});
		expect(elsewhere).toEqual(plain);
	});
});

describe('why there is no position', () => {
	const at = (deed: TripEvent['deed'], atMs: number): TripEvent => ({ deed, atMs });
	const silence = { ...gap, straightM: 3000 };

	test.each([
		['asleep', [at('start', 0), at('sleep', 400_000), at('wake', 580_000)]],
		['closed', [at('start', 0), at('restart', 579_000)]],
		['closed', [at('sleep', 399_500), at('wake', 450_000), at('restart', 579_000)]],
		['paused', [at('start', 0), at('pause', 410_000), at('resume', 570_000)]],
		['paused', [at('pause', 410_000), at('restart', 500_000), at('resume', 570_000)]],
		['no-position', [at('start', 0), at('stop', 900_000)]],
		['no-position', [at('sleep', 100_000), at('wake', 200_000), at('restart', 1_700_000)]]
	] as const)('%s', (cause, events) => {
		expect(gapCause(silence, events)).toBe(cause);
	});

	test('a pause ends with resume or stop; one inside another is the same', () => {
		const events = [
			at('pause', 10),
			at('pause', 12),
			at('resume', 20),
			at('pause', 30),
			at('stop', 40)
		];
		expect(pausesOf(events)).toEqual([
			{ fromMs: 10, toMs: 20 },
			{ fromMs: 30, toMs: 40 }
		]);
	});

	test('a page that wakes for a moment each minute slept once; the list always has room for Stop', () => {
		let events: TripEvent[] = [at('start', 0)];
		for (let minute = 1; minute < 100; minute += 1) {
			events = withSleep(events, { fromMs: minute * 60_000 + 1000, toMs: (minute + 1) * 60_000 });
		}
		expect(events).toEqual([at('start', 0), at('sleep', 61_000), at('wake', 6_000_000)]);
		for (let hour = 3; hour < 2000; hour += 1) {
			const fromMs = hour * 3_600_000;
			events = withSleep(events, { fromMs, toMs: fromMs + 40_000 });
		}
		expect(events.length).toBeLessThanOrEqual(MOST_EVENTS - 99);
	});
});

describe('the route of a trip', () => {
	const measured = { ...measureTrace(drive), stretches: [] };
	const fill: GapFill = {
		...gap,
		by: 'road-pack',
		distanceM: 5000,
		via: [],
		line: [[55.41, 10.15]],
		source: 'OpenStreetMap'
	};

	test('says for each gap what was counted and who says so', () => {
		const body = aTripBody({ gapFills: [fill] });
		expect(routeOf('trip:w:1', body, measured).gaps).toMatchObject([
			{ ...gap, by: 'road-pack', distanceM: 5000, line: fill.line, source: 'OpenStreetMap' }
		]);
		expect(fillsOf([fill])).toEqual([{ ...gap, distanceM: 5000, isByRoad: true }]);
		expect(fillsOf([{ ...fill, by: 'straight' }])).toEqual([]);
		const unanswered = routeOf('trip:w:1', aTripBody(), measured).gaps[0]!;
		expect(unanswered).toMatchObject({ by: 'unanswered', distanceM: unanswered.straightM });
	});

	test('counts by the odometer when the person says so and it can', () => {
		const odometer = { odometerStartM: 10_000_000, odometerEndM: 10_015_000 };
		const by = aTripBody({ ...odometer, distanceBy: 'odometer' });
		expect(routeOf('trip:w:1', by, measured)).toMatchObject({
			distanceM: 15_000,
			lowM: 14_000,
			highM: 16_000,
			odometerM: 15_000,
			distanceBy: 'odometer',
			trackM: Math.round(measured.distanceM)
		});
		const half = aTripBody({ odometerStartM: 10_000_000, distanceBy: 'odometer' });
		expect(countedDistance(half, measured).distanceM).toBe(Math.round(measured.distanceM));
	});

	test('counts each fix once, in order, inside what was not trimmed', () => {
		const row = (timeMs: number): FixRow => [timeMs, 55, 10, 5, null, null];
		const counted = countedFixes([row(3), row(1), row(2), row(2), row(9)], {
			countedFromMs: 2,
			countedToMs: 3
		});
		expect(counted).toEqual([row(2), row(3)]);
	});
});

describe('the live line', () => {
	/** Seconds since the fix before, and metres east and north. */
	const step = fc.record({
		seconds: fc.oneof(
			{ weight: 20, arbitrary: fc.integer({ min: 1, max: 5 }) },
			{ weight: 1, arbitrary: fc.integer({ min: 31, max: 400 }) }
		),
		east: fc.integer({ min: -60, max: 120 }),
		north: fc.integer({ min: -60, max: 60 })
	});

	test('is the line of the finished trip, whatever arrives', () => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
				const meter = createDistanceMeter();
				const line = createLiveLine();
				let timeMs = 0;
				let [lat, lon] = [55.4, 10.4];
				let shown: ReturnType<typeof line.follow> = [];
				for (const { seconds, east, north } of steps) {
					timeMs += seconds * 1000;
					lat += north / 111_000;
					lon += east / 63_000;
					const { path, gaps } = meter.add({ timeMs, lat, lon, accuracyM: 5 });
					shown = line.follow(path, gaps);
				}
				const { path, gaps } = meter.reading();
				const batch = routeStretches(path, gaps);
				expect(shown).toHaveLength(batch.length);
				for (const [n, stretch] of batch.entries()) {
					const live = shown[n]!;
					for (const [own, theirs] of [
						[live[0]!, stretch[0]!],
						[live.at(-1)!, stretch.at(-1)!]
					] as const) {
						expect(own[0]).toBeCloseTo(theirs[0], 4);
						expect(own[1]).toBeCloseTo(theirs[1], 4);
					}
				}
			}),
			{ numRuns: 60 }
		);
	});

	test('looks at a long drive once: its points get few', () => {
		const meter = createDistanceMeter();
		const line = createLiveLine();
		let shown: ReturnType<typeof line.follow> = [];
		for (let second = 0; second < 20_000; second += 1) {
			const { path, gaps } = meter.add({
				timeMs: second * 1000,
				lat: 55.4,
				lon: 10 + second * 3.14e-4,
				accuracyM: 5
			});
			shown = line.follow(path, gaps);
		}
		expect(meter.reading().path.length).toBeGreaterThan(10_000);
		expect(shown.flat().length).toBeLessThan(1_000);
	});
});
