import type { BroughtBackFile } from '#lib/commands/unsent-ports.ts';
import { m } from '#lib/paraglide/messages.js';

/** What became of a file of unsent work, a sentence for each thing to know. */
export function broughtBackWords(found: BroughtBackFile): string[] {
	const { documents, pictures, unreadable, tooNew, isWhole } = found;
	const { added, merged, kept, removed } = documents;
	const isNothing = added + merged + kept + removed + unreadable + tooNew === 0 && isWhole;
	return [
		isNothing ? m.sync_file_back_nothing() : m.sync_file_back_done({ added, merged, pictures }),
		...(kept > 0 ? [m.sync_file_back_kept({ count: kept })] : []),
		...(removed > 0 ? [m.sync_file_back_removed({ count: removed })] : []),
		...(tooNew > 0 ? [m.sync_file_back_too_new({ count: tooNew })] : []),
		...(unreadable > 0 ? [m.sync_file_back_unreadable({ count: unreadable })] : []),
		...(isWhole ? [] : [m.sync_file_back_cut()])
	];
}
