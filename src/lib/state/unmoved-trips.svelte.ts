import { LEAST_TRIP_M } from '@outlay/domain/trip';
import type { Account } from '#lib/commands/app.ts';
import { live } from './live.svelte.ts';
import { mileageIdOfTrip } from './own-transaction-id.ts';

/** A stopped trip too short to be paid, which its driver has neither typed nor discarded. */
export interface UnmovedTrip {
	tripId: string;
	/** The mileage it would become. */
	transactionId: string;
	startedAtMs: number;
}

/** How many of the newest trips are looked through. */
const MANY = 100;

/** Trips that wait for a word from the person. `known` are the ids of their mileage. Call while a component is set up. */
export function unmovedTrips(
	account: Account,
	known: () => ReadonlySet<string>
): { readonly current: UnmovedTrip[] } {
	const trips = live(account.documents.watchNewest('trip', MANY));
	const unmoved = $derived(
		(trips.current ?? []).flatMap(({ document: { _id, ownerId, body } }) => {
			const transactionId = mileageIdOfTrip(_id);
			const isOpen = body.state !== 'stopped';
			// A measured trip that moved gets its mileage in the same breath.
			const isShort = body.distanceM !== null && body.distanceM < LEAST_TRIP_M;
			if (isOpen || !isShort || ownerId !== account.me.userId) return [];
			return known().has(transactionId)
				? []
				: [{ tripId: _id, transactionId, startedAtMs: body.startedAtMs }];
		})
	);
	return {
		get current() {
			return unmoved;
		}
	};
}
