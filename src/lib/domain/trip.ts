import Type from 'typebox';
import { Nullable, Sha256, documentSchema, type Envelope, type Static } from './envelope.ts';
import { CLAIM, RAW_FIXES, ROUTE, TRIP_EVIDENCE } from './privacy.ts';

const Ms = (privacy: object) => Type.Integer({ minimum: 0, maximum: 9e15, privacy });
const Latitude = Type.Number({ minimum: -90, maximum: 90 });
const Longitude = Type.Number({ minimum: -180, maximum: 180 });

/** A stretch without fixes: counted as a straight line, and always shown as a gap. */
export const TripGap = Type.Object(
	{ fromMs: Ms(ROUTE), toMs: Ms(ROUTE), straightM: Type.Number({ minimum: 0, privacy: ROUTE }) },
	{ additionalProperties: false }
);

export const TripBody = Type.Object(
	{
		state: Type.Union(
			[Type.Literal('recording'), Type.Literal('paused'), Type.Literal('stopped')],
			{ privacy: CLAIM }
		),
		startedAtMs: Ms(ROUTE),
		stoppedAtMs: Nullable(Ms(ROUTE)),
		distanceM: Nullable(Type.Number({ minimum: 0, maximum: 10_000_000, privacy: ROUTE })),
		/** The true distance lies between these in nine cases of ten; null as long as there is none. */
		distanceLowM: Nullable(Type.Number({ minimum: 0, maximum: 10_000_000, privacy: ROUTE })),
		distanceHighM: Nullable(Type.Number({ minimum: 0, maximum: 1e9, privacy: ROUTE })),
		/** Algorithm and version that gave the distance, so it can be recomputed and explained. */
		distanceMethod: Nullable(Type.String({ maxLength: 60, privacy: CLAIM })),
		gaps: Type.Array(TripGap, { maxItems: 5000 }),
		fixCount: Type.Integer({ minimum: 0, maximum: 10_000_000, privacy: TRIP_EVIDENCE }),
		/** Start, pause, resume and stop presses, and returns after the app was killed. */
		events: Type.Array(
			Type.Object(
				{
					deed: Type.Union(
						['start', 'pause', 'resume', 'restart', 'stop'].map((deed) => Type.Literal(deed)),
						{ privacy: TRIP_EVIDENCE }
					),
					atMs: Ms(TRIP_EVIDENCE)
				},
				{ additionalProperties: false }
			),
			{ maxItems: 1000 }
		),
		/** SHA-256 over the raw fixes at Stop; null while recording. */
		fixesSha256: Nullable(Sha256({ privacy: TRIP_EVIDENCE }))
	},
	{ additionalProperties: false }
);
export type TripGap = Static<typeof TripGap>;
export type TripDeed = 'start' | 'pause' | 'resume' | 'restart' | 'stop';
export type TripBody = Omit<Static<typeof TripBody>, 'events'> & {
	events: { deed: TripDeed; atMs: number }[];
};

/** Version 1 had no interval: what was measured then says nothing about it. */
export function tripFromVersion1(body: Record<string, unknown>): Record<string, unknown> {
	return { ...body, distanceLowM: null, distanceHighM: null };
}

/** Less than this is a phone that lay still: nothing to be paid. */
export const LEAST_TRIP_M = 50;

export const TripSchema = documentSchema('trip', TripBody);
export type Trip = Envelope<'trip', TripBody>;

/**
 * One raw fix as stored: `[timeMs, latitude, longitude, accuracyM, speedMps, headingDeg]`, WGS-84 degrees.
 * A row instead of an object: a day of driving has tens of thousands.
 */
export const FixRow = Type.Tuple(
	[
		Ms(RAW_FIXES),
		Latitude,
		Longitude,
		Type.Number({ minimum: 0 }),
		Nullable(Type.Number()),
		Nullable(Type.Number())
	],
	{ privacy: RAW_FIXES }
);
export type FixRow = [number, number, number, number, number | null, number | null];

/** A chunk closes, and may be sent, at this many fixes, … */
export const TRACE_CHUNK_FIXES = 500;
/** … after this long, or at pause, stop or restart. */
export const TRACE_CHUNK_MS = 5 * 60 * 1000;

export const TraceBody = Type.Object(
	{
		tripId: Type.String({ maxLength: 120, privacy: RAW_FIXES }),
		/** From 0. */
		n: Type.Integer({ minimum: 0, maximum: 999_999, privacy: RAW_FIXES }),
		/** An open chunk is still rewritten and stays on the device. */
		isOpen: Type.Boolean({ privacy: RAW_FIXES }),
		fixes: Type.Array(FixRow, { maxItems: TRACE_CHUNK_FIXES })
	},
	{ additionalProperties: false }
);
export type TraceBody = Omit<Static<typeof TraceBody>, 'fixes'> & { fixes: FixRow[] };

export const TraceSchema = documentSchema('trace', TraceBody);
/** Raw fixes: they stay in their owner's mailbox for the company's retention. */
export type Trace = Envelope<'trace', TraceBody>;

const Position = Type.Tuple([Latitude, Longitude], { privacy: ROUTE });

export const RouteBody = Type.Object(
	{
		tripId: Type.String({ maxLength: 120, privacy: ROUTE }),
		/** Simplified line as `[latitude, longitude]`, one list for each stretch between gaps; no speeds. */
		stretches: Type.Array(Type.Array(Position, { maxItems: 20_000 }), { maxItems: 5000 }),
		gaps: Type.Array(TripGap, { maxItems: 5000 }),
		startedAtMs: Ms(ROUTE),
		stoppedAtMs: Ms(ROUTE),
		distanceM: Type.Number({ minimum: 0, maximum: 10_000_000, privacy: ROUTE })
	},
	{ additionalProperties: false }
);
export type Position = [latitude: number, longitude: number];
export type RouteBody = Omit<Static<typeof RouteBody>, 'stretches'> & { stretches: Position[][] };

export const RouteSchema = documentSchema('route', RouteBody);
/** What others see of a trip. */
export type Route = Envelope<'route', RouteBody>;
