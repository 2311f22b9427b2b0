import type { Refusal } from '@outlay/domain/refusal';

/** What is wrong on a form, by the field it stands at. */
export type FieldRefusals<Field extends string> = { [field in Field]?: Refusal };

/** Where a form's refusals come from; a later one covers an earlier one of the same field. */
export interface RefusalSources<Field extends string> {
	/** What Submit said; null once its field was edited. */
	submit: Refusal | null;
	/** What the form itself sees: words that can't be read, a day that is still to come. */
	read: FieldRefusals<Field>;
	/** What a rule refused to store, by member of the body. */
	unstored: Readonly<Record<string, Refusal | undefined>>;
	/** Content that has no place in these texts, in the order of the form. */
	blocked: readonly { field: Field; refusal: Refusal }[];
	/** Where a member of the body is shown: an amount kept as words stands in the field of the amount. */
	shownAt: (member: string) => Field;
}

/** Content that has no place here first, then what is not stored, what can't be read, and what is missing. */
export function fieldRefusals<Field extends string>(
	sources: RefusalSources<Field>
): FieldRefusals<Field> {
	const { submit, read, unstored, blocked, shownAt } = sources;
	const refusals: FieldRefusals<Field> = {};
	if (submit?.field !== undefined) refusals[shownAt(submit.field)] = submit;
	Object.assign(refusals, read);
	for (const [member, refusal] of Object.entries(unstored)) {
		if (refusal) refusals[shownAt(member)] = refusal;
	}
	for (const { field, refusal } of blocked) refusals[field] = refusal;
	return refusals;
}

/** The first field whose words are not stored as they stand on the screen; null when all are. */
export function firstUnstored<Field extends string>({
	unstored,
	blocked,
	shownAt
}: Pick<RefusalSources<Field>, 'unstored' | 'blocked' | 'shownAt'>): {
	field: Field;
	refusal: Refusal;
} | null {
	const [block] = blocked;
	if (block !== undefined) return block;
	for (const [member, refusal] of Object.entries(unstored)) {
		if (refusal) return { field: shownAt(member), refusal };
	}
	return null;
}
