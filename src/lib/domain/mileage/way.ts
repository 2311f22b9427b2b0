import Type from 'typebox';
import { Nullable } from '../envelope.ts';
import { CLAIM_WORDS, ROUTE } from '../privacy.ts';
import type { Position } from '../trip.ts';

/** A way has at most so many legs; the way back comes on top. */
export const MOST_LEGS = 6;

const Id = Type.String({ minLength: 1, maxLength: 40, privacy: ROUTE });
const Latitude = Type.Number({ minimum: -90, maximum: 90, privacy: ROUTE });
const Longitude = Type.Number({ minimum: -180, maximum: 180, privacy: ROUTE });

const inBook = (kind: 'own-place' | 'company-place') =>
	Type.Object(
		{ kind: Type.Literal(kind, { privacy: ROUTE }), placeId: Id },
		{ additionalProperties: false }
	);
const onMap = (kind: 'here' | 'pin') =>
	Type.Object(
		{
			kind: Type.Literal(kind, { privacy: ROUTE }),
			latitude: Latitude,
			longitude: Longitude
		},
		{ additionalProperties: false }
	);

/**
 * Where an end of a leg lies. A place of a book is named and its position looked up when it is needed, so that where
 * somebody lives never travels with a claim.
 */
export const EndPoint = Type.Union([
	inBook('own-place'),
	inBook('company-place'),
	onMap('here'),
	onMap('pin')
]);
export type EndPoint =
	| { kind: 'own-place' | 'company-place'; placeId: string }
	| { kind: 'here' | 'pin'; latitude: number; longitude: number };

const Words = Type.String({ maxLength: 200, privacy: CLAIM_WORDS });

/** Members of what goes from one place to another. */
export const WAY_MEMBERS = {
	from: Words,
	/** Null for a place that is only named. */
	fromPoint: Nullable(EndPoint),
	to: Words,
	toPoint: Nullable(EndPoint),
	/** Places on the way, in the order they were driven. */
	vias: Type.Array(
		Type.Object(
			{ id: Id, name: Words, point: Nullable(EndPoint) },
			{ additionalProperties: false }
		),
		{ maxItems: MOST_LEGS - 1 }
	),
	/** The same way back, too. */
	isReturn: Type.Boolean({ privacy: ROUTE })
};

export interface Via {
	id: string;
	name: string;
	point: EndPoint | null;
}

export interface Way {
	from: string;
	fromPoint: EndPoint | null;
	to: string;
	toPoint: EndPoint | null;
	vias: Via[];
	isReturn: boolean;
}

/** One end of a leg. */
export interface WayEnd {
	name: string;
	point: EndPoint | null;
}

/** Every place in the order it was driven to, the way back included: one more than there are legs. */
export function endsOf(way: Way): WayEnd[] {
	const there: WayEnd[] = [
		{ name: way.from, point: way.fromPoint },
		...way.vias.map(({ name, point }) => ({ name, point })),
		{ name: way.to, point: way.toPoint }
	];
	return way.isReturn ? [...there, ...there.slice(0, -1).reverse()] : there;
}

/** What tells two places apart: the place of a book, else the words. */
export function endKey({ name, point }: WayEnd): string {
	return point !== null && 'placeId' in point
		? `${point.kind} ${point.placeId}`
		: `words ${wordsKey(name)}`;
}

/** Words as they are compared: nobody types capitals and spaces twice the same. */
export function wordsKey(words: string): string {
	return words.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

/**
 * A mark of the places of a way (FNV-1a, 32 bits), to tell whether legs were measured for them. It holds no words, so
 * nothing that was made unreadable in the places stays readable in it.
 */
export function wayMark(way: Way): string {
	const text = JSON.stringify(endsOf(way).map((end) => [end.name, pointKey(end.point)]));
	let hash = 0x811c9dc5;
	for (let at = 0; at < text.length; at += 1) {
		hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
	}
	return (hash >>> 0).toString(16).padStart(8, '0');
}

function pointKey(point: EndPoint | null): string {
	if (point === null) return '';
	return 'placeId' in point
		? `${point.kind} ${point.placeId}`
		: `${point.latitude},${point.longitude}`;
}

/** A place that may be looked up in a book. */
export interface KnownPlace {
	id: string;
	latitude: number | null;
	longitude: number | null;
}

/** The place books a person has: their own and the company's. */
export interface PlaceBooks {
	own: readonly KnownPlace[];
	company: readonly KnownPlace[];
}

/** Where an end lies; null for a place that is only named, or no longer in its book. */
export function positionOf({ point }: WayEnd, books: PlaceBooks): Position | null {
	if (point === null) return null;
	if (!('placeId' in point)) return [point.latitude, point.longitude];
	const book = point.kind === 'own-place' ? books.own : books.company;
	const place = book.find(({ id }) => id === point.placeId);
	if (place === undefined || place.latitude === null || place.longitude === null) return null;
	return [place.latitude, place.longitude];
}

/** A position as precise as a door needs (five decimals, about a metre), for what a person chose on the map. */
export function roundedPosition([latitude, longitude]: Position): Position {
	return [Math.round(latitude * 1e5) / 1e5, Math.round(longitude * 1e5) / 1e5];
}
