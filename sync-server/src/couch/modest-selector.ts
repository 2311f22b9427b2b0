import type { Caller } from '../access/access-port.ts';
import { forbidden, tooMany } from '../http/errors.ts';
import type { Json } from '../store/json.ts';

/** A selector of a person is asked about every document. */
const LONGEST_SELECTOR = 10_000;

/** Refuses people a selector that could keep this process busy for long. */
export function requireModestSelector(selector: Json | undefined, caller: Caller): void {
	if (caller.kind === 'administrator' || selector === undefined) return;
	const text = JSON.stringify(selector);
	// An expression of the caller's making can keep this process busy for hours, and so can a long selector.
	if (text.includes('"$regex"')) {
		throw forbidden('selector.regex: $regex is for the server administrator alone.');
	}
	if (text.length > LONGEST_SELECTOR) throw tooMany(LONGEST_SELECTOR, 'characters of a selector');
}
