import type { Position } from '../trip.ts';
import { endsOf, positionOf, type PlaceBooks, type Way, type WayEnd } from './way.ts';

/** Of the map around one place: a town, so that a street can be told and the next village is seen. */
const AROUND_M = 3_000;
/** Of the map around a pin that is put right. */
const CLOSE_M = 300;
const METRES_PER_DEGREE = 111_320;

/** Corners of what to look at around a place. */
export function around([latitude, longitude]: Position, radiusM = AROUND_M): Position[] {
	const north = radiusM / METRES_PER_DEGREE;
	const east = north / Math.max(0.01, Math.cos((latitude * Math.PI) / 180));
	return [
		[Math.max(-90, latitude - north), longitude - east],
		[Math.min(90, latitude + north), longitude + east]
	];
}

/**
 * What the map shows first when a person puts an end of a way on it: the place it has already, closely; else around the
 * other places of the way that are known; else around the last place the person drove to; else around the newest place
 * of their own book; else the company's places. Empty where nothing is known.
 */
export function pinView(
	end: WayEnd,
	way: Way | null,
	drives: readonly Way[],
	books: PlaceBooks
): Position[] {
	const known = (ends: readonly WayEnd[]): Position[] =>
		ends.flatMap((one) => {
			const position = positionOf(one, books);
			return position === null ? [] : [position];
		});
	const [own] = known([end]);
	if (own !== undefined) return around(own, CLOSE_M);
	const others = known(way === null ? [] : endsOf({ ...way, isReturn: false }));
	if (others.length > 0) return others.flatMap((place) => around(place));
	for (const drive of drives) {
		const last = known(endsOf({ ...drive, isReturn: false })).at(-1);
		if (last !== undefined) return around(last);
	}
	const inBook = (book: 'own' | 'company') =>
		known(
			books[book].map(({ id }) => ({ name: '', point: { kind: `${book}-place`, placeId: id } }))
		);
	const newest = inBook('own').at(-1);
	return newest === undefined ? inBook('company') : around(newest);
}
