import type { Browser, Page } from '@playwright/test';
import type { SessionView } from '@outlay/domain/session-view';
import { quantile } from '../../support/quantile.ts';
import { PHONE_SLOWDOWN } from './app-start.ts';
import type { DeviceBench } from './page/main.ts';

export interface StoreFigures {
	name: string;
	insertThousandMs: number;
	insertManyMs: number;
	coldNewestMs: number;
	warmNewestMs: number;
	saveMedianMs: number;
	saveP95Ms: number;
	receiptsMs: number;
	firstSync: {
		tookMs: number;
		documentCount: number;
		requestCount: number;
		/** As they came over the wire, headers too. */
		receivedBytes: number;
	} | null;
}

interface Amounts {
	documentCount: number;
	receiptCount: number;
	saveCount: number;
}

/** One contestant after the other, each in a browser profile of its own and each step in a fresh page. */
export async function benchStores(
	browser: Browser,
	url: string,
	card: object,
	me: SessionView,
	amounts: Amounts
): Promise<StoreFigures[]> {
	const all: StoreFigures[] = [];
	for (const name of ['outlay', 'pouchdb', 'dexie']) {
		const context = await browser.newContext();
		const onFreshPage = async <T>(run: (page: Page) => Promise<T>): Promise<T> => {
			const page = await context.newPage();
			page.on('pageerror', (error) => {
				console.error(`${name}: ${error.message}`);
			});
			await page.goto(new URL('/bench/index.html', url).href);
			await page.waitForFunction(() => 'bench' in window);
			try {
				return await run(page);
			} finally {
				await page.close();
			}
		};
		try {
			const insert = (store: string, count: number) =>
				onFreshPage((page) =>
					page.evaluate(
						([kind, who, name, n]) =>
							(window as unknown as { bench: DeviceBench }).bench.insert(kind, who, name, n),
						[name, me, store, count] as const
					)
				);
			const insertThousandMs = await insert('few', 1000);
			const insertManyMs = await insert('many', amounts.documentCount);
			const [coldNewestMs, warmNewestMs] = await onFreshPage(async (page) => {
				const cdp = await context.newCDPSession(page);
				await cdp.send('Emulation.setCPUThrottlingRate', { rate: PHONE_SLOWDOWN });
				return page.evaluate(
					([kind, who]) =>
						(window as unknown as { bench: DeviceBench }).bench.newest(kind, who, 'many'),
					[name, me] as const
				);
			});
			const saves = await onFreshPage((page) =>
				page.evaluate(
					([kind, who, count]) =>
						(window as unknown as { bench: DeviceBench }).bench.saves(kind, who, 'many', count),
					[name, me, amounts.saveCount] as const
				)
			);
			const receiptsMs = await onFreshPage((page) =>
				page.evaluate(
					([kind, who, count]) =>
						(window as unknown as { bench: DeviceBench }).bench.receipts(
							kind,
							who,
							'pictures',
							count
						),
					[name, me, amounts.receiptCount] as const
				)
			);
			all.push({
				name,
				insertThousandMs,
				insertManyMs,
				coldNewestMs,
				warmNewestMs,
				saveMedianMs: quantile(saves, 0.5),
				saveP95Ms: quantile(saves, 0.95),
				receiptsMs,
				firstSync: name === 'dexie' ? null : await onFreshPage((page) => firstSync(page, name))
			});
			console.error(`${name}: done`);
		} finally {
			await context.close();
		}
	}
	return all;

	async function firstSync(page: Page, kind: string): Promise<StoreFigures['firstSync']> {
		await page.evaluate(
			(body) =>
				fetch('/_outlay/session', {
					method: 'POST',
					headers: { 'content-type': 'application/json' },
					body
				}),
			JSON.stringify(card)
		);
		const cdp = await page.context().newCDPSession(page);
		await cdp.send('Network.enable');
		let requestCount = 0;
		let receivedBytes = 0;
		cdp.on('Network.requestWillBeSent', () => (requestCount += 1));
		cdp.on('Network.dataReceived', ({ encodedDataLength }) => (receivedBytes += encodedDataLength));
		const { tookMs, count } = await page.evaluate(
			([store, who]) =>
				(window as unknown as { bench: DeviceBench }).bench.firstSync(
					store,
					who,
					store === 'outlay' ? '' : 'synced'
				),
			[kind, me] as const
		);
		return { tookMs, documentCount: count, requestCount, receivedBytes };
	}
}
