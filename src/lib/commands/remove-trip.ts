import { routeIdOf, traceId } from '@outlay/domain/identifiers';
import type { DeedContext } from './context.ts';

/** Removes a trip that was never submitted, with its route and all its raw fixes. */
export async function removeTrip(
	context: Pick<DeedContext, 'documents'>,
	tripId: string
): Promise<void> {
	const { documents } = context;
	for (let n = 0; ; n++) {
		const chunk = await documents.get('trace', traceId(tripId, n));
		if (chunk === null) break;
		await documents.remove('trace', chunk.document._id);
	}
	if ((await documents.get('route', routeIdOf(tripId))) !== null) {
		await documents.remove('route', routeIdOf(tripId));
	}
	if ((await documents.get('trip', tripId)) !== null) await documents.remove('trip', tripId);
}
