/** Sequences are `<n>-<epoch>`: digits, a hyphen and base 36, so they need no percent-encoding anywhere. */

const SEQUENCE = /^(\d{1,15})(?:-([a-z0-9]{1,32}))?$/;

/** What a client's `since` says; null when it is none of ours. A bare number has no epoch. */
export function parseSequence(text: string): { n: number; epoch: string | null } | null {
	const match = SEQUENCE.exec(text);
	return match ? { n: Number(match[1]), epoch: match[2] ?? null } : null;
}

export function formatSequence(n: number, epoch: string): string {
	return `${n}-${epoch}`;
}
