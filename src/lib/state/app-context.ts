import { getContext, setContext } from 'svelte';
import type { Account, App } from '#lib/commands/app.ts';

const KEY = Symbol('outlay app');

/** What the layout holds: null until the app has started, or while nobody is signed in. */
export interface AppHolder {
	readonly app: App | null;
	readonly account: Account | null;
}

/** Called once by the layout; `holder` may fill later, as its members are read at each use. */
export function provideApp(holder: AppHolder): void {
	setContext(KEY, holder);
}

/** The started app. Call while a component is set up. Throws before the start: pages are shown after it. */
export function useApp(): App {
	const { app } = getContext<AppHolder>(KEY);
	if (app === null) throw new Error('the app has not started');
	return app;
}

/** The account of who is signed in. Call while a component is set up. Throws when nobody is: such pages aren't shown. */
export function useAccount(): Account {
	const { account } = getContext<AppHolder>(KEY);
	if (account === null) throw new Error('nobody is signed in');
	return account;
}
