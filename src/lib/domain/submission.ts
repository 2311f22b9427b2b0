import Type from 'typebox';
import { Clearances, type ContentClearance } from './content-guard.ts';
import {
	AmountMinor,
	CurrencyCode,
	IsoDate,
	IsoInstant,
	Nullable,
	Sha256,
	documentSchema,
	type Envelope,
	type Static
} from './envelope.ts';
import { BOOKKEEPING, CLAIM, JUDGEMENT, JUDGEMENT_WORDS, RECEIPT, ROUTE } from './privacy.ts';
import type { ReceiptMediaType } from './receipt.ts';
import { TransactionBody, type TransactionBody as Snapshot } from './transaction.ts';

const Reference = (privacy: object) => Type.String({ maxLength: 120, privacy });

/** One line of how an amount came about, with the rule it stands on. */
export const DerivationLine = Type.Object(
	{
		/** Stable code of the sentence, such as `mileage.distance_times_rate`. */
		code: Type.String({ maxLength: 60, privacy: CLAIM }),
		/** Figures of the sentence, already in their units. */
		values: Type.Record(
			Type.String({ maxLength: 40 }),
			Type.Union([Type.String({ maxLength: 120 }), Type.Number()]),
			{ privacy: CLAIM }
		),
		amountMinor: AmountMinor({ privacy: CLAIM }),
		source: Type.String({ maxLength: 300, privacy: CLAIM }),
		/** False when the rate is not from an official page; the app says so. */
		verified: Type.Boolean({ privacy: CLAIM })
	},
	{ additionalProperties: false }
);
export type DerivationLine = Static<typeof DerivationLine>;

/** An immutable snapshot: what was judged stays what was sent, whatever the network does. */
export const SubmissionBody = Type.Object(
	{
		subjectId: Reference(CLAIM),
		/** The submission this one corrects. */
		previousId: Nullable(Reference(CLAIM)),
		snapshot: TransactionBody,
		amountMinor: AmountMinor({ privacy: CLAIM }),
		currency: CurrencyCode({ privacy: CLAIM }),
		derivation: Type.Array(DerivationLine, { maxItems: 400 }),
		receipts: Type.Array(
			Type.Object(
				{
					receiptId: Reference(RECEIPT),
					sha256: Sha256({ privacy: RECEIPT }),
					mediaType: Type.String({ maxLength: 60, privacy: RECEIPT }),
					byteLength: Type.Integer({ minimum: 1, privacy: RECEIPT }),
					thumbnailSha256: Nullable(Sha256({ privacy: RECEIPT }))
				},
				{ additionalProperties: false }
			),
			{ maxItems: 50 }
		),
		tripId: Nullable(Reference(ROUTE)),
		routeId: Nullable(Reference(ROUTE)),
		/** Hash of the raw fixes, which stay with their owner. */
		fixesSha256: Nullable(Sha256({ privacy: ROUTE })),
		/**
		 * Metres that drives of the same year, submitted before this one, had used of the high rate when its amount was
		 * worked out; 0 for what no threshold counts.
		 */
		yearBeforeM: Type.Integer({ minimum: 0, maximum: 1_000_000_000, privacy: CLAIM }),
		/** Valid-from of the settings the amounts were computed with. */
		settingsFrom: IsoDate({ privacy: BOOKKEEPING }),
		submittedAt: IsoInstant({ privacy: JUDGEMENT }),
		/** SHA-256 over the canonical JSON of the body without this member. */
		contentHash: Sha256({ privacy: BOOKKEEPING })
	},
	{ additionalProperties: false }
);
export type SubmissionBody = Omit<Static<typeof SubmissionBody>, 'snapshot' | 'receipts'> & {
	snapshot: Snapshot;
	receipts: {
		receiptId: string;
		sha256: string;
		mediaType: ReceiptMediaType;
		byteLength: number;
		/** Null for a receipt without one. */
		thumbnailSha256: string | null;
	}[];
};

export const SubmissionSchema = documentSchema('submission', SubmissionBody);
export type Submission = Envelope<'submission', SubmissionBody>;

export const RecallBody = Type.Object(
	{ submissionId: Reference(JUDGEMENT), recalledAt: IsoInstant({ privacy: JUDGEMENT }) },
	{ additionalProperties: false }
);
export type RecallBody = Static<typeof RecallBody>;
export const RecallSchema = documentSchema('recall', RecallBody);
export type Recall = Envelope<'recall', RecallBody>;

export const DecisionBody = Type.Object(
	{
		submissionId: Reference(JUDGEMENT),
		/** Of the submission judged: a decision names exactly what was seen. */
		submissionHash: Sha256({ privacy: JUDGEMENT }),
		verdict: Type.Union([Type.Literal('approve'), Type.Literal('decline'), Type.Literal('ask')], {
			privacy: JUDGEMENT
		}),
		/** Needed to decline or ask; may be empty to approve. */
		reason: Type.String({ maxLength: 1000, privacy: JUDGEMENT_WORDS }),
		/** The approver stood in for, or null. */
		actedFor: Nullable(Type.String({ maxLength: 26, privacy: JUDGEMENT })),
		decidedAt: IsoInstant({ privacy: JUDGEMENT }),
		clearances: Clearances
	},
	{ additionalProperties: false }
);
export type DecisionBody = Omit<Static<typeof DecisionBody>, 'clearances'> & {
	clearances: ContentClearance[];
};
export type Verdict = DecisionBody['verdict'];
export const DecisionSchema = documentSchema('decision', DecisionBody);
export type Decision = Envelope<'decision', DecisionBody>;
