import type { Account, App } from '#lib/commands/app.ts';
import { startApp } from '#lib/start.ts';
import { saveForms } from '#lib/state/open-forms.ts';
import { rememberSignedIn } from '#lib/storage/signed-in.ts';
import { aSession } from './session.ts';

let starting: Promise<App> | null = null;

/**
 * The real app, signed in, without a server. It starts once in a page, as for a person, and hears of each sign-in as
 * from another tab: an app started for every test went on beside the next one and closed its store.
 */
export async function openApp(): Promise<{ app: App; account: Account }> {
	await rememberSignedIn().remember(aSession());
	starting ??= startApp({ saveForms, onWaiting: () => undefined, onFailed: () => undefined });
	const app = await starting;
	const account = await new Promise<Account>((resolve) => {
		app.account.subscribe((value) => {
			if (value) resolve(value);
		});
	});
	return { app, account };
}
