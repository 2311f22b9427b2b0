import { geodesicM } from '@outlay/domain/geodesic';
import type { RecordedTrace } from '../../support/recorded-traces.ts';

/** What a silence has to be to make a trace one with gaps. */
const GAP_S = 10;
const GAP_M = 60;
const USABLE_ACCURACY_M = 100;
const FAR_M = 10_000;

/** The classes a recording counts in, from what is known of it without measuring it. */
export function classesOf(trace: RecordedTrace): string[] {
	if (trace.mode === 'STATIONARY') return ['lying still (metres)'];
	const isMotor = trace.mode === 'CAR' || trace.mode === 'BUS';
	const kind = trace.referenceFrom.includes('Doppler')
		? 'car, Doppler reference'
		: isMotor
			? 'car and bus'
			: 'bicycle and scooter';
	if (hasMovingGap(trace)) return [`${kind}, with gaps`, 'all with gaps'];
	const classes = [`${kind}, no moving gap`];
	if (isMotor && trace.referenceM > FAR_M) classes.push(`${kind}, no moving gap, over 10 km`);
	return classes;
}

function hasMovingGap({ movingGapM, fixes }: RecordedTrace): boolean {
	if (movingGapM !== null) return movingGapM > 0;
	const usable = fixes.filter(({ accuracyM }) => accuracyM <= USABLE_ACCURACY_M);
	return usable.some((to, n) => {
		const from = usable[n - 1];
		return (
			from !== undefined &&
			to.timeMs - from.timeMs > GAP_S * 1000 &&
			geodesicM(from.lat, from.lon, to.lat, to.lon) > GAP_M
		);
	});
}
