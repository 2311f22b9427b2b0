import { documentsOf, firstOf, type DeedContext } from '#lib/commands/context.ts';
import { trimTrip } from '#lib/commands/cut-trip.ts';
import { finishTrip } from '#lib/commands/finish-trip.ts';
import type { Documents } from '#lib/commands/ports.ts';
import { standingHere } from '#lib/commands/standing.ts';
import { createClock } from '#lib/device/clock.ts';
import { createHashing } from '#lib/device/hashing.ts';
import { createIdentities } from '#lib/device/identities.ts';
import { documentsIn } from '#lib/storage/documents.ts';
import { openDatabase } from '#lib/storage/open-database.ts';
import { vaultIn } from '#lib/storage/vault.ts';
import { createPhotos } from '#lib/workers/photo-client.ts';
import { createTripMeasuring } from '#lib/workers/trip-client.ts';
import { aSession } from './session.ts';

/**
 * Another tab that does something about a trip and gets no further than its draft: it says `between` when the trip is
 * stored and the draft is next. Whoever hears it kills the tab.
 */
self.onmessage = async ({ data }: MessageEvent<KilledTabOrder>) => {
	const me = aSession();
	const clock = createClock();
	const database = await openDatabase({ companyId: me.companyId, userId: me.userId });
	const documents = untilTheDraft(documentsIn(database, clock));
	const context: DeedContext = {
		me,
		documents,
		vault: vaultIn(database, clock, () => Promise.resolve(null)),
		clock,
		identities: createIdentities(),
		hashing: createHashing(),
		photos: createPhotos(),
		measuring: createTripMeasuring(),
		settings: async () => documentsOf(await firstOf(documents.watchNewest('setting', 100))),
		caseOf: (subjectId) => standingHere(documents, me, subjectId)
	};
	if (data.span) await trimTrip(context, data.tripId, data.span);
	else await finishTrip(context, data.tripId);
	self.postMessage('nothing came between');
};

function untilTheDraft(documents: Documents): Documents {
	const stop = (): Promise<never> => {
		self.postMessage('between');
		return new Promise(() => undefined);
	};
	return {
		...documents,
		add: (document) => (document.type === 'transaction' ? stop() : documents.add(document)),
		edit: (type, id, change) => (type === 'transaction' ? stop() : documents.edit(type, id, change))
	};
}

export interface KilledTabOrder {
	tripId: string;
	/** What is to count of the trip; null finishes it. */
	span: { fromMs: number; toMs: number } | null;
}
