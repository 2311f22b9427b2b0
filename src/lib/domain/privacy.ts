/**
 * Annotations every field carries. Exports, erasure, the register of processing and the access checks read
 * them, so privacy is not a second list. They stand outside the schema hash: wording a purpose better
 * changes no stored document.
 */
export interface Privacy {
	dataClass: DataClass;
	purpose: Purpose;
	readers: readonly Reader[];
	retention: Retention;
}

export type DataClass =
	'identity' | 'employment' | 'financial' | 'location' | 'image' | 'free-text' | 'technical';

export type Purpose = 'reimbursement' | 'approval' | 'documentation' | 'administration' | 'sync';

export type Reader = 'owner' | 'approver' | 'finance' | 'administrator' | 'everyone' | 'server';

/** How long: bookkeeping law per country (primary, secondary), the company's trace retention, or the account's life. */
export type Retention = 'primary' | 'secondary' | 'trace' | 'account' | 'settings';

const OWNER_AND_JUDGES = ['owner', 'approver', 'finance'] as const;

/** Bookkeeping figures of a claim. */
export const CLAIM: Privacy = {
	dataClass: 'financial',
	purpose: 'reimbursement',
	readers: OWNER_AND_JUDGES,
	retention: 'primary'
};
/** Words a person writes about a claim. */
export const CLAIM_WORDS: Privacy = { ...CLAIM, dataClass: 'free-text' };
/** Receipt pictures and what describes them. */
export const RECEIPT: Privacy = { ...CLAIM, dataClass: 'image', purpose: 'documentation' };
/** A driven trip as others may see it. */
export const ROUTE: Privacy = { ...CLAIM, dataClass: 'location', purpose: 'documentation' };
/** Raw fixes: the owner's alone. */
export const RAW_FIXES: Privacy = {
	dataClass: 'location',
	purpose: 'documentation',
	readers: ['owner'],
	retention: 'trace'
};
/** How and on what a trip was recorded. */
export const TRIP_EVIDENCE: Privacy = { ...RAW_FIXES, retention: 'secondary' };
/** A draft nobody but its owner reads. */
export const JUDGEMENT: Privacy = { ...CLAIM, purpose: 'approval' };
export const JUDGEMENT_WORDS: Privacy = { ...JUDGEMENT, dataClass: 'free-text' };
/** Who a person is in the company. */
export const PERSON: Privacy = {
	dataClass: 'identity',
	purpose: 'administration',
	readers: ['owner', 'approver', 'finance', 'administrator'],
	retention: 'account'
};
export const EMPLOYMENT: Privacy = { ...PERSON, dataClass: 'employment' };
/** What a person chose for themselves. */
export const PREFERENCE: Privacy = { ...PERSON, dataClass: 'technical', readers: ['owner'] };
/** Where a person often is, in their own place book. */
export const OWN_PLACE: Privacy = { ...PREFERENCE, dataClass: 'location' };
/** What a person calls their places and vehicles. */
export const OWN_WORDS: Privacy = { ...PREFERENCE, dataClass: 'free-text' };
/** Company settings; no personal data. */
export const SETTING: Privacy = {
	dataClass: 'technical',
	purpose: 'administration',
	readers: ['everyone'],
	retention: 'settings'
};
/** What replication and versions need. */
export const BOOKKEEPING: Privacy = {
	dataClass: 'technical',
	purpose: 'sync',
	readers: OWNER_AND_JUDGES,
	retention: 'primary'
};
