import { findProhibited } from '@outlay/domain/prohibited-content';

/** What is found in a text, and what is done about it: kind and verdict of each. */
export function verdicts(text: string): string[] {
	return findProhibited(text).map(({ kind, verdict }) => `${kind} ${verdict}`);
}
