import type { Account, App, ClosedAccount } from '#lib/commands/app.ts';
import { startApp } from '#lib/start.ts';
import { rememberSignedIn } from '#lib/storage/signed-in.ts';
import { until } from './device.ts';
import { COMPANY, WORKER } from './documents.ts';
import { aSession } from './session.ts';

/** What everything of the account is named after. */
export const ACCOUNT_NAME = `outlay-${COMPANY}-${WORKER}`;

/** The app of one page; a page has one, so a test that must be alone with it stands in a file of its own. */
export class StartedApp {
	/** Whether everything that stands in forms could be stored. */
	areFormsStored = true;
	#app: App | null = null;

	/** The app, without a server, for who is remembered on the device. */
	async start(): Promise<App> {
		this.#app = await startApp({
			saveForms: () => Promise.resolve(this.areFormsStored),
			onWaiting: () => undefined,
			onFailed: () => undefined
		});
		return this.#app;
	}

	get app(): App {
		if (this.#app === null) throw new Error('not started');
		return this.#app;
	}

	async openAccount(): Promise<Account> {
		await rememberSignedIn().remember(aSession());
		await this.start();
		return this.account();
	}

	async account(): Promise<Account> {
		const open = await until(this.app.account, (value) => value !== null);
		if (open === null) throw new Error('not open');
		return open;
	}

	/** Waits until the account is closed for that reason. */
	async closedFor<K extends ClosedAccount['kind']>(
		kind: K
	): Promise<Extract<ClosedAccount, { kind: K }>> {
		const why = await until(this.app.closed, (value) => value?.kind === kind);
		return why as Extract<ClosedAccount, { kind: K }>;
	}

	async signOut(): Promise<void> {
		await this.#app?.sessions.signOut();
		this.#app = null;
		this.areFormsStored = true;
	}
}

/** Whether a tab has the account's database open. */
export async function isHeld(): Promise<boolean> {
	const { held = [] } = await navigator.locks.query();
	return held.some(({ name }) => name === `${ACCOUNT_NAME}-open`);
}
