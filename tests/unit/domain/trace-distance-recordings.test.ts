import { describe, expect, it } from 'vitest';
import { createDistanceMeter } from '@outlay/domain/distance-meter';
import { geodesicM } from '@outlay/domain/geodesic';
import { measureTrace } from '@outlay/domain/trace-distance';
import { quantile } from '../../support/quantile.ts';
import {
	hasRecordedTraces,
	RECORDED_TRACES,
	recordedTraces
} from '../../support/recorded-traces.ts';

const title = hasRecordedTraces
	? 'recordings'
	: 'recordings (skipped: ../shared/data/traces is not here)';

describe.skipIf(!hasRecordedTraces)(title, async () => {
	const traces = hasRecordedTraces ? await recordedTraces(RECORDED_TRACES) : [];
	const measured = traces.map((trace) => ({ ...trace, ...measureTrace(trace.fixes) }));
	const still = measured.filter(({ mode }) => mode === 'STATIONARY');
	const moving = measured.filter(({ mode }) => mode !== 'STATIONARY');
	const driven = moving.filter(
		({ mode, referenceFrom }) =>
			(mode === 'CAR' || mode === 'BUS') && !referenceFrom.includes('Doppler')
	);
	const watched = driven.filter(({ movingGapM }) => movingGapM === 0);
	const gappy = moving.filter(({ movingGapM }) => movingGapM !== null && movingGapM > 0);
	const errorOf = ({ distanceM, referenceM }: (typeof measured)[number]) =>
		Math.abs(distanceM / referenceM - 1);

	it('phones lying still for hours stay small', () => {
		const metres = still.map(({ distanceM }) => distanceM);
		expect(metres.length).toBeGreaterThan(10);
		expect(quantile(metres, 0.9)).toBeLessThanOrEqual(30);
		expect(Math.max(...metres)).toBeLessThanOrEqual(200);
	});

	it('cars and buses without moving gaps are within half a percent, nearly all within two', () => {
		const errors = watched.map(errorOf);
		expect(errors.length).toBeGreaterThan(8);
		// The plain sum has a median of 1.4 % and a 95th percentile of 8.5 % here.
		expect(quantile(errors, 0.5)).toBeLessThanOrEqual(0.005);
		expect(quantile(errors, 0.95)).toBeLessThanOrEqual(0.02);
		const far = watched.filter(({ referenceM }) => referenceM > 10_000).map(errorOf);
		expect(far.length).toBeGreaterThan(0);
		expect(quantile(far, 0.95)).toBeLessThanOrEqual(0.01);
	});

	it('with gaps nine in ten are within seven percent, and the interval holds the reference', () => {
		expect(gappy.length).toBeGreaterThan(20);
		expect(quantile(gappy.map(errorOf), 0.9)).toBeLessThanOrEqual(0.07);
		const held = gappy.filter(
			({ lowM, highM, referenceM }) => lowM <= referenceM && referenceM <= highM
		);
		expect(held.length / gappy.length).toBeGreaterThanOrEqual(0.9);
		// An interval that holds everything says nothing.
		const widths = gappy.map(({ lowM, highM, referenceM }) => (highM - lowM) / referenceM);
		expect(quantile(widths, 0.5)).toBeLessThan(0.3);
	});

	it('the interval holds nine in ten of all drives, those with another kind of reference too', () => {
		const heldShare = (traces: typeof measured) =>
			traces.filter(({ lowM, highM, referenceM }) => lowM <= referenceM && referenceM <= highM)
				.length / traces.length;
		const doppler = moving.filter(({ referenceFrom }) => referenceFrom.includes('Doppler'));
		expect(doppler.length).toBeGreaterThan(5);
		expect(heldShare(doppler)).toBeGreaterThanOrEqual(0.9);
		expect(heldShare(moving)).toBeGreaterThanOrEqual(0.9);
	});

	it('a ride agrees with its wheel sensor', () => {
		const ride = measured.find(({ referenceFrom }) => referenceFrom === 'wheel sensor');
		expect(ride).toBeDefined();
		expect(errorOf(ride!)).toBeLessThan(0.005);
	});

	it('the live display shows each of them within 30 m and 5 percent', () => {
		for (const { file, fixes, distanceM } of measured) {
			const meter = createDistanceMeter();
			for (const fix of fixes) meter.add(fix);
			const offM = Math.abs(meter.reading().distanceM - distanceM);
			expect(offM, file).toBeLessThan(30 + 0.05 * distanceM);
		}
	});

	it('flags every silence over 10 s in which the phone moved more than 60 m', () => {
		let silences = 0;
		for (const { fixes, gaps, rejected } of measured) {
			const left = new Set(rejected.map(({ index }) => index));
			const used = fixes.filter((_, index) => !left.has(index));
			for (const [index, to] of used.entries()) {
				const from = used[index - 1];
				if (!from || to.timeMs - from.timeMs <= 10_000) continue;
				if (geodesicM(from.lat, from.lon, to.lat, to.lon) <= 60) continue;
				silences += 1;
				expect(gaps.some(({ fromMs, toMs }) => fromMs <= from.timeMs && toMs >= to.timeMs)).toBe(
					true
				);
			}
		}
		expect(silences).toBeGreaterThan(200);
	});
});
