import { emptyProfile, type ProfileBody } from '@outlay/domain/person';
import type { Account } from '#lib/commands/app.ts';
import { live } from './live.svelte.ts';

/** The places, vehicles and favourite trips a person keeps; empty until known. Call while a component is set up. */
export interface OwnBooksShown {
	readonly body: ProfileBody;
	readonly isKnown: boolean;
}

export function ownBooks(account: Account): OwnBooksShown {
	const stored = live(account.documents.watch('profile', `profile:${account.me.userId}`));
	const none = emptyProfile();
	return {
		get body() {
			return stored.current?.document.body ?? none;
		},
		get isKnown() {
			return stored.current !== undefined;
		}
	};
}
