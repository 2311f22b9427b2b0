import { standingOf } from '@outlay/domain/standing';
import type { SubmissionBody } from '@outlay/domain/submission';
import type { Account } from '#lib/commands/app.ts';
import { dayEarlier, type SubjectDocuments } from './group-by-subject.ts';
import { live } from './live.svelte.ts';
import { newestDocuments } from './newest-documents.svelte.ts';
import { companySettings } from './settings.svelte.ts';
import { subjectDocuments } from './subject-documents.svelte.ts';
import { rowOf, type TransactionRow } from './transaction-row.ts';
import { yearBefore } from './year-before.svelte.ts';

export interface TransactionRows {
	/** Newest first by creation; undefined until known. */
	readonly rows: TransactionRow[] | undefined;
	readonly isComplete: boolean;
	showMore(): void;
}

/**
 * The person's own transactions with what became of them. `firstLimit` are there at once; the rest follows as far
 * back as `backTo` (an ISO instant). Call while a component is set up.
 */
export function transactionRows(
	account: Account,
	firstLimit = 40,
	backTo: () => string | null = () => null
): TransactionRows {
	const { documents, sync } = account;
	const transactions = newestDocuments(documents, 'transaction', firstLimit, backTo);
	const settings = companySettings(account);
	const itemStates = live(sync.itemStates);
	const queue = live(sync.queue);

	// What is about a transaction is younger than it; a day of grace covers clocks that differ.
	const oldest = $derived.by(() => {
		const createdAt = transactions.current?.at(-1)?.document.createdAt;
		return createdAt === undefined ? null : dayEarlier(createdAt);
	});
	const subjects = subjectDocuments(documents, firstLimit * 2, () => oldest);

	const year = yearBefore(
		account,
		() => (subjects.current === undefined ? undefined : transactions.current),
		() => subjects.current?.size ?? 0
	);

	const rows = $derived.by(() => {
		const known = subjects.current;
		if (transactions.current === undefined || known === undefined) return undefined;
		// Amounts of drives come from the company's rates: without them they would appear later, and push the list.
		if (!settings.isKnown) return undefined;
		return transactions.current.map((stored) => {
			const subject = known.get(stored.document._id);
			const standing = subject ? standingOf(subject.about, subject.serverCase, null) : null;
			return rowOf({
				stored,
				standing,
				submitted: submittedOf(subject?.about ?? [], standing?.submissionId),
				yearBeforeM: year.beforeM(stored.document.body),
				settings: settings.all,
				itemState: itemStates.current?.get(stored.document._id),
				queue: queue.current ?? []
			});
		});
	});
	return {
		get rows() {
			return rows;
		},
		get isComplete() {
			return transactions.isComplete;
		},
		showMore() {
			transactions.showMore();
		}
	};
}

function submittedOf(
	about: SubjectDocuments['about'],
	submissionId: string | undefined
): SubmissionBody | null {
	const found = about.find(({ _id }) => _id === submissionId);
	return found?.type === 'submission' ? found.body : null;
}
