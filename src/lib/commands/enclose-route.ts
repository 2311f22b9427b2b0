import { canonicalJson } from '@outlay/domain/canonical-json';
import { areFixesHere } from '@outlay/domain/driven-route';
import { blurHome, type Home } from '@outlay/domain/home-blur';
import { documentId, routeIdOf } from '@outlay/domain/identifiers';
import { newEnvelope, type DeedContext } from './context.ts';
import { drivenRoute, stoppedTrip } from './measure-trip.ts';

/**
 * The id of the route that goes with a submission of a trip, written now unless the one sent before says the same. A
 * route never changes, so a corrected trip gets a new one. `before` is the route of the last submission: it serves when
 * the positions are no longer here, or have only partly come from another device. Null when there is no line.
 */
export async function encloseRoute(
	context: DeedContext,
	tripId: string,
	before: string | null
): Promise<string | null> {
	const trip = await stoppedTrip(context, tripId);
	const isWhole = trip.ok && areFixesHere(await context.documents.fixesOf(tripId), trip.value);
	const driven = isWhole ? await drivenRoute(context, tripId) : null;
	if (driven === null) return before;
	const body = blurHome(driven, await homesOf(context));
	for (const routeId of [before, routeIdOf(tripId)]) {
		const written = routeId === null ? null : await context.documents.get('route', routeId);
		if (written && canonicalJson(written.document.body) === canonicalJson(body)) {
			return written.document._id;
		}
	}
	const first = routeIdOf(tripId);
	const routeId =
		(await context.documents.get('route', first)) === null
			? first
			: documentId('route', context.me.userId, context.identities.ulid());
	await context.documents.add({
		_id: routeId,
		type: 'route',
		...newEnvelope(context, 'route'),
		body
	});
	return routeId;
}

/** The places the person marked as their home. */
export async function homesOf({
	documents,
	me
}: Pick<DeedContext, 'documents' | 'me'>): Promise<Home[]> {
	const profile = await documents.get('profile', `profile:${me.userId}`);
	if (profile === null) return [];
	const { places, homeRadiusM } = profile.document.body;
	return places.flatMap(({ id, home, latitude, longitude }) =>
		home && latitude !== null && longitude !== null
			? [{ id, latitude, longitude, radiusM: homeRadiusM }]
			: []
	);
}
