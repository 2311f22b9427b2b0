import type { TripBody } from './trip.ts';

/** What a trip begins with, beside what was recorded. */
export const UNTOUCHED_TRIP = {
	distanceBy: 'track',
	gapFills: [],
	odometerStartM: null,
	odometerEndM: null,
	odometerReason: null,
	countedFromMs: null,
	countedToMs: null,
	cutFrom: null,
	recordedBy: 'app',
	permissionAtStart: 'unknown',
	permissionAtStop: 'unknown',
	clockOffsetMs: null
} as const satisfies Partial<{ [M in keyof TripBody]: unknown }>;
