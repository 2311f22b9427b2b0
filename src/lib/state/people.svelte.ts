import type { Account } from '#lib/commands/app.ts';
import { m } from '#lib/paraglide/messages.js';
import { live } from './live.svelte.ts';

const MANY = 2000;

export interface PersonName {
	name: string;
	initials: string;
	/** Their name is not on this device. */
	isUnknown: boolean;
}

/** Names of colleagues by user id, as far as they are on this device. */
export function people(account: Account): { of(userId: string): PersonName } {
	const stored = live(account.documents.watchNewest('person', MANY));
	const byId = $derived(
		Object.fromEntries(
			(stored.current ?? []).map(({ document }) => [document.ownerId, document.body])
		)
	);
	return {
		of(userId) {
			if (userId === account.me.userId) {
				return { name: account.me.name, initials: account.me.initials, isUnknown: false };
			}
			const body = byId[userId];
			return body === undefined
				? { name: m.person_colleague(), initials: '–', isUnknown: true }
				: { name: body.name, initials: body.initials, isUnknown: false };
		}
	};
}
