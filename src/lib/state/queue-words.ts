import { m } from '#lib/paraglide/messages.js';
import type { QueueEntry } from '#lib/commands/ports.ts';

const PARTS: Readonly<Record<QueueEntry['part'], () => string>> = {
	entry: m.sync_part_entry,
	photo: m.sync_part_photo,
	submission: m.sync_part_submission,
	decision: m.sync_part_decision,
	trip: m.sync_part_trip,
	other: m.sync_part_other
};

/** "Entry, receipt photo". */
export function partWords(parts: readonly QueueEntry['part'][]): string {
	const words = parts.map((part) => PARTS[part]()).join(', ');
	return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}
