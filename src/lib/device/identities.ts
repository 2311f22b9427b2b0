import { monotonicFactory } from 'ulid';
import type { Identities } from '#lib/commands/ports.ts';

/** ULIDs in lower case; later ones sort later, also within a millisecond and when the clock goes back. */
export function createIdentities(): Identities {
	const next = monotonicFactory();
	return { ulid: () => next().toLowerCase() };
}
