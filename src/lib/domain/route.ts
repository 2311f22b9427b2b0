import Type from 'typebox';
import { Nullable, documentSchema, type Envelope, type Static } from './envelope.ts';
import { CLAIM, ROUTE } from './privacy.ts';
import {
	GAP_FILLERS,
	HighMetres,
	MOST_LINE,
	Metres,
	Ms,
	ODOMETER_REASONS,
	OneOf,
	Position,
	RECORDERS,
	type DistanceBy,
	type OdometerReason,
	type TripRecordedBy
} from './trip.ts';

export const ROUTE_GAP_FILLERS = ['unanswered', 'paused', ...GAP_FILLERS] as const;

/** A gap as others see it, with what was counted there and who says so. */
export const RouteGap = Type.Object(
	{
		fromMs: Ms(ROUTE),
		toMs: Ms(ROUTE),
		straightM: Type.Number({ minimum: 0, privacy: ROUTE }),
		/** `unanswered`: the straight line, and nobody said anything; `paused`: the person paused, nothing was counted. */
		by: OneOf(ROUTE_GAP_FILLERS, CLAIM),
		distanceM: Metres,
		line: Type.Array(Position, { maxItems: MOST_LINE }),
		source: Type.String({ maxLength: 120, privacy: CLAIM })
	},
	{ additionalProperties: false }
);

export const RouteBody = Type.Object(
	{
		tripId: Type.String({ maxLength: 120, privacy: ROUTE }),
		/** Simplified line as `[latitude, longitude]`, one list for each stretch between gaps; no speeds. */
		stretches: Type.Array(Type.Array(Position, { maxItems: 20_000 }), { maxItems: 5000 }),
		gaps: Type.Array(RouteGap, { maxItems: 5000 }),
		startedAtMs: Ms(ROUTE),
		stoppedAtMs: Ms(ROUTE),
		distanceM: Metres,
		/** The true distance lies between these in nine cases of ten; null where that is not known. */
		lowM: Nullable(Metres),
		highM: Nullable(HighMetres),
		/** Algorithm and version that measured the line; null in routes of before it was written down. */
		method: Nullable(Type.String({ maxLength: 60, privacy: CLAIM })),
		distanceBy: OneOf(['track', 'odometer'], CLAIM),
		/** What the line with its gaps comes to, whatever counts. */
		trackM: Metres,
		/** Driven by the odometer, or null without two readings; and why it differs much. */
		odometerM: Nullable(Metres),
		odometerReason: Nullable(OneOf(ODOMETER_REASONS, CLAIM)),
		recordedBy: OneOf(RECORDERS, CLAIM),
		/** The person keeps their home to themselves: the line begins or ends at its edge. */
		isStartBlurred: Type.Boolean({ privacy: ROUTE }),
		isEndBlurred: Type.Boolean({ privacy: ROUTE })
	},
	{ additionalProperties: false }
);
export type RouteGap = Omit<Static<typeof RouteGap>, 'by' | 'line'> & {
	by: (typeof ROUTE_GAP_FILLERS)[number];
	line: Position[];
};
export type RouteBody = Omit<
	Static<typeof RouteBody>,
	'stretches' | 'gaps' | 'distanceBy' | 'odometerReason' | 'recordedBy'
> & {
	stretches: Position[][];
	gaps: RouteGap[];
	distanceBy: DistanceBy;
	odometerReason: OdometerReason | null;
	recordedBy: TripRecordedBy;
};

export const RouteSchema = documentSchema('route', RouteBody);
/** What others see of a trip. */
export type Route = Envelope<'route', RouteBody>;
