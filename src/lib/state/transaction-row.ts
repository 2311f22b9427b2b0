import type { CaseState } from '@outlay/domain/case-states';
import type { CaseView } from '@outlay/domain/case-of';
import { mileageAmount } from '@outlay/domain/mileage/mileage-amount';
import type { Refusal } from '@outlay/domain/refusal';
import type { Setting } from '@outlay/domain/setting';
import type { SubmissionBody } from '@outlay/domain/submission';
import { dayOf, titleOf } from '@outlay/domain/transaction-title';
import type { Transaction, TransactionKind } from '@outlay/domain/transaction';
import type { ItemState, QueueEntry, Stored } from '#lib/commands/ports.ts';

/** A transaction as lists and tables show it. */
export interface TransactionRow {
	id: string;
	kind: TransactionKind;
	/** '' when nothing was entered yet. */
	title: string;
	/** Null while it can't be worked out. */
	amountMinor: number | null;
	currency: string;
	/** `YYYY-MM-DD`, the day it happened. */
	day: string | null;
	createdAt: string;
	/** A recalled one is a draft again. */
	status: 'draft' | CaseState;
	/** The step that gave the status has not reached the company. */
	isStatusUnsent: boolean;
	/** Where it is on its way. */
	state: ItemState;
	/** The approver's words, while it is declined or asked about. */
	declinedReason: string | null;
	/** Why the server did not take it. */
	refusal: Refusal | null;
	paidWith: 'own-money' | 'company-card';
	costTypeId: string | null;
	receiptCount: number;
	distanceM: number | null;
	isReadOnly: boolean;
}

export interface RowFacts {
	stored: Stored<Transaction>;
	/** Null before it was first submitted. */
	standing: CaseView | null;
	/** As it was last submitted; null before. */
	submitted: Pick<SubmissionBody, 'amountMinor' | 'currency'> | null;
	/** Of a drive that is not submitted: `mileageAmount`'s. */
	yearBeforeM: number;
	settings: readonly Setting[];
	itemState: ItemState | undefined;
	queue: readonly QueueEntry[];
}

/** Brings together what several documents say about one transaction. Pure. */
export function rowOf(facts: RowFacts): TransactionRow {
	const { stored, standing, settings, itemState, queue } = facts;
	const { body, _id, createdAt } = stored.document;
	const status = standing === null || standing.state === 'recalled' ? 'draft' : standing.state;
	// What was said of a drive stays said: the kilometres before it have changed since.
	const isSaid = body.kind === 'mileage' && status !== 'draft' && status !== 'declined';
	const said = isSaid ? facts.submitted : null;
	const amount = said ?? amountOf(body, settings, facts.yearBeforeM);
	return {
		id: _id,
		kind: body.kind,
		title: titleOf(body),
		amountMinor: amount.amountMinor,
		currency: amount.currency,
		day: dayOf(body),
		createdAt,
		status,
		isStatusUnsent: standing !== null && status !== 'draft' && standing.isUnsent,
		state: itemState ?? (stored.unsentSinceMs === null ? 'sent' : 'on-this-device'),
		declinedReason: status === 'declined' || status === 'asked' ? reasonOf(standing, status) : null,
		refusal:
			queue.find((entry) => entry.subjectId === _id && entry.refusal !== null)?.refusal ?? null,
		paidWith:
			body.kind === 'expense'
				? body.paidWith
				: body.vehicleOwner === 'own'
					? 'own-money'
					: 'company-card',
		costTypeId: body.kind === 'expense' ? body.costTypeId : null,
		receiptCount: body.kind === 'expense' ? body.receiptIds.length : 0,
		distanceM: body.kind === 'mileage' ? body.distanceM : null,
		isReadOnly: stored.isReadOnly
	};
}

function amountOf(
	body: Transaction['body'],
	settings: readonly Setting[],
	yearBeforeM: number
): { amountMinor: number | null; currency: string } {
	if (body.kind === 'expense') return { amountMinor: body.amountMinor, currency: body.currency };
	const amount = mileageAmount(body, settings, yearBeforeM);
	return amount.ok
		? { amountMinor: amount.value.amountMinor, currency: amount.value.currency }
		: { amountMinor: null, currency: '' };
}

function reasonOf(standing: CaseView | null, deed: 'declined' | 'asked'): string | null {
	const step = standing?.steps.findLast((candidate) => candidate.counts && candidate.deed === deed);
	return step?.reason ?? null;
}
