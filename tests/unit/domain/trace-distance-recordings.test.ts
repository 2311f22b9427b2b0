import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { geodesicM } from '@outlay/domain/geodesic';
import { measureTrace } from '@outlay/domain/trace-distance';
import type { FixRow } from '@outlay/domain/trip';

/** Recordings of real phones with known lengths; they lie beside the project, never in it. */
const folder = path.resolve(import.meta.dirname, '../../../../shared/data/traces');
const isHere = existsSync(folder);
const title = isHere ? 'recordings' : 'recordings (skipped: ../shared/data/traces is not here)';

interface Recording {
	name: string;
	mode: string;
	reference_m: number;
	points: [number, number, number, number | null, number | null, number | null][];
}

function recordings(set: string): Recording[] {
	const files = readdirSync(path.join(folder, set)).filter((name) => name.endsWith('.json'));
	return files.map(
		(name) => JSON.parse(readFileSync(path.join(folder, set, name), 'utf8')) as Recording
	);
}

function fixesOf(recording: Recording): FixRow[] {
	return recording.points.map(([seconds, latitude, longitude, accuracyM, speedMps, headingDeg]) => [
		Math.round(seconds * 1000),
		latitude,
		longitude,
		accuracyM ?? 5,
		speedMps,
		headingDeg
	]);
}

function quantile(figures: readonly number[], share: number): number {
	const sorted = [...figures].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

describe.skipIf(!isHere)(title, () => {
	it('phones lying still for hours stay small', () => {
		const metres = recordings('stationary').map(
			(recording) => measureTrace(fixesOf(recording)).distanceM
		);
		expect(metres.length).toBeGreaterThan(10);
		expect(quantile(metres, 0.9)).toBeLessThanOrEqual(30);
		expect(Math.max(...metres)).toBeLessThanOrEqual(200);
	});

	it('drives with fixes every second are near their known length', () => {
		const errors = recordings('driveplotr')
			.concat(recordings('mobilitynet').filter(({ mode }) => mode === 'CAR' || mode === 'BUS'))
			.flatMap((recording) => {
				const { distanceM, gaps } = measureTrace(fixesOf(recording));
				return gaps.length > 0 ? [] : [Math.abs(distanceM / recording.reference_m - 1)];
			});
		expect(errors.length).toBeGreaterThan(8);
		// The plain sum has a median of 2.1 % here.
		expect(quantile(errors, 0.5)).toBeLessThanOrEqual(0.01);
		expect(quantile(errors, 0.95)).toBeLessThanOrEqual(0.04);
	});

	it('flags the silences over 10 s in which the phone moved more than 60 m', () => {
		let silences = 0;
		let unflagged = 0;
		for (const recording of recordings('mobilitynet')) {
			const fixes = fixesOf(recording);
			const { gaps } = measureTrace(fixes);
			const accurate = fixes.filter(([, , , accuracyM]) => accuracyM <= 30);
			for (const [index, to] of accurate.entries()) {
				const from = accurate[index - 1];
				if (!from || to[0] - from[0] <= 10_000) continue;
				if (geodesicM(from[1], from[2], to[1], to[2]) <= 60) continue;
				const heard = fixes.some(
					([timeMs, , , accuracyM]) => timeMs > from[0] && timeMs < to[0] && accuracyM <= 100
				);
				if (heard) continue;
				silences += 1;
				if (!gaps.some(({ fromMs, toMs }) => fromMs <= from[0] && toMs >= to[0])) unflagged += 1;
			}
		}
		expect(silences).toBeGreaterThan(200);
		expect(unflagged).toBeLessThanOrEqual(silences * 0.01);
	});
});
