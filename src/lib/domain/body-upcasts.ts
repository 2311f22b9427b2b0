import type { TripGap } from './trip.ts';
import { UNTOUCHED_TRIP } from './untouched-trip.ts';

/** Before version 2 nobody could say that a number is no identity number. */
export function withoutClearances(body: Record<string, unknown>): Record<string, unknown> {
	return { ...body, clearances: [] };
}

/**
 * Before version 3 a drive went from one place to another that were only named, in one's own car or the company's, and
 * its distance was recorded or typed.
 */
export function withWays(body: Record<string, unknown>): Record<string, unknown> {
	if (body['kind'] !== 'mileage') return body;
	return {
		...body,
		fromPoint: null,
		toPoint: null,
		vias: [],
		isReturn: false,
		vehicle: 'car',
		vehicleOwner: body['vehicle'] === 'company-car' ? 'company' : 'own',
		vehicleId: null,
		distanceLowM: null,
		distanceHighM: null,
		distanceMethod: '',
		legs: [],
		wayMark: '',
		isEstimateConfirmed: false,
		odometerStartKm: null,
		odometerEndKm: null
	};
}

/** Before version 2 receipts had no thumbnails. */
export function withoutThumbnail<B extends object>(body: B): B & { thumbnailSha256: null } {
	return { ...body, thumbnailSha256: null };
}

/** Version 1 had no interval: what was measured then says nothing about it. */
export function tripFromVersion1(body: Record<string, unknown>): Record<string, unknown> {
	return { ...body, distanceLowM: null, distanceHighM: null };
}

/** Version 2 knew no answers to gaps, no odometer and less evidence; every trip was recorded here and counted whole. */
export function tripFromVersion2(body: Record<string, unknown>): Record<string, unknown> {
	return { ...body, ...UNTOUCHED_TRIP };
}

/** Version 1 had straight gaps only, and neither interval nor method. */
export function routeFromVersion1(body: Record<string, unknown>): Record<string, unknown> {
	const gaps = body['gaps'] as TripGap[];
	return {
		...body,
		gaps: gaps.map((gap) => ({
			...gap,
			by: 'unanswered',
			distanceM: gap.straightM,
			line: [],
			source: ''
		})),
		lowM: null,
		highM: null,
		method: null,
		distanceBy: 'track',
		trackM: body['distanceM'],
		odometerM: null,
		odometerReason: null,
		recordedBy: 'app',
		isStartBlurred: false,
		isEndBlurred: false
	};
}

/** Before version 2 only what lost a merge was kept. */
export function keptOfMerge(body: Record<string, unknown>): Record<string, unknown> {
	return { ...body, removal: null };
}

/** Before version 2 a profile knew no places, vehicles and favourite trips. */
export function withBooks(body: Record<string, unknown>): Record<string, unknown> {
	return { ...body, places: [], vehicles: [], favouriteTrips: [], clearances: [] };
}

/** Before version 3 every home was kept to oneself by the same distance. */
export function withHomeRadius(body: Record<string, unknown>): Record<string, unknown> {
	return { ...body, homeRadiusM: 500 };
}

/** Version 1 knew one approver for a submission, and steps did not say which submission they were about. */
export function withoutStages(body: Record<string, unknown>): Record<string, unknown> {
	const steps = body['steps'] as Record<string, unknown>[];
	return {
		...body,
		steps: steps.map((step) => ({
			...step,
			submissionId: step['deed'] === 'submitted' ? step['documentId'] : body['submissionId'],
			actedFor: null,
			stages: []
		}))
	};
}
