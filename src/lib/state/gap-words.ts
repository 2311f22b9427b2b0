import type { TripGap } from '@outlay/domain/trip';
import { m } from '#lib/paraglide/messages.js';
import { formatKilometres, formatTime } from './formats.ts';

/** What is told about the stretches without positions; null where there are none. */
export function gapWords(gaps: readonly TripGap[]): { title: string; words: string } | null {
	const [first] = gaps;
	if (first === undefined) return null;
	const ms = gaps.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
	const count = Math.max(1, Math.round(ms / 60_000));
	const distance = formatKilometres(gaps.reduce((sum, { straightM }) => sum + straightM, 0));
	return gaps.length === 1
		? {
				title: m.trip_gap_title({ count }),
				words: m.trip_gap_words({
					from: formatTime(first.fromMs),
					to: formatTime(first.toMs),
					distance
				})
			}
		: {
				title: m.trip_gaps_title({ count, places: gaps.length }),
				words: m.trip_gaps_words({ distance })
			};
}

/** What stands at a gap on the map. */
export function gapLabel({ fromMs, toMs }: TripGap): string {
	return m.trip_gap_label({ count: Math.max(1, Math.round((toMs - fromMs) / 60_000)) });
}
