import type { CaseState } from '@outlay/domain/case-states';
import { m } from '#lib/paraglide/messages.js';

/** Where an entry stands with its approver; 'draft' before it was submitted. */
export type EntryStatus = 'draft' | CaseState;

export function statusWord(status: EntryStatus): string {
	return {
		draft: m.status_draft,
		waiting: m.status_waiting,
		asked: m.status_asked,
		approved: m.status_approved,
		declined: m.status_declined,
		// Taken back is a draft again; the history says the rest.
		recalled: m.status_draft,
		reopened: m.status_reopened,
		checked: m.status_checked,
		exported: m.status_exported,
		paid: m.status_paid
	}[status]();
}
