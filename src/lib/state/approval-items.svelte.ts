import { openStageOf } from '@outlay/domain/open-stage';
import type { CaseView } from '@outlay/domain/case-of';
import { standingOf } from '@outlay/domain/standing';
import type { Submission } from '@outlay/domain/submission';
import type { Account } from '#lib/commands/app.ts';
import type { ItemState } from '#lib/commands/ports.ts';
import { live } from './live.svelte.ts';
import { subjectDocuments } from './subject-documents.svelte.ts';

/** Something another person submitted, as their approver sees it. */
export interface ApprovalItem {
	/** The submission that counts now. */
	submission: Submission;
	standing: CaseView;
	/** The decision names it and has not been sent, or has. */
	state: ItemState;
}

export interface ApprovalItems {
	/** Newest first, decided ones too; undefined until known. */
	readonly items: ApprovalItem[] | undefined;
	/** How many wait for this person. */
	readonly waitingCount: number;
}

/** What others submitted to this person. Call while a component is set up. */
export function approvalItems(account: Account, firstLimit = 200): ApprovalItems {
	const subjects = subjectDocuments(account.documents, firstLimit, () => null);
	const itemStates = live(account.sync.itemStates);
	const myId = account.me.userId;

	const items = $derived.by(() => {
		if (subjects.current === undefined) return undefined;
		const found: ApprovalItem[] = [];
		for (const { about, serverCase } of subjects.current.values()) {
			if (!about.some(({ type, ownerId }) => type === 'submission' && ownerId !== myId)) continue;
			const standing = standingOf(about, serverCase, myId);
			const submission = about.find(
				(document) => document.type === 'submission' && document._id === standing?.submissionId
			);
			if (standing === null || submission?.type !== 'submission') continue;
			const mine = about.findLast(({ type, ownerId }) => type === 'decision' && ownerId === myId);
			found.push({
				submission,
				standing,
				state: mine === undefined ? 'sent' : (itemStates.current?.get(mine._id) ?? 'sent')
			});
		}
		return found.sort((a, b) =>
			b.submission.body.submittedAt.localeCompare(a.submission.body.submittedAt)
		);
	});
	const waitingCount = $derived(
		(items ?? []).filter(({ standing }) => isWaitingFor(standing, myId)).length
	);
	return {
		get items() {
			return items;
		},
		get waitingCount() {
			return waitingCount;
		}
	};
}

/** It waits for this person, as approver or in an approver's place, and for nobody else. */
export function isWaitingFor(standing: CaseView, userId: string): boolean {
	if (standing.state !== 'waiting') return false;
	const turn = openStageOf(standing);
	const substituteIds = turn?.stage.substituteIds ?? [];
	return (standing.holderId ?? userId) === userId || substituteIds.includes(userId);
}
