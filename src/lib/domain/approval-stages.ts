import type { ApprovalStage } from './case.ts';
import type { PersonBody } from './person.ts';
import { settingOn } from './setting-on.ts';
import type { Setting } from './setting.ts';
import type { Submission } from './submission.ts';

/** What is known of a person who may have to approve. Days are `YYYY-MM-DD`, both included. */
export interface ApproverFacts {
	approverId: string | null;
	/** Largest amount they may approve in the company's currency; null without a limit. */
	approvalLimitMinor: number | null;
	isApprover: boolean;
	/** Who stands in while they are away; a substitute has their limit, for this. */
	absences: readonly { fromDay: string; toDay: string; substituteId: string }[];
}

export interface ApprovalRules {
	/**
	 * Whether the nearest approver is asked although the amount is above their limit (and then the next in line), or left
	 * out.
	 */
	whoAboveLimit: 'asked-first' | 'left-out';
	/** From this amount on, in the company's currency, a second approver is needed; null never. */
	secondFromMinor: number | null;
	/** Who that is; null for the next in line after the last one. */
	secondApproverId: string | null;
}

export const APPROVAL_RULES: ApprovalRules = {
	whoAboveLimit: 'asked-first',
	secondFromMinor: null,
	secondApproverId: null
};

export interface ApprovalQuestion {
	ownerId: string;
	/** In the company's currency; null while no rate is known: then only somebody without a limit has authority. */
	amountMinor: number | null;
	people: ReadonlyMap<string, ApproverFacts>;
	rules: ApprovalRules;
	/** The day it arrived. */
	day: string;
}

/** More than any company has above each other; ends a chain that goes on for ever. */
const MOST_STAGES = 20;

/**
 * Who has to approve a submission, in order: up the line of approvers until one has authority over the amount, then the
 * second approver where the rules ask for one. Nobody judges their own: the owner is left out, as approver and as
 * substitute. Nobody stands twice, and where a second approver is needed, nobody stands in at one stage who has another:
 * two pairs of eyes are two people. Where nobody in the line has authority, its last stands for the company:
 * `hasAuthority` is then false. Empty without any approver.
 */
export function approvalStagesOf(question: ApprovalQuestion): {
	stages: ApprovalStage[];
	hasAuthority: boolean;
} {
	const { ownerId, amountMinor, people, rules } = question;
	const line = lineAbove(ownerId, people);
	const hasLimitFor = (userId: string) => {
		const limitMinor = people.get(userId)?.approvalLimitMinor ?? null;
		return limitMinor === null || (amountMinor !== null && amountMinor <= limitMinor);
	};
	const at = line.findIndex(hasLimitFor);
	const last = at < 0 ? line.length - 1 : at;
	const approverIds = line.slice(
		rules.whoAboveLimit === 'left-out' ? Math.max(0, last) : 0,
		last + 1
	);
	const needsSecond =
		rules.secondFromMinor !== null &&
		(amountMinor === null || Math.abs(amountMinor) >= rules.secondFromMinor);
	const named = rules.secondApproverId;
	const isNamedThere = named !== null && approverIds.length > 1 && approverIds.includes(named);
	let isSecondThere = true;
	if (needsSecond && !isNamedThere) {
		const second =
			named !== null &&
			named !== ownerId &&
			people.get(named)?.isApprover &&
			!approverIds.includes(named)
				? named
				: line[last + 1];
		if (second === undefined) isSecondThere = approverIds.length > 1;
		else approverIds.push(second);
	}
	const stages = approverIds.map((approverId) => ({
		approverId,
		substituteIds: substitutesOf(approverId, question)
	}));
	return {
		stages: needsSecond ? byDifferentPeople(stages) : stages,
		hasAuthority: at >= 0 && isSecondThere
	};
}

function byDifferentPeople(stages: readonly ApprovalStage[]): ApprovalStage[] {
	const taken = new Set(stages.map(({ approverId }) => approverId));
	return stages.map(({ approverId, substituteIds }) => {
		const free = substituteIds.filter((id) => !taken.has(id));
		for (const id of free) taken.add(id);
		return { approverId, substituteIds: free };
	});
}

/**
 * The stages of a submission by the company's people (by user id) and settings on the day it arrived (`YYYY-MM-DD`).
 * Changing an approver, a limit or a substitution changes what arrives after it. An amount in another currency is
 * above every limit.
 */
export function stagesOfSubmission(
	submission: Submission,
	people: ReadonlyMap<string, PersonBody>,
	settings: readonly Setting[],
	day: string
): ApprovalStage[] {
	const rules = settingOn(settings, 'approval', day)?.body ?? null;
	const homeCurrency = settingOn(settings, 'company', day)?.body.homeCurrency;
	const { amountMinor, currency } = submission.body;
	const facts = [...people].map(([userId, person]): [string, ApproverFacts] => [
		userId,
		{
			approverId: person.approverId,
			approvalLimitMinor: person.approvalLimitMinor,
			isApprover: person.roles.includes('approver'),
			absences: rules?.substitutions.filter(({ approverId }) => approverId === userId) ?? []
		}
	]);
	return approvalStagesOf({
		ownerId: submission.ownerId,
		amountMinor: currency === homeCurrency ? amountMinor : null,
		people: new Map(facts),
		rules: rules ?? APPROVAL_RULES,
		day
	}).stages;
}

/** Who stands in for an approver on the day: an approver themselves, and never the owner. */
function substitutesOf(approverId: string, { ownerId, people, day }: ApprovalQuestion): string[] {
	const absences = people.get(approverId)?.absences ?? [];
	const ids = absences
		.filter(({ fromDay, toDay }) => fromDay <= day && day <= toDay)
		.map(({ substituteId }) => substituteId)
		.filter((id) => id !== ownerId && id !== approverId && people.get(id)?.isApprover);
	return [...new Set(ids)].sort();
}

function lineAbove(ownerId: string, people: ReadonlyMap<string, ApproverFacts>): string[] {
	const line: string[] = [];
	const seen = new Set([ownerId]);
	let next = people.get(ownerId)?.approverId ?? null;
	while (next !== null && !seen.has(next) && line.length < MOST_STAGES - 1) {
		seen.add(next);
		// Whoever may no longer approve is passed over; their own approver is asked.
		if (people.get(next)?.isApprover) line.push(next);
		next = people.get(next)?.approverId ?? null;
	}
	return line;
}

/** Whether somebody may decide at a stage: as its approver, or in the approver's place. */
export function mayDecideAt(stage: ApprovalStage, byId: string, actedFor: string | null): boolean {
	return actedFor === null || actedFor === byId
		? stage.approverId === byId
		: stage.approverId === actedFor && stage.substituteIds.includes(byId);
}
