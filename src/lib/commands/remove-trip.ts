import { routeIdOf } from '@outlay/domain/identifiers';
import type { DeedContext } from './context.ts';

/** Removes a trip that was never submitted, with its route and all its raw fixes. */
export async function removeTrip(
	context: Pick<DeedContext, 'documents'>,
	tripId: string
): Promise<void> {
	const { documents } = context;
	for (const { _id } of await documents.tracesOf(tripId)) await documents.remove('trace', _id);
	if ((await documents.get('route', routeIdOf(tripId))) !== null) {
		await documents.remove('route', routeIdOf(tripId));
	}
	if ((await documents.get('trip', tripId)) !== null) await documents.remove('trip', tripId);
}
