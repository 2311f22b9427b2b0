import Type from 'typebox';
import { CASE_DEEDS, CASE_STATES, type CaseDeed, type CaseState } from './case-states.ts';
import { IsoInstant, Nullable, documentSchema, type Envelope, type Static } from './envelope.ts';
import { JUDGEMENT, JUDGEMENT_WORDS } from './privacy.ts';

const Reference = Type.String({ maxLength: 120, privacy: JUDGEMENT });
const UserId = Type.String({ maxLength: 26, privacy: JUDGEMENT });

/** Somebody who has to approve, and who may do so in their place. */
export const ApprovalStage = Type.Object(
	{ approverId: UserId, substituteIds: Type.Array(UserId, { maxItems: 20 }) },
	{ additionalProperties: false }
);
export type ApprovalStage = Static<typeof ApprovalStage>;

export const CaseStep = Type.Object(
	{
		documentId: Reference,
		deed: Type.Union(
			CASE_DEEDS.map((deed) => Type.Literal(deed)),
			{ privacy: JUDGEMENT }
		),
		byId: UserId,
		/** The submission it is about. */
		submissionId: Reference,
		/** The approver stood in for; null otherwise. */
		actedFor: Nullable(UserId),
		/** Of a submission: who has to approve it, in order, as it was when it arrived; else empty. */
		stages: Type.Array(ApprovalStage, { maxItems: 20 }),
		/** By the device's clock, which may be wrong. */
		at: IsoInstant({ privacy: JUDGEMENT }),
		/** By the server's clock; null until it arrived there. */
		receivedAt: Nullable(IsoInstant({ privacy: JUDGEMENT })),
		/** The server's order of arrival within the company; null until it arrived there. */
		order: Nullable(Type.Integer({ minimum: 0, privacy: JUDGEMENT })),
		/** False when it came too late to change anything; it is kept and shown all the same. */
		counts: Type.Boolean({ privacy: JUDGEMENT }),
		reason: Type.String({ maxLength: 1000, privacy: JUDGEMENT_WORDS })
	},
	{ additionalProperties: false }
);
export type CaseStep = Omit<Static<typeof CaseStep>, 'deed'> & { deed: CaseDeed };

export const CaseBody = Type.Object(
	{
		subjectId: Reference,
		state: Type.Union(
			CASE_STATES.map((state) => Type.Literal(state)),
			{ privacy: JUDGEMENT }
		),
		/** The submission that counts now. */
		submissionId: Reference,
		/** The approver it waits for; null when nobody holds it. */
		holderId: Nullable(UserId),
		steps: Type.Array(CaseStep, { maxItems: 1000 })
	},
	{ additionalProperties: false }
);
export type CaseBody = Omit<Static<typeof CaseBody>, 'state' | 'steps'> & {
	state: CaseState;
	steps: CaseStep[];
};

export const CaseSchema = documentSchema('case', CaseBody);
/** Where a transaction stands, as the server sees it. Only the server writes it. */
export type Case = Envelope<'case', CaseBody>;
