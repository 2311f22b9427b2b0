import type { CaseStep } from '@outlay/domain/case';
import type { CaseView } from '@outlay/domain/case-of';
import { caseIdOf } from '@outlay/domain/identifiers';
import { standingOf } from '@outlay/domain/standing';
import type { Submission } from '@outlay/domain/submission';
import type { Transaction } from '@outlay/domain/transaction';
import type { Account } from '#lib/commands/app.ts';
import type { ItemState, Stored } from '#lib/commands/ports.ts';
import type { Refusal } from '@outlay/domain/refusal';
import { live } from './live.svelte.ts';

/** One transaction of the person, with what became of it. */
export interface OwnEntry {
	/** Undefined until known; null when there is none under this id. */
	readonly stored: Stored<Transaction> | null | undefined;
	/** Null before it was first submitted. */
	readonly standing: CaseView | null;
	readonly status: 'draft' | CaseView['state'];
	/** Nothing waits and nothing is approved, so it may be changed. */
	readonly isEditable: boolean;
	/** The submission that counts now; null before. */
	readonly submission: Submission | null;
	/** Who declined or asked, with their words; null unless that is where it stands. */
	readonly answer: CaseStep | null;
	readonly itemState: ItemState;
	/** Why the server did not take it; null when it did or has not been asked. */
	readonly serverRefusal: Refusal | null;
}

/** Follows one transaction. Call while a component is set up; the id may change. */
export function ownEntry(account: Account, transactionId: () => string): OwnEntry {
	const { documents, sync } = account;
	const stored = $derived(live(documents.watch('transaction', transactionId())));
	const about = $derived(live(documents.watchAbout(transactionId())));
	const serverCase = $derived(live(documents.watch('case', caseIdOf(transactionId()))));
	const itemStates = live(sync.itemStates);
	const queue = live(sync.queue);

	const isKnown = $derived(about.current !== undefined && serverCase.current !== undefined);
	const standing = $derived(
		standingOf(
			(about.current ?? []).map(({ document }) => document),
			serverCase.current?.document ?? null,
			null
		)
	);
	const status = $derived(
		standing === null || standing.state === 'recalled' ? 'draft' : standing.state
	);
	const submission = $derived.by(() => {
		for (const { document } of about.current ?? []) {
			if (document.type === 'submission' && document._id === standing?.submissionId)
				return document;
		}
		return null;
	});
	return {
		get stored() {
			// What stands about it is known first: a submitted entry never shows as a form for a blink.
			return isKnown ? stored.current : undefined;
		},
		get standing() {
			return standing;
		},
		get status() {
			return status;
		},
		get isEditable() {
			const isOpen = status === 'draft' || status === 'declined' || status === 'reopened';
			return isOpen && stored.current?.isReadOnly !== true;
		},
		get submission() {
			return submission;
		},
		get answer() {
			if (status !== 'declined' && status !== 'asked') return null;
			return standing?.steps.findLast((step) => step.counts && step.deed === status) ?? null;
		},
		get itemState() {
			const known = itemStates.current?.get(transactionId());
			return known ?? (stored.current?.unsentSinceMs == null ? 'sent' : 'on-this-device');
		},
		get serverRefusal() {
			const refused = queue.current?.find(
				(entry) => entry.subjectId === transactionId() && entry.refusal !== null
			);
			return refused?.refusal ?? null;
		}
	};
}
