import Type from 'typebox';
import { CLAIM } from '../privacy.ts';
import { endsOf, wayMark, type Way } from './way.ts';

/** Who says how long a drive was, the most certain about a pair of places first. */
export const DISTANCE_SOURCES = [
	'recorded',
	'odometer',
	/** The company's figure for two places, or what one's own confirmed trips between them came to. */
	'known-pair',
	'road-network',
	'routing-service',
	/** Great circle times a factor: a person must confirm it. */
	'straight-estimate',
	'typed'
] as const;
export type DistanceSource = (typeof DISTANCE_SOURCES)[number];

export const Source = Type.Union(
	DISTANCE_SOURCES.map((source) => Type.Literal(source)),
	{ privacy: CLAIM }
);

/** Sources that measure leg by leg between named places. */
export type LegSource = Extract<
	DistanceSource,
	'known-pair' | 'road-network' | 'routing-service' | 'straight-estimate'
>;
const LEG_SOURCES: readonly LegSource[] = [
	'known-pair',
	'road-network',
	'routing-service',
	'straight-estimate'
];

export function isLegSource(source: DistanceSource): source is LegSource {
	return LEG_SOURCES.some((known) => known === source);
}

/** What is said of a whole way: its least certain leg. */
export function weakestSource(sources: readonly LegSource[]): LegSource {
	const ranks = sources.map((source) => LEG_SOURCES.indexOf(source));
	return LEG_SOURCES[Math.max(0, ...ranks)] ?? 'straight-estimate';
}

export interface Leg {
	distanceM: number;
	/** One that measures between places; a submission with another is refused. */
	source: DistanceSource;
}

/** Whether legs were measured between the places that stand in the way now. `mark` is the one stored with them. */
export function areLegsOf(legs: readonly Leg[], mark: string, way: Way): boolean {
	return legs.length === endsOf(way).length - 1 && mark === wayMark(way);
}
