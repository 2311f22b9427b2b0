import type { TripRecordedBy } from '@outlay/domain/trip';
import { m } from '#lib/paraglide/messages.js';

const NAMES: Readonly<Record<Exclude<TripRecordedBy, 'app'>, string>> = {
	gpx: 'GPX',
	fit: 'FIT',
	timeline: 'Google Timeline'
};

/** What a kind of file is called, in every language. */
export function recorderName(by: TripRecordedBy): string {
	return by === 'app' ? m.app_name() : NAMES[by];
}

/** "Imported from GPX", or null for what this app recorded. */
export function importedWords(by: TripRecordedBy): string | null {
	return by === 'app' ? null : m.trip_imported({ recorder: NAMES[by] });
}
