import { roundedPosition } from '@outlay/domain/mileage/way';
import { refuse } from '@outlay/domain/refusal';
import { settingOn } from '@outlay/domain/setting-on';
import type { Position } from '@outlay/domain/trip';
import type { Done } from './app.ts';
import { localDay, type DeedContext } from './context.ts';
import type { Fix, Locations } from './recording-ports.ts';

/** A fix as good as this is taken at once, … */
const GOOD_ENOUGH_M = 50;
/** … and after this long the best there is. */
const WAIT_MS = 15_000;

/**
 * Where the person is, once, because they asked for it: location is off again when this resolves, and nothing of it is
 * stored here. Refuses with `trip.location_off` while the company has recorded no purpose, and with `location.denied`,
 * `location.unavailable`, `location.unsupported`.
 */
export async function readHere(
	context: DeedContext,
	locations: Locations
): Promise<Done<Position>> {
	const company = settingOn(await context.settings(), 'company', localDay(context.clock))?.body;
	if (!company?.locationPurpose) return refuse('trip.location_off');
	return new Promise((resolve) => {
		let best: Fix | null = null;
		let stop: (() => void) | null = null;
		let isDone = false;
		const finish = (done: Done<Position>) => {
			if (isDone) return;
			isDone = true;
			clearTimeout(timer);
			stop?.();
			resolve(done);
		};
		const take = ({ latitude, longitude }: Fix) =>
			finish({ ok: true, value: roundedPosition([latitude, longitude]) });
		const timer = setTimeout(() => {
			if (best === null) finish(refuse('location.unavailable'));
			else take(best);
		}, WAIT_MS);
		stop = locations.start(
			(fix) => {
				if (best === null || fix.accuracyM < best.accuracyM) best = fix;
				if (fix.accuracyM <= GOOD_ENOUGH_M) take(fix);
			},
			(refusal) => {
				if (best === null) finish(refuse(`location.${refusal}`));
			}
		);
		if (isDone) stop();
	});
}
