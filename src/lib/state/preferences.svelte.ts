import type { Account } from '#lib/commands/app.ts';
import { language } from './language.svelte.ts';
import { live } from './live.svelte.ts';
import { theme } from './theme.svelte.ts';

/**
 * On a device where nothing was chosen yet, takes over what the person chose elsewhere. Call while a component is set
 * up.
 */
export function followPreferences(account: Account): void {
	const profile = live(account.documents.watch('profile', `profile:${account.me.userId}`));
	$effect(() => {
		const chosen = profile.current?.document.body;
		if (chosen === undefined) return;
		if (!theme.isChosenHere && chosen.theme !== theme.current) theme.choose(chosen.theme);
		if (!language.isChosenHere && chosen.language !== language.current) {
			language.choose(chosen.language);
		}
	});
}
