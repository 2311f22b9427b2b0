import type { CaseStep } from '@outlay/domain/case';
import { m } from '#lib/paraglide/messages.js';
import { formatMoment } from './formats.ts';
import type { PersonName } from './people.svelte.ts';

export interface HistoryStep {
	id: string;
	words: string;
	at: string;
	note?: string | undefined;
}

/** Later arrivals than this are worth a line of their own: it was done offline. */
const OFFLINE_AFTER_MS = 2 * 60 * 1000;

/**
 * The steps of a case in words, oldest first. A step that was done offline is followed by when it reached the
 * company; one that has not is marked.
 */
export function historySteps(
	steps: readonly CaseStep[],
	myId: string,
	nameOf: (userId: string) => PersonName
): HistoryStep[] {
	return steps.flatMap((step) => {
		const doneAtMs = Date.parse(step.at);
		const shown: HistoryStep[] = [
			{
				id: step.documentId,
				words: wordsOf(step, step.byId === myId ? null : nameOf(step.byId).name),
				at: formatMoment(doneAtMs),
				note: noteOf(step)
			}
		];
		if (step.receivedAt !== null) {
			const receivedAtMs = Date.parse(step.receivedAt);
			if (receivedAtMs - doneAtMs > OFFLINE_AFTER_MS) {
				shown.push({
					id: `${step.documentId} received`,
					words: m.history_reached_company(),
					at: formatMoment(receivedAtMs)
				});
			}
		}
		return shown;
	});
}

function noteOf(step: CaseStep): string | undefined {
	if (!step.counts) return m.history_too_late();
	return step.order === null ? m.history_not_sent() : undefined;
}

function wordsOf({ deed, reason }: CaseStep, name: string | null): string {
	const words =
		name === null
			? {
					submitted: m.history_you_submitted,
					recalled: m.history_you_recalled,
					approved: m.history_you_approved,
					declined: m.history_you_declined,
					asked: m.history_you_asked,
					checked: m.history_you_checked,
					exported: m.history_you_exported,
					paid: m.history_you_paid,
					reopened: m.history_you_reopened
				}[deed]()
			: {
					submitted: m.history_submitted,
					recalled: m.history_recalled,
					approved: m.history_approved,
					declined: m.history_declined,
					asked: m.history_asked,
					checked: m.history_checked,
					exported: m.history_exported,
					paid: m.history_paid,
					reopened: m.history_reopened
				}[deed]({ name });
	return reason === '' ? words : m.history_with_reason({ words, reason });
}
