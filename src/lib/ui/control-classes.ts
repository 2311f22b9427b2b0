/** The control inside a field frame: it fills the frame under the label, and the frame shows the focus. */
export const CONTROL_CLASSES =
	'block w-full min-w-0 bg-transparent px-3.5 pb-2 pt-0.5 type-value text-ink outline-none placeholder:font-normal';

/** Ids of the sentences that describe a control. */
export function describedBy(
	controlId: string,
	error: string | undefined,
	hint: string | undefined
): string | undefined {
	if (error !== undefined) return `${controlId}-error`;
	return hint === undefined ? undefined : `${controlId}-hint`;
}
