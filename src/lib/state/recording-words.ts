import type { Recording } from '#lib/commands/app.ts';
import type { LocationRefusal } from '#lib/commands/recording-ports.ts';
import { m } from '#lib/paraglide/messages.js';

const LOCATION_OFF: Readonly<
	Record<LocationRefusal, { title: () => string; words: () => string }>
> = {
	denied: { title: m.trip_location_denied, words: m.trip_location_denied_words },
	unavailable: { title: m.trip_location_unavailable, words: m.trip_location_unavailable_words },
	unsupported: { title: m.trip_location_unsupported, words: m.trip_location_unsupported_words }
};

/** Why there are no positions, and what to do; null while there are. */
export function locationOffWords(
	recording: Recording | undefined
): { title: string; words: string } | null {
	if (!recording?.locationRefusal) return null;
	const { title, words } = LOCATION_OFF[recording.locationRefusal];
	return { title: title(), words: words() };
}

/** What the recording does, in a few words over the map; null while it does nothing. */
export function recordingPill(recording: Recording | undefined): string | null {
	if (recording?.locationRefusal) return m.trip_pill_no_gps();
	switch (recording?.state) {
		case 'recording':
			return recording.lastFix
				? m.trip_pill_recording({ accuracy: Math.round(recording.lastFix.accuracyM) })
				: m.trip_pill_waiting();
		case 'paused':
			return m.trip_pill_paused();
		case 'starting':
			return m.trip_pill_starting();
		case 'stopping':
			return m.trip_pill_stopping();
		case 'elsewhere':
			return m.trip_pill_elsewhere();
		case 'idle':
		case undefined:
			return null;
	}
}
