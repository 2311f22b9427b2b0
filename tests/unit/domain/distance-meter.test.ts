import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDistanceMeter } from '@outlay/domain/distance-meter';
import { geodesicM } from '@outlay/domain/geodesic';
import { routeStretches } from '@outlay/domain/route-line';
import { measureTrace, type TraceOptions } from '@outlay/domain/trace-distance';
import type { TraceFix } from '@outlay/domain/trace-fix';
import { SYNTHETIC_KINDS, syntheticTrace } from '../../support/synthetic-trace.ts';
import { aFix, lieStill, straightDrive } from '../../support/traces.ts';

function meter(fixes: readonly TraceFix[], options?: TraceOptions) {
	const meter = createDistanceMeter(options);
	for (const fix of fixes) meter.add(fix);
	return meter.reading();
}

describe('createDistanceMeter', () => {
	it('begins at nothing', () => {
		expect(createDistanceMeter().reading()).toEqual({ distanceM: 0, gaps: [], path: [] });
	});

	it('measures a straight drive within the last circle of 10 m', () => {
		const reading = meter(straightDrive({ seconds: 600 }));
		expect(Math.abs(reading.distanceM - 12_000)).toBeLessThan(10);
		expect(reading.gaps).toEqual([]);
	});

	it('does not drive while the phone lies still, and drives on after', () => {
		const there = straightDrive({ seconds: 120 });
		const parked = [...there, ...lieStill(there, 600)];
		expect(meter(parked).distanceM - meter(there).distanceM).toBeLessThan(10);
		const { lat, lon } = there.at(-1)!;
		const on = straightDrive({ seconds: 120, latitude: lat, longitude: lon, fromMs: 721_000 });
		expect(Math.abs(meter([...parked, ...on]).distanceM - 4800)).toBeLessThan(30);
	});

	it('leaves out a ghost far away, also when it comes first', () => {
		const fixes = straightDrive({ seconds: 300 });
		const clean = meter(fixes).distanceM;
		const ghost = aFix(150_500, 56.2, 12.1, 20);
		const haunted = [...fixes.slice(0, 151), ghost, ...fixes.slice(151)];
		expect(meter(haunted).distanceM).toBeCloseTo(clean, 6);
		expect(Math.abs(meter([aFix(-1000, 56.2, 12.1, 20), ...fixes]).distanceM - clean)).toBeLessThan(
			10
		);
	});

	it('leaves out what is older, unreadable or inaccurate', () => {
		const fixes = straightDrive({ seconds: 100 });
		const { timeMs, lat, lon } = fixes.at(-1)!;
		const reading = meter([
			...fixes,
			fixes[50]!,
			aFix(timeMs + 1000, Number.NaN, lon),
			aFix(timeMs + 2000, lat, lon, -1),
			aFix(timeMs + 3000, lat + 0.3, lon, 1400)
		]);
		expect(reading).toEqual(meter(fixes));
	});

	it('lists gaps and pauses as the measure of the whole trip does', () => {
		const fixes = straightDrive({ seconds: 600 }).filter(
			({ timeMs }) => timeMs <= 200_000 || timeMs >= 380_000
		);
		for (const pauses of [[], [{ fromMs: 200_500, toMs: 379_000 }]]) {
			const live = meter(fixes, { pauses });
			const whole = measureTrace(fixes, { pauses });
			expect(live.gaps).toHaveLength(1);
			expect(live.gaps[0]).toMatchObject({ fromMs: 200_000, toMs: 380_000 });
			expect(live.gaps[0]!.straightM).toBeCloseTo(whole.gaps[0]!.straightM, 3);
		}
	});

	it('leaves out a ghost that a silence would let a vehicle reach, and one from a cell tower', () => {
		const there = straightDrive({ seconds: 120 });
		const { lat, lon } = there.at(-1)!;
		const on = straightDrive({ seconds: 120, latitude: lat, longitude: lon, fromMs: 700_000 });
		const clean = meter([...there, ...on]).distanceM;
		const ghosts = [0, 60, 180].map((second) => aFix((500 + second) * 1000, 55.52, 10.4, 48));
		expect(meter([...there, ...ghosts, ...on]).distanceM).toBeCloseTo(clean, 6);

		const seldom = straightDrive({ seconds: 120, everyS: 10 });
		const near = seldom[6]!;
		const tower = aFix(near.timeMs + 5_000, near.lat + 0.0018, near.lon, 70);
		const haunted = [...seldom.slice(0, 7), tower, ...seldom.slice(7)];
		expect(meter(haunted).distanceM).toBeCloseTo(meter(seldom).distanceM, 6);
	});

	it('believes a drive that begins on the motorway, however seldom it is seen', () => {
		for (const everyS of [1, 5, 30]) {
			const fixes = straightDrive({ seconds: 600, speedMps: 50, everyS });
			expect(Math.abs(meter(fixes).distanceM - 30_000)).toBeLessThan(20);
		}
	});

	it('goes where a vehicle must have gone while nobody saw it, once that is certain', () => {
		const there = straightDrive({ seconds: 120 });
		const away = straightDrive({ seconds: 60, latitude: 55.6, longitude: 10.6, fromMs: 600_000 });
		const reading = meter([...there, ...away]);
		expect(Math.abs(reading.distanceM - measureTrace([...there, ...away]).distanceM)).toBeLessThan(
			20
		);
		expect(reading.gaps).toMatchObject([{ fromMs: 120_000, toMs: 600_000 }]);
	});

	it.each(Object.entries(SYNTHETIC_KINDS))(
		'%s: shows what the trip will measure, within 25 m and 6 percent, noisy receivers within 10',
		(kind, options) => {
			for (const seed of [201, 202, 203]) {
				const { fixes } = syntheticTrace({ ...options, drivenMinutes: 10, seed });
				const { distanceM } = measureTrace(fixes);
				const share = kind === 'noisy' ? 0.1 : 0.06;
				expect(Math.abs(meter(fixes).distanceM - distanceM)).toBeLessThan(25 + share * distanceM);
			}
		}
	);

	it('never counts down, and always has one stretch more than gaps', () => {
		const fix = fc.record({
			timeMs: fc.integer({ min: 0, max: 400_000 }),
			lat: fc.double({ min: 55, max: 55.01 }),
			lon: fc.double({ min: 10, max: 10.01 }),
			accuracyM: fc.double({ min: -1, max: 150 })
		});
		const pause = fc.record({
			fromMs: fc.integer({ min: 0, max: 200_000 }),
			toMs: fc.integer({ min: 200_000, max: 400_000 })
		});
		fc.assert(
			fc.property(fc.array(fix), fc.array(pause, { maxLength: 1 }), (fixes, pauses) => {
				const meter = createDistanceMeter({ pauses });
				let shown: ReturnType<typeof meter.add> = meter.reading();
				for (const each of [...fixes].sort((a, b) => a.timeMs - b.timeMs)) {
					const next = meter.add(each);
					expect(next.distanceM).toBeGreaterThanOrEqual(shown.distanceM);
					shown = next;
				}
				const { distanceM, gaps, path } = meter.reading();
				expect(shown).toEqual({ distanceM, gaps, path });
				let pathM = 0;
				for (const [index, [timeMs, latitude, longitude]] of path.entries()) {
					const before = path[index - 1];
					if (!before) continue;
					expect(timeMs).toBeGreaterThan(before[0]);
					const isPaused = pauses.some(({ fromMs, toMs }) => fromMs < timeMs && toMs > before[0]);
					if (!isPaused) pathM += geodesicM(before[1], before[2], latitude, longitude);
				}
				if (pauses.length === 0) expect(distanceM).toBeCloseTo(pathM, 6);
				else expect(distanceM).toBeGreaterThanOrEqual(pathM - 1e-6);
				for (const gap of gaps) expect(path.some(([timeMs]) => timeMs === gap.toMs)).toBe(true);
				expect(routeStretches(path, gaps)).toHaveLength(path.length === 0 ? 0 : gaps.length + 1);
			}),
			{ numRuns: 300 }
		);
	});
});
