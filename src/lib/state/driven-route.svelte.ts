import type { RouteBody } from '@outlay/domain/route';
import type { Trip } from '@outlay/domain/trip';
import type { Account } from '#lib/commands/app.ts';
import type { Stored } from '#lib/commands/ports.ts';

/**
 * The route of a stopped trip, measured from the positions on this device and again after each change of the trip.
 * Undefined until the first is known; null when there is none here. Call while a component is set up.
 */
export function drivenRoute(
	account: Account,
	trip: () => Stored<Trip> | null | undefined
): { readonly current: RouteBody | null | undefined } {
	let route = $state.raw<RouteBody | null | undefined>();
	// Sync changes what is known of the sending, and that is no reason to measure.
	const known = $derived.by(() => {
		const stored = trip();
		return stored === undefined
			? undefined
			: stored?.document.body.state === 'stopped'
				? `${stored.document._id} ${stored.document.updatedAt}`
				: null;
	});
	$effect(() => {
		if (known === undefined) return;
		if (known === null) {
			route = null;
			return;
		}
		let isOld = false;
		const take = (measured: RouteBody | null) => {
			if (!isOld) route = measured;
		};
		account.deeds.drivenRoute(known.slice(0, known.indexOf(' '))).then(take, () => take(null));
		return () => {
			isOld = true;
		};
	});
	return {
		get current() {
			return route;
		}
	};
}
