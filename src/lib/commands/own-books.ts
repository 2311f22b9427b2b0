import type { ContentClearance } from '@outlay/domain/content-guard';
import { refuseStoring } from '@outlay/domain/content-guard';
import {
	MOST_FAVOURITE_TRIPS,
	MOST_OWN_PLACES,
	MOST_OWN_VEHICLES,
	ProfileBody,
	emptyProfile
} from '@outlay/domain/person';
import { refuse } from '@outlay/domain/refusal';
import type { Done } from './app.ts';
import type { DeedContext } from './context.ts';
import { editProfile } from './save-profile.ts';
import type { OwnBooks } from './ports.ts';

const MOST: Readonly<Record<keyof OwnBooks, number>> = {
	places: MOST_OWN_PLACES,
	vehicles: MOST_OWN_VEHICLES,
	favouriteTrips: MOST_FAVOURITE_TRIPS
};

/**
 * Keeps a place, vehicle or favourite trip, or changes the one with its id. `clearances` are what the person said about
 * numbers in its texts. Refuses with `book.full` (with the `most`), `place.name_missing`, `content.identity_number` and
 * `content.card_number`: unlike in a draft, nothing is stored then.
 */
export async function keepOwn<B extends keyof OwnBooks>(
	context: DeedContext,
	book: B,
	element: OwnBooks[B],
	clearances: readonly ContentClearance[] = []
): Promise<Done> {
	if (book === 'places' && 'home' in element && element.name.trim() === '') {
		return refuse('place.name_missing', 'name');
	}
	const prohibited = refuseStoring(ProfileBody, {
		...emptyProfile(),
		[book]: [element],
		clearances
	});
	if (prohibited) return { ok: false, refusal: prohibited };
	let isFull = false;
	const done = await editProfile(context, (body) => {
		const list = body[book] as OwnBooks[B][];
		const isThere = list.some(({ id }) => id === element.id);
		isFull = !isThere && list.length >= MOST[book];
		if (isFull) return body;
		return {
			...body,
			[book]: isThere
				? list.map((other) => (other.id === element.id ? element : other))
				: [...list, element],
			clearances: [...others(body.clearances, book, element.id), ...clearances]
		};
	});
	return isFull ? refuse('book.full', undefined, { most: MOST[book] }) : done;
}

/** Takes one out; no matter if it is gone already. */
export function removeOwn(context: DeedContext, book: keyof OwnBooks, id: string): Promise<Done> {
	return editProfile(context, (body) => ({
		...body,
		[book]: body[book].filter((element) => element.id !== id),
		clearances: others(body.clearances, book, id)
	}));
}

/** The vehicle a new trip begins with. */
export function makeFirstVehicle(context: DeedContext, id: string): Promise<Done> {
	return editProfile(context, (body) => ({
		...body,
		vehicles: [
			...body.vehicles.filter((vehicle) => vehicle.id === id),
			...body.vehicles.filter((vehicle) => vehicle.id !== id)
		]
	}));
}

function others(
	clearances: readonly ContentClearance[],
	book: keyof OwnBooks,
	id: string
): ContentClearance[] {
	return clearances.filter(({ field }) => !field.startsWith(`${book}.${id}.`));
}
