import type { RouteBody } from '@outlay/domain/route';
import type { Position } from '@outlay/domain/trip';
import { m } from '#lib/paraglide/messages.js';
import { formatKilometres, formatTime } from './formats.ts';
import { gapLines } from './gap-words.ts';

/** What the map of a route shows, in one breath. */
export function routeLabel(route: RouteBody): string {
	const times = `${formatTime(route.startedAtMs)}–${formatTime(route.stoppedAtMs)}`;
	return `${m.trip_map_label()}: ${formatKilometres(route.distanceM)} km, ${times}`;
}

/** The same as the map, line by line: start, gaps, stop, distance. */
export function routeInWords(route: RouteBody): string[] {
	const start = route.stretches[0]?.[0];
	const stop = route.stretches.at(-1)?.at(-1);
	return [
		start && m.trip_words_start({ time: formatTime(route.startedAtMs), place: placeWords(start) }),
		...(gapLines(route.gaps)?.lines ?? []),
		stop && m.trip_words_stop({ time: formatTime(route.stoppedAtMs), place: placeWords(stop) }),
		m.trip_words_span({
			distance: formatKilometres(route.distanceM),
			from: formatTime(route.startedAtMs),
			to: formatTime(route.stoppedAtMs)
		})
	].filter((line) => line !== undefined);
}

/** "55.4012° N, 10.3880° E". */
function placeWords([latitude, longitude]: Position): string {
	const degrees = (value: number, above: string, below: string) =>
		`${Math.abs(value).toFixed(4)}° ${value < 0 ? below : above}`;
	return `${degrees(latitude, m.compass_north(), m.compass_south())}, ${degrees(longitude, m.compass_east(), m.compass_west())}`;
}
