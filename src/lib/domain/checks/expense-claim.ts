/** One line of an expense or invoice. Amounts are with VAT, in minor units of the claim's currency. */
export interface ExpenseLine {
	lineId: string;
	costTypeId: string;
	accountId: string | null;
	vatCode: string | null;
	amountMinor: number;
	/** VAT as printed on the receipt; null where it isn't. */
	vatMinor: number | null;
	/** Chosen value by dimension; at most nine. */
	dimensions: Readonly<Record<string, string>>;
	projectId: string | null;
	isBillable: boolean;
	/** What of the amount is private. */
	privateMinor: number;
}

export interface Participant {
	name: string;
	company: string;
}

export type PaidBy = 'person' | 'company-card' | 'advance' | 'vendor';

/** An expense, or an invoice, as it is to be judged. Days are `YYYY-MM-DD`. */
export interface ExpenseClaim {
	claimId: string;
	personId: string;
	kind: 'expense' | 'invoice';
	merchant: string;
	/** Registration number of the vendor, such as CVR; '' when unknown. */
	vendorId: string;
	/** '' for a plain receipt. */
	invoiceNumber: string;
	amountMinor: number;
	currency: string;
	spentOn: string;
	/** Where it was bought. */
	country: string;
	paidBy: PaidBy;
	lines: readonly ExpenseLine[];
	/** Everybody who took part, the person included. */
	participants: readonly Participant[];
	/** SHA-256 of each picture. */
	receiptHashes: readonly string[];
	/** Why there is no receipt, in the person's words; '' when there is one. */
	missingReceiptReason: string;
	/** What the person wrote about a limit that was passed, by the code of the limit; '' says nothing. */
	explanations: Readonly<Record<string, string>>;
}

/** What a company asks of one kind of cost. */
export interface CostTypeRule {
	costTypeId: string;
	needsReceipt: boolean;
	/** Entertainment and the like: who took part, and from which company. */
	needsParticipants: boolean;
	/** Kind of cost in the VAT table, such as `hotel`. */
	vatKind: string;
	/** Largest amount for each participant, and for one person a day, in the company's currency; null without. */
	limitEachMinor: number | null;
	limitDayMinor: number | null;
}

/** A list people choose from on a line, such as department or project; a value may belong under one of its parent. */
export interface Dimension {
	dimensionId: string;
	isRequired: boolean;
	/** The dimension its values hang under; null for one that stands alone. */
	parentId: string | null;
	values: readonly { valueId: string; parentValueId: string | null }[];
}

export interface ExpensePolicy {
	/** The company's, whose VAT is deducted. */
	country: string;
	currency: string;
	costTypes: readonly CostTypeRule[];
	dimensions: readonly Dimension[];
	/** Oldest expense taken, in days before today; null without. */
	ageLimitDays: number | null;
}

export const MOST_DIMENSIONS = 9;
