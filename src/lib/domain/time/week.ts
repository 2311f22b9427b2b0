import { Temporal } from 'temporal-polyfill';
import { ok, refuse, type Result } from '../refusal.ts';

/** The seven dates of an ISO 8601 week such as `2026-W48`, Monday first. Refuses with `time.week_unreadable`. */
export function datesOfWeek(week: string): Result<string[]> {
	const match = /^(\d{4})-W(\d{2})$/.exec(week);
	if (match === null) return refuse('time.week_unreadable', 'week');
	// The fourth of January is always in the first week.
	const fourth = Temporal.PlainDate.from({ year: Number(match[1]), month: 1, day: 4 });
	const monday = fourth
		.subtract({ days: fourth.dayOfWeek - 1 })
		.add({ weeks: Number(match[2]) - 1 });
	// A week the year has not is counted into the next one, as another.
	if (monday.weekOfYear !== Number(match[2])) return refuse('time.week_unreadable', 'week');
	return ok(Array.from({ length: 7 }, (_, days) => monday.add({ days }).toString()));
}
