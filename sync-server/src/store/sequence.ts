/**
 * Sequences are `<n>-<epoch>`: digits, a hyphen and base 36, so they need no percent-encoding anywhere. A store may
 * have more to say between the two: `<n>-<its own words>-<epoch>`.
 */

const SEQUENCE = /^(\d{1,15})(?:-([\w-]{1,4000}))?$/;

/** What a client's `since` says; null when it can't be a sequence. A bare number has no epoch. */
export function parseSequence(text: string): { n: number; epoch: string | null } | null {
	const match = SEQUENCE.exec(text);
	return match ? { n: Number(match[1]), epoch: match[2] ?? null } : null;
}

export function formatSequence(n: number, epoch: string): string {
	return `${n}-${epoch}`;
}
