import type { Refusal } from '@outlay/domain/refusal';
import type { UnreadUnsent } from '#lib/commands/unsent-ports.ts';
import { m } from '#lib/paraglide/messages.js';
import { formatMoment } from './formats.ts';
import { refusalWords } from './refusal-words.ts';

/** The sentence of a refused passcode, with the seconds until the next try. */
export function passcodeWords(refusal: Refusal): string {
	const seconds = Number(refusal.values?.['seconds'] ?? 0);
	if (refusal.code === 'passcode.wait') return m.refusal_passcode_wait({ count: seconds });
	if (refusal.code === 'passcode.wrong' && seconds > 0) {
		return `${m.refusal_passcode_wrong()} ${m.refusal_passcode_wait({ count: seconds })}`;
	}
	return refusalWords(refusal);
}

/** What would be gone without its key, such as "2 entries, 1 photo"; empty when everything was sent. */
export function unreadUnsentWords(unsent: UnreadUnsent): string {
	const parts = [
		{ count: unsent.entries, words: m.unread_entries },
		{ count: unsent.submissions, words: m.unread_submissions },
		{ count: unsent.photos, words: m.unread_photos },
		{ count: unsent.trips, words: m.unread_trips }
	];
	const named = parts.reduce((sum, { count }) => sum + count, 0);
	return [...parts, { count: unsent.total - named, words: m.unread_others }]
		.filter(({ count }) => count > 0)
		.map(({ count, words }) => words({ count }))
		.join(', ');
}

/** When the newest of it was changed; empty where it isn't known. */
export function unreadSinceWords({ newestAtMs }: UnreadUnsent): string {
	return newestAtMs === null ? '' : m.unread_newest({ time: formatMoment(newestAtMs) });
}
