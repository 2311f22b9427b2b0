import { geodesicM } from '@outlay/domain/geodesic';
import {
	endKey,
	endsOf,
	wordsKey,
	type EndPoint,
	type Way,
	type WayEnd
} from '@outlay/domain/mileage/way';
import type { FavouriteTrip, OwnPlace } from '@outlay/domain/person';
import type { CompanyPlace } from '@outlay/domain/setting';
import type { MileageBody } from '@outlay/domain/transaction';
import type { Position } from '@outlay/domain/trip';

const MOST_RECENT_TRIPS = 5;
const MOST_RECENT_PLACES = 8;
/** So near a place of a book, it is that place. */
const SAME_PLACE_M = 150;

/** A place to suggest for an end. */
export interface SuggestedPlace extends WayEnd {
	/** Tells suggestions apart. */
	key: string;
	from: 'own' | 'company' | 'recent';
	address: string;
	isHome: boolean;
}

/** A trip to take over in one tap. */
export interface SuggestedTrip extends Way {
	key: string;
	purpose: string;
	isFavourite: boolean;
}

/** One's own places, then the company's, then those of recent drives that are in no book. */
export function suggestedPlaces(
	own: readonly OwnPlace[],
	company: readonly CompanyPlace[],
	drives: readonly MileageBody[]
): SuggestedPlace[] {
	const places: SuggestedPlace[] = [
		...own.map((place) => inBook('own', place, place.home)),
		...company.map((place) => inBook('company', place, false))
	];
	const names = new Set(places.map(({ name }) => wordsKey(name)));
	for (const drive of drives) {
		for (const end of endsOf(drive)) {
			const name = wordsKey(end.name);
			const isFromBook = end.point !== null && 'placeId' in end.point;
			if (name === '' || names.has(name) || isFromBook) continue;
			names.add(name);
			places.push({ ...end, key: `recent ${name}`, from: 'recent', address: '', isHome: false });
			if (names.size >= own.length + company.length + MOST_RECENT_PLACES) return places;
		}
	}
	return places;
}

function inBook(
	from: 'own' | 'company',
	{ id, name, address }: OwnPlace | CompanyPlace,
	isHome: boolean
): SuggestedPlace {
	const point: EndPoint = { kind: from === 'own' ? 'own-place' : 'company-place', placeId: id };
	return { key: `${from} ${id}`, from, name, address, isHome, point };
}

/** Suggestions for what stands in a field; all of them where it names one exactly. */
export function matching(places: readonly SuggestedPlace[], words: string): SuggestedPlace[] {
	const key = wordsKey(words);
	if (key === '' || places.some(({ name }) => wordsKey(name) === key)) return [...places];
	return places.filter(({ name, address }) => wordsKey(`${name} ${address}`).includes(key));
}

/** The place of a book that is called exactly so; null for words of one's own. */
export function placeNamed(
	places: readonly SuggestedPlace[],
	words: string
): SuggestedPlace | null {
	const key = wordsKey(words);
	return places.find(({ name, from }) => from !== 'recent' && wordsKey(name) === key) ?? null;
}

/** The place of a book at a position, or null. */
export function placeAt(
	[latitude, longitude]: Position,
	own: readonly OwnPlace[],
	company: readonly CompanyPlace[]
): WayEnd | null {
	for (const [kind, book] of [
		['own-place', own],
		['company-place', company]
	] as const) {
		for (const place of book) {
			if (place.latitude === null || place.longitude === null) continue;
			if (geodesicM(latitude, longitude, place.latitude, place.longitude) <= SAME_PLACE_M) {
				return { name: place.name, point: { kind, placeId: place.id } };
			}
		}
	}
	return null;
}

/** Favourites first, then what was driven lately; each way once. */
export function suggestedTrips(
	favourites: readonly FavouriteTrip[],
	drives: readonly MileageBody[]
): SuggestedTrip[] {
	const keys = new Set<string>();
	const trips: SuggestedTrip[] = [];
	for (const { id, purpose, ...way } of favourites) {
		keys.add(wayKey(way));
		trips.push({ ...way, purpose, key: id, isFavourite: true });
	}
	let recent = 0;
	for (const drive of drives) {
		const { from, fromPoint, to, toPoint, vias, isReturn, purpose } = drive;
		const key = wayKey(drive);
		if (from.trim() === '' || to.trim() === '' || keys.has(key)) continue;
		keys.add(key);
		trips.push({
			from,
			fromPoint,
			to,
			toPoint,
			vias,
			isReturn,
			purpose,
			key,
			isFavourite: false
		});
		recent += 1;
		if (recent === MOST_RECENT_TRIPS) break;
	}
	return trips;
}

/** Tells ways apart by their places. */
export function wayKey(way: Way): string {
	return JSON.stringify(endsOf(way).map(endKey));
}
