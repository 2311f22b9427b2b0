import { expect, test } from 'vitest';
import { speedParts } from '@outlay/domain/speed-line';
import type { PathPoint } from '@outlay/domain/trace-distance';

/** North at so many km/h for so many seconds, a point each second. */
function drive(...legs: [kmh: number, seconds: number][]): PathPoint[] {
	const path: PathPoint[] = [[0, 55, 10]];
	for (const [kmh, seconds] of legs) {
		for (let second = 0; second < seconds; second += 1) {
			const [timeMs, latitude] = path.at(-1)!;
			path.push([timeMs + 1000, latitude + kmh / 3.6 / 111_340, 10]);
		}
	}
	return path;
}

test('a drive is cut where its speed leaves a band, and its parts meet', () => {
	const parts = speedParts(drive([20, 50], [50, 100], [130, 100], [50, 50]));
	expect(parts.map(({ band }) => band)).toEqual([0, 1, 4, 1]);
	for (const [n, { line }] of parts.slice(1).entries()) {
		expect(line[0]).toEqual(parts[n]!.line.at(-1));
	}
	// A straight line needs its ends only.
	expect(parts.every(({ line }) => line.length === 2)).toBe(true);
});

test('a stretch without positions has no speed', () => {
	const before = drive([50, 60]);
	const after = drive([50, 60]).map(([timeMs, latitude]): PathPoint => [
		timeMs + 300_000,
		latitude + 0.1,
		10
	]);
	const parts = speedParts([...before, ...after]);
	expect(parts.map(({ band }) => band)).toEqual([1, 1]);
	expect(parts[0]!.line.at(-1)![0]).toBeLessThan(parts[1]!.line[0]![0]);
});

test('nothing, one point and a standing car have nothing to colour or the slowest band', () => {
	expect(speedParts([])).toEqual([]);
	expect(speedParts([[0, 55, 10]])).toEqual([]);
	expect(speedParts(drive([0, 20])).map(({ band }) => band)).toEqual([0]);
});
