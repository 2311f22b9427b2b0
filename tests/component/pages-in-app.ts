import type { Component } from 'svelte';
import { afterEach, beforeEach } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { OutlayDocument } from '@outlay/domain/documents';
import type { MileageBody, TransactionBody } from '@outlay/domain/transaction';
import type { Account, App } from '#lib/commands/app.ts';
import { overwriteGetLocale } from '#lib/paraglide/runtime.js';
import '../../src/app.css';
import { openApp } from '../support/open-app.ts';
import { SETTINGS } from '../support/page-settings.ts';
import PageInApp from './PageInApp.svelte';

/**
 * Pages on the real app: storage in IndexedDB, deeds, workers. There is no server, as where there is no signal. Each test
 * of the file begins signed in, with these settings of the company, on a phone.
 */
export function pagesInApp(settings: readonly OutlayDocument[] = SETTINGS) {
	let app: App;
	let account: Account;
	beforeEach(async () => {
		overwriteGetLocale(() => 'en');
		await page.viewport(390, 844);
		({ app, account } = await openApp());
		for (const document of settings) await account.documents.add(document);
	});
	afterEach(async () => {
		document.body.innerHTML = '';
		await app.sessions.signOut();
	});
	return {
		get app() {
			return app;
		},
		get account() {
			return account;
		},
		/** Shows a page in the app. */
		show(Page: unknown, pageProps: Record<string, unknown> = {}) {
			const shown = Page as Component<Record<string, unknown>>;
			return render(PageInApp, { app, account, page: shown, pageProps });
		},
		async bodyOf(transactionId: string): Promise<TransactionBody | null> {
			return (await account.documents.get('transaction', transactionId))?.document.body ?? null;
		},
		async mileageOf(transactionId: string): Promise<MileageBody> {
			const body = await this.bodyOf(transactionId);
			if (body?.kind !== 'mileage') throw new Error('no mileage');
			return body;
		}
	};
}
