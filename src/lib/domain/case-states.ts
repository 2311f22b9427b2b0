export const CASE_STATES = [
	'waiting',
	'asked',
	'approved',
	'declined',
	'recalled',
	'reopened',
	'checked',
	'exported',
	'paid'
] as const;
export type CaseState = (typeof CASE_STATES)[number];

/** What finance does with what was approved. */
export const HANDLING_DEEDS = ['checked', 'exported', 'paid', 'reopened'] as const;
export type HandlingDeed = (typeof HANDLING_DEEDS)[number];

export const CASE_DEEDS = [
	'submitted',
	'recalled',
	'approved',
	'declined',
	'asked',
	...HANDLING_DEEDS
] as const;
export type CaseDeed = (typeof CASE_DEEDS)[number];

/** Approved, and whatever finance did with it since. */
export function isApproved(state: string): boolean {
	return state === 'approved' || state === 'checked' || state === 'exported' || state === 'paid';
}
