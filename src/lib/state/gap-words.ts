import type { RouteBody, RouteGap } from '@outlay/domain/route';
import { gapCause, type GapCause } from '@outlay/domain/trip-events';
import type { TripEvent, TripGap } from '@outlay/domain/trip';
import { m } from '#lib/paraglide/messages.js';
import { formatKilometres, formatTime, formatTimeToSecond } from './formats.ts';

/** A gap with road in it is for the person to answer; a pause is theirs, and a rest counts nothing. */
export function isOpenQuestion(gap: RouteGap): boolean {
	return gap.by !== 'paused' && gap.straightM > 0;
}

/** What happened in a gap: "Recording paused 14:02–14:09", and the straight line. */
export function gapWords(
	gap: TripGap,
	events: readonly TripEvent[]
): { title: string; words: string } {
	const cause = gapCause(gap, events);
	const times = timesOf(gap);
	const straight = m.trip_gap_distance({ distance: formatKilometres(gap.straightM) });
	return {
		title: TITLES[cause](times),
		words: cause === 'asleep' ? `${m.trip_gap_why_asleep()} ${straight}` : straight
	};
}

/** "14:02" to "14:09"; with seconds where both would read alike. */
function timesOf({ fromMs, toMs }: Pick<TripGap, 'fromMs' | 'toMs'>): { from: string; to: string } {
	const isBrief = formatTime(fromMs) === formatTime(toMs);
	const format = isBrief ? formatTimeToSecond : formatTime;
	return { from: format(fromMs), to: format(toMs) };
}

/** What is said while it records about the last time the page or the app was away; null when it never was. */
export function missedWords(
	gaps: readonly TripGap[],
	events: readonly TripEvent[]
): { title: string; words: string } | null {
	const missed = gaps.findLast((gap) => {
		const cause = gapCause(gap, events);
		return cause === 'asleep' || cause === 'closed';
	});
	return missed === undefined ? null : gapWords(missed, events);
}

const TITLES: Readonly<Record<GapCause, (times: { from: string; to: string }) => string>> = {
	asleep: m.trip_gap_asleep,
	closed: m.trip_gap_closed,
	'no-position': m.trip_gap_no_position,
	paused: m.trip_gap_asleep
};

/** What was counted for a gap and who says so, a line each, for who reads a trip. */
export function gapLines(gaps: readonly RouteGap[]): { title: string; lines: string[] } | null {
	const driven = gaps.filter(isOpenQuestion);
	if (driven.length === 0) return null;
	return {
		title: m.trip_gap_summary({
			count: driven.length,
			distance: formatKilometres(driven.reduce((sum, { distanceM }) => sum + distanceM, 0))
		}),
		lines: driven.map((gap) =>
			m.trip_gap_line({
				...timesOf(gap),
				distance: formatKilometres(gap.distanceM),
				how: fillWords(gap)
			})
		)
	};
}

function fillWords({ by, source }: RouteGap): string {
	switch (by) {
		case 'straight':
			return m.trip_gap_by_straight();
		case 'via':
			return m.trip_gap_by_via();
		case 'road-pack':
			return m.trip_gap_by_road_pack({ source });
		case 'road-service':
			return m.trip_gap_by_road_service();
		case 'paused':
		case 'unanswered':
			return m.trip_gap_by_unanswered();
	}
}

/** What stands at a gap on the map. */
export function gapLabel(gap: TripGap | RouteGap): string {
	const isPause = 'by' in gap && gap.by === 'paused';
	const lengthMs = gap.toMs - gap.fromMs;
	if (lengthMs < 60_000 && !isPause) {
		return m.trip_gap_label_seconds({ count: Math.round(lengthMs / 1000) });
	}
	const count = Math.max(1, Math.round(lengthMs / 60_000));
	return isPause ? m.trip_gap_label_paused({ count }) : m.trip_gap_label({ count });
}

/** What the map draws of a route. */
export function drawnRoute({ stretches, gaps }: Pick<RouteBody, 'stretches' | 'gaps'>) {
	return {
		stretches,
		gaps,
		gapLines: gaps.map(({ line }) => line),
		areGapsFilled: gaps.map(({ by }) => by !== 'unanswered' && by !== 'paused')
	};
}
