import Type from 'typebox';
import { Nullable, Sha256, documentSchema, type Envelope, type Static } from './envelope.ts';
import { CLAIM, RAW_FIXES, ROUTE, TRIP_EVIDENCE, type Privacy } from './privacy.ts';

export const Ms = (privacy: object) => Type.Integer({ minimum: 0, maximum: 9e15, privacy });
/** No trip is longer, in metres. */
export const MOST_DISTANCE_M = 10_000_000;
export const Metres = Type.Number({ minimum: 0, maximum: MOST_DISTANCE_M, privacy: ROUTE });
/** The end of an interval: a silence of days leaves room for a lot. */
export const HighMetres = Type.Number({ minimum: 0, maximum: 1e9, privacy: ROUTE });
const Latitude = Type.Number({ minimum: -90, maximum: 90 });
const Longitude = Type.Number({ minimum: -180, maximum: 180 });
export const Position = Type.Tuple([Latitude, Longitude], { privacy: ROUTE });
export type Position = [latitude: number, longitude: number];
export const OneOf = <const L extends string>(literals: readonly L[], privacy: Privacy) =>
	Type.Union(
		literals.map((literal) => Type.Literal(literal)),
		{ privacy }
	);

/** A stretch without fixes: counted as a straight line, and always shown as a gap. */
export const TripGap = Type.Object(
	{ fromMs: Ms(ROUTE), toMs: Ms(ROUTE), straightM: Type.Number({ minimum: 0, privacy: ROUTE }) },
	{ additionalProperties: false }
);

/** The most places one can have passed in a gap: its two ends are places as well (`MOST_PLACES`). */
export const MOST_VIA = 12;
/** What a filled gap's line takes. */
export const MOST_LINE = 2_000;

export const GAP_FILLERS = ['straight', 'via', 'road-pack', 'road-service'] as const;
/**
 * How the person filled a gap: they accepted the straight line; named places they passed; or took the way by road that a
 * pack on the device or the company's routing service knows.
 */
export type GapFiller = (typeof GAP_FILLERS)[number];

/** What the person said of a gap; it is found again by its times. */
export const GapFill = Type.Object(
	{
		fromMs: Ms(ROUTE),
		toMs: Ms(ROUTE),
		by: OneOf(GAP_FILLERS, CLAIM),
		/** Counted for the gap. */
		distanceM: Metres,
		/** Places the person passed, in their order. */
		via: Type.Array(Position, { maxItems: MOST_VIA }),
		/** What is drawn between the gap's ends, without them. */
		line: Type.Array(Position, { maxItems: MOST_LINE }),
		/** Whose roads; '' where none were asked, or the service doesn't say. */
		source: Type.String({ maxLength: 120, privacy: CLAIM })
	},
	{ additionalProperties: false }
);

export const ODOMETER_REASONS = [
	'started-late',
	'positions-missing',
	'drove-on',
	'misread'
] as const;
/** Why odometer and recording differ: Start late or Stop early; positions failed; driven on after Stop; misread. */
export type OdometerReason = (typeof ODOMETER_REASONS)[number];

/** Ten million kilometres. */
export const MOST_ODOMETER_M = 1e10;
const OdometerM = Nullable(Type.Integer({ minimum: 0, maximum: MOST_ODOMETER_M, privacy: ROUTE }));

export const RECORDERS = ['app', 'gpx', 'fit', 'timeline'] as const;
/** What recorded a trip: this app, or the file it was imported from. */
export type TripRecordedBy = (typeof RECORDERS)[number];

/** What the distance stands on: the measured line with its filled gaps, or the odometer. */
export type DistanceBy = 'track' | 'odometer';

export const PERMISSIONS = ['granted', 'prompt', 'denied', 'unknown'] as const;
/** What the browser says of the permission to read positions; `prompt`: it asks. */
export type LocationPermission = (typeof PERMISSIONS)[number];

/** A trip of a day has a handful; a page that falls asleep every minute must not fill the document. */
export const MOST_EVENTS = 1000;

export const TRIP_DEEDS = [
	'start',
	'pause',
	'resume',
	'restart',
	'stop',
	'sleep',
	'wake',
	'import'
] as const;

export const TripBody = Type.Object(
	{
		state: Type.Union(
			[Type.Literal('recording'), Type.Literal('paused'), Type.Literal('stopped')],
			{ privacy: CLAIM }
		),
		startedAtMs: Ms(ROUTE),
		stoppedAtMs: Nullable(Ms(ROUTE)),
		distanceM: Nullable(Metres),
		/** The true distance lies between these in nine cases of ten; null as long as there is none. */
		distanceLowM: Nullable(Metres),
		distanceHighM: Nullable(HighMetres),
		/** Algorithm and version that gave the distance, so it can be recomputed and explained. */
		distanceMethod: Nullable(Type.String({ maxLength: 60, privacy: CLAIM })),
		distanceBy: OneOf(['track', 'odometer'], CLAIM),
		gaps: Type.Array(TripGap, { maxItems: 5000 }),
		gapFills: Type.Array(GapFill, { maxItems: 200 }),
		/** Readings in metres; null where none was typed. */
		odometerStartM: OdometerM,
		odometerEndM: OdometerM,
		odometerReason: Nullable(OneOf(ODOMETER_REASONS, CLAIM)),
		/** What lies outside is not counted: the person trimmed it away. Null where the recording begins and ends. */
		countedFromMs: Nullable(Ms(ROUTE)),
		countedToMs: Nullable(Ms(ROUTE)),
		/** The trip this one was split off, or null. */
		cutFrom: Nullable(Type.String({ maxLength: 120, privacy: TRIP_EVIDENCE })),
		recordedBy: OneOf(RECORDERS, CLAIM),
		permissionAtStart: OneOf(PERMISSIONS, TRIP_EVIDENCE),
		permissionAtStop: OneOf(PERMISSIONS, TRIP_EVIDENCE),
		/** Server's time minus the device's, when they last spoke before Start; null when they had not. */
		clockOffsetMs: Nullable(
			Type.Integer({ minimum: -9e15, maximum: 9e15, privacy: TRIP_EVIDENCE })
		),
		fixCount: Type.Integer({ minimum: 0, maximum: 10_000_000, privacy: TRIP_EVIDENCE }),
		/**
		 * Start, pause, resume and stop presses; returns after the app was killed (`restart`); when the page stood still
		 * with the screen, and from when it ran again (`sleep`, `wake`); or that it was imported.
		 */
		events: Type.Array(
			Type.Object(
				{ deed: OneOf(TRIP_DEEDS, TRIP_EVIDENCE), atMs: Ms(TRIP_EVIDENCE) },
				{ additionalProperties: false }
			),
			{ maxItems: MOST_EVENTS }
		),
		/** SHA-256 over the raw fixes at Stop; null while recording. */
		fixesSha256: Nullable(Sha256({ privacy: TRIP_EVIDENCE }))
	},
	{ additionalProperties: false }
);
export type TripGap = Static<typeof TripGap>;
export type TripDeed = (typeof TRIP_DEEDS)[number];
export interface TripEvent {
	deed: TripDeed;
	atMs: number;
}
export type GapFill = Omit<Static<typeof GapFill>, 'by' | 'via' | 'line'> & {
	by: GapFiller;
	via: Position[];
	line: Position[];
};
export type TripBody = Omit<
	Static<typeof TripBody>,
	| 'events'
	| 'gapFills'
	| 'distanceBy'
	| 'odometerReason'
	| 'recordedBy'
	| 'permissionAtStart'
	| 'permissionAtStop'
> & {
	events: TripEvent[];
	gapFills: GapFill[];
	distanceBy: DistanceBy;
	odometerReason: OdometerReason | null;
	recordedBy: TripRecordedBy;
	permissionAtStart: LocationPermission;
	permissionAtStop: LocationPermission;
};

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
