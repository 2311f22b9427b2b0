import Type from 'typebox';
import { Clearances, type ContentClearance } from './content-guard.ts';
import {
	AmountMinor,
	CountryCode,
	CurrencyCode,
	IsoDate,
	Nullable,
	documentSchema,
	type Envelope,
	type Static
} from './envelope.ts';
import { CLAIM, CLAIM_WORDS, RECEIPT, ROUTE } from './privacy.ts';

const Words = (maxLength: number) => Type.String({ maxLength, privacy: CLAIM_WORDS });
const Reference = Type.String({ maxLength: 120, privacy: CLAIM });

/** A draft may lack anything; `submit` asks for what is missing. */
export const ExpenseBody = Type.Object(
	{
		kind: Type.Literal('expense', { privacy: CLAIM }),
		/** Where it was bought; the row's title. */
		merchant: Words(200),
		amountMinor: Nullable(AmountMinor({ privacy: CLAIM })),
		/** What was typed and could not be read as an amount, so that nothing typed is lost; else ''. */
		amountText: Words(60),
		currency: CurrencyCode({ privacy: CLAIM }),
		spentOn: Nullable(IsoDate({ privacy: CLAIM })),
		country: CountryCode({ privacy: CLAIM }),
		costTypeId: Nullable(Type.String({ maxLength: 40, privacy: CLAIM })),
		purpose: Words(500),
		paidWith: Type.Union([Type.Literal('own-money'), Type.Literal('company-card')], {
			privacy: CLAIM
		}),
		/** Receipt document ids in page order. */
		receiptIds: Type.Array(Type.String({ maxLength: 120, privacy: RECEIPT }), { maxItems: 50 }),
		clearances: Clearances
	},
	{ additionalProperties: false }
);

export const MileageBody = Type.Object(
	{
		kind: Type.Literal('mileage', { privacy: CLAIM }),
		/** The recorded trip, or null when the distance was typed. */
		tripId: Nullable(Reference),
		from: Words(200),
		to: Words(200),
		purpose: Words(500),
		drivenOn: Nullable(IsoDate({ privacy: CLAIM })),
		country: CountryCode({ privacy: CLAIM }),
		vehicle: Type.Union([Type.Literal('own-car'), Type.Literal('company-car')], { privacy: CLAIM }),
		licencePlate: Words(15),
		distanceM: Nullable(Type.Integer({ minimum: 0, maximum: 10_000_000, privacy: ROUTE })),
		/** What was typed and could not be read as a distance; else ''. */
		distanceText: Words(60),
		distanceSource: Type.Union([Type.Literal('recorded'), Type.Literal('typed')], {
			privacy: CLAIM
		}),
		clearances: Clearances
	},
	{ additionalProperties: false }
);

/** Invoices, per diems and time join here as further kinds. */
export const TransactionBody = Type.Union([ExpenseBody, MileageBody]);

type WithClearances<B> = Omit<B, 'clearances'> & { clearances: ContentClearance[] };

export type ExpenseBody = WithClearances<Static<typeof ExpenseBody>>;
export type MileageBody = WithClearances<Static<typeof MileageBody>>;
export type TransactionBody = ExpenseBody | MileageBody;
export type TransactionKind = TransactionBody['kind'];

/** The owner's working copy: a draft until and after submission. It never leaves the owner's mailbox. */
export const TransactionSchema = documentSchema('transaction', TransactionBody);
export type Transaction = Envelope<'transaction', TransactionBody>;

/** What a list row calls it; '' when nothing was entered yet. */
export function titleOf(body: TransactionBody): string {
	if (body.kind === 'expense') return body.merchant || body.purpose;
	return body.from && body.to ? `${body.from} → ${body.to}` : body.from || body.to || body.purpose;
}

/** The day it happened. */
export function dayOf(body: TransactionBody): string | null {
	return body.kind === 'expense' ? body.spentOn : body.drivenOn;
}
