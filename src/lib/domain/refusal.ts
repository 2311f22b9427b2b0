import type { RuleRefusal } from './rule-codes.ts';

/** An expected "no": a stable dotted code shared by device and server, turned into words in one place. */
export interface Refusal {
	code: string;
	/** The field the person can mend, as named in the document's body. */
	field?: string;
	/** Figures the sentence needs, such as a limit. */
	values?: Record<string, string | number>;
}

export type Result<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

export function ok<T>(value: T): { ok: true; value: T } {
	return { ok: true, value };
}

type RulePrefix = RuleRefusal extends `${infer Prefix}.${string}` ? Prefix : never;
/** A code that begins like a rule's must be one of them: then somebody has to find words for it. */
type KnownCode<C extends string> = C extends `${RulePrefix}.${string}`
	? C extends RuleRefusal
		? C
		: never
	: C;

export function refuse<C extends string>(
	code: C & KnownCode<C>,
	field?: string,
	values?: Record<string, string | number>
): { ok: false; refusal: Refusal } {
	return {
		ok: false,
		refusal: { code, ...(field === undefined ? {} : { field }), ...(values ? { values } : {}) }
	};
}
