import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metresPerDegree } from '@outlay/domain/geodesic';
import { routeStretches } from '@outlay/domain/route-line';
import { measureTrace } from '@outlay/domain/trace-distance';
import type { TraceFix } from '@outlay/domain/trace-fix';
import { createRandom, SYNTHETIC_KINDS, syntheticTrace } from '../../support/synthetic-trace.ts';

const seed = fc.integer({ min: 1, max: 1_000_000 });

/** What makes a drive of a few minutes: a counterexample names it, instead of its fixes. */
const drive = fc.record({ kind: fc.constantFrom(...Object.keys(SYNTHETIC_KINDS)), seed });

function fixesOf({ kind, seed }: { kind: string; seed: number }): TraceFix[] {
	const options = { ...SYNTHETIC_KINDS[kind]!, drivenMinutes: 6, parkedMinutes: 1 };
	return syntheticTrace({ ...options, seed }).fixes;
}

/** Anything at all, and much of it out of order, twice, or not a number. */
const anything = fc.array(
	fc.record({
		timeMs: fc.oneof(fc.integer({ min: 0, max: 400_000 }), fc.constant(Number.NaN)),
		lat: fc.oneof(fc.double({ min: 55, max: 55.01 }), fc.double()),
		lon: fc.double({ min: 10, max: 10.01 }),
		accuracyM: fc.double({ min: -1, max: 150 }),
		speedMps: fc.option(fc.double({ min: -5, max: 50 }))
	})
);

const pauses = fc.array(
	fc.record({
		fromMs: fc.integer({ min: 0, max: 200_000 }),
		toMs: fc.integer({ min: 200_000, max: 400_000 })
	}),
	{ maxLength: 1 }
);

/** Metres that two measures of the same drive may differ by. */
function toleranceM(distanceM: number, share: number): number {
	return 10 + share * distanceM;
}

describe('measureTrace', () => {
	it('gives any trace sane figures, and one stretch more than gaps', () => {
		fc.assert(
			fc.property(anything, pauses, (fixes, pauses) => {
				const measure = measureTrace(fixes, { pauses });
				const { distanceM, lowM, highM, path, gaps, stops, rejected } = measure;
				expect(distanceM).toBeGreaterThanOrEqual(0);
				expect(lowM).toBeGreaterThanOrEqual(0);
				expect(lowM).toBeLessThanOrEqual(distanceM);
				expect(highM).toBeGreaterThanOrEqual(distanceM);
				expect(Number.isFinite(highM)).toBe(true);
				for (const [n, [timeMs, latitude, longitude]] of path.entries()) {
					if (n > 0) expect(timeMs).toBeGreaterThan(path[n - 1]![0]);
					expect(Math.abs(latitude)).toBeLessThanOrEqual(90);
					expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
				}
				for (const [n, gap] of gaps.entries()) {
					expect(gap.toMs).toBeGreaterThan(gap.fromMs);
					if (n > 0) expect(gap.fromMs).toBeGreaterThanOrEqual(gaps[n - 1]!.toMs);
					expect(path.some(([timeMs]) => timeMs === gap.toMs)).toBe(true);
				}
				for (const stop of stops) expect(stop.toMs).toBeGreaterThan(stop.fromMs);
				expect(rejected.map(({ index }) => index)).toEqual(
					[...new Set(rejected.map(({ index }) => index))].sort((a, b) => a - b)
				);
				expect(routeStretches(path, gaps)).toHaveLength(path.length === 0 ? 0 : gaps.length + 1);
			}),
			{ numRuns: 300 }
		);
	});

	it('does not depend on the order, nor on fixes that come twice', () => {
		fc.assert(
			fc.property(drive, (drive) => {
				const fixes = fixesOf(drive);
				const random = createRandom(drive.seed);
				const shuffled = [...fixes, ...fixes.filter(() => random.share() < 0.2)]
					.map((fix) => ({ fix, at: random.share() }))
					.sort((a, b) => a.at - b.at)
					.map(({ fix }) => fix);
				const { rejected: _, ...once } = measureTrace(fixes);
				const { rejected, ...twice } = measureTrace(shuffled);
				expect(twice).toEqual(once);
				expect(rejected.length).toBeGreaterThanOrEqual(shuffled.length - fixes.length);
			}),
			{ numRuns: 20 }
		);
	});

	it('is as long backwards', () => {
		fc.assert(
			fc.property(drive, (drive) => {
				const fixes = fixesOf(drive);
				const endMs = fixes.at(-1)!.timeMs;
				const back = fixes.map((fix) => ({ ...fix, timeMs: endMs - fix.timeMs })).reverse();
				const there = measureTrace(fixes);
				const andBack = measureTrace(back);
				expect(Math.abs(andBack.distanceM - there.distanceM)).toBeLessThan(
					toleranceM(there.distanceM, 0.03)
				);
			}),
			{ numRuns: 20 }
		);
	});

	it('is as long anywhere on its parallel, and on the other hemisphere', () => {
		fc.assert(
			fc.property(drive, fc.double({ min: -360, max: 360, noNaN: true }), (drive, turn) => {
				const fixes = fixesOf(drive);
				const there = measureTrace(fixes);
				const turned = (sign: number): TraceFix[] =>
					fixes.map((fix) => {
						const lon = fix.lon + turn;
						return { ...fix, lat: sign * fix.lat, lon: lon - 360 * Math.floor((lon + 180) / 360) };
					});
				for (const sign of [1, -1]) {
					const { distanceM } = measureTrace(turned(sign));
					expect(Math.abs(distanceM - there.distanceM)).toBeLessThan(
						toleranceM(there.distanceM, 0.01)
					);
				}
			}),
			{ numRuns: 20 }
		);
	});

	it('is as long in any direction', () => {
		fc.assert(
			fc.property(drive, fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }), (drive, turn) => {
				const fixes = fixesOf(drive);
				const { lat, lon } = fixes[0]!;
				const perDegree = metresPerDegree(lat);
				const turned = fixes.map((fix): TraceFix => {
					const east = (fix.lon - lon) * perDegree.longitude;
					const north = (fix.lat - lat) * perDegree.latitude;
					return {
						...fix,
						lat: lat + (north * Math.cos(turn) - east * Math.sin(turn)) / perDegree.latitude,
						lon: lon + (north * Math.sin(turn) + east * Math.cos(turn)) / perDegree.longitude
					};
				});
				const there = measureTrace(fixes).distanceM;
				expect(Math.abs(measureTrace(turned).distanceM - there)).toBeLessThan(
					toleranceM(there, 0.06)
				);
			}),
			{ numRuns: 20 }
		);
	});

	it('is about as long with every other fix', () => {
		fc.assert(
			fc.property(seed, (seed) => {
				const { fixes } = syntheticTrace({ drivenMinutes: 8, seed });
				const all = measureTrace(fixes).distanceM;
				const half = measureTrace(fixes.filter((_, n) => n % 2 === 0)).distanceM;
				expect(Math.abs(half - all)).toBeLessThan(toleranceM(all, 0.03));
			}),
			{ numRuns: 20 }
		);
	});

	it('is not moved by ghosts', () => {
		fc.assert(
			fc.property(seed, (seed) => {
				const { fixes } = syntheticTrace({ drivenMinutes: 8, seed });
				const random = createRandom(seed);
				const ghosts = Array.from({ length: 5 }, (): TraceFix => {
					const near = fixes[Math.floor(random.share() * fixes.length)]!;
					const side = random.share() < 0.5 ? -1 : 1;
					return {
						timeMs: near.timeMs + 500,
						lat: near.lat + side * (0.02 + random.share()),
						lon: near.lon,
						accuracyM: 10 + 80 * random.share()
					};
				});
				const clean = measureTrace(fixes).distanceM;
				const haunted = measureTrace([...fixes, ...ghosts]).distanceM;
				expect(Math.abs(haunted - clean)).toBeLessThan(100);
			}),
			{ numRuns: 20 }
		);
	});
});
