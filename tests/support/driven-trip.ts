import { createHash } from 'node:crypto';
import type { DocumentOf } from '@outlay/domain/documents';
import { UNTOUCHED_TRIP } from '@outlay/domain/untouched-trip';

interface Span {
	startedAtMs: number;
	stoppedAtMs: number;
	distanceM: number;
}

/** A trip that was recorded and stopped, of one fix. */
export function drivenTripBody(span: Span): DocumentOf<'trip'>['body'] {
	return {
		...UNTOUCHED_TRIP,
		gapFills: [],
		state: 'stopped',
		...span,
		distanceLowM: null,
		distanceHighM: null,
		distanceMethod: 'wgs84-1',
		gaps: [],
		fixCount: 1,
		events: [],
		fixesSha256: createHash('sha256').update('').digest('hex')
	};
}

/** The route that was made of it. */
export function drivenRouteBody(tripId: string, span: Span): DocumentOf<'route'>['body'] {
	return {
		tripId,
		...span,
		lowM: 9_800,
		highM: 10_200,
		method: 'kalman-rts@1',
		distanceBy: 'track',
		trackM: span.distanceM,
		odometerM: null,
		odometerReason: null,
		recordedBy: 'app',
		isStartBlurred: false,
		isEndBlurred: false,
		gaps: [],
		stretches: [
			[
				[55.5, 12.5],
				[55.6, 12.6]
			]
		]
	};
}
