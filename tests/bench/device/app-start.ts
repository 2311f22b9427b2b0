import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, CDPSession, Page } from '@playwright/test';

/** A mid-range phone beside the machine the bench runs on. */
export const PHONE_SLOWDOWN = 4;
const PHONE = { viewport: { width: 390, height: 844 }, locale: 'en-GB' };

export interface LoadedFile {
	/** Below the folder of built files; the hash in it changes with the content. */
	name: string;
	gzipBytes: number;
	/** It had come before anything was painted. */
	isOfShell: boolean;
}

interface Card {
	companyCode: string;
	workEmail: string;
	password: string;
}

/** Signs in on a new device and waits until everything is there and the app would open without a server. */
export async function preparedDevice(
	browser: Browser,
	url: string,
	card: Card
): Promise<BrowserContext> {
	const context = await browser.newContext(PHONE);
	// The compiler of this file names functions by it, those that run in the page too.
	await context.addInitScript('globalThis.__name = (named) => named');
	const page = await context.newPage();
	await page.goto(url);
	await page.getByLabel('Company ID').fill(card.companyCode);
	await page.getByLabel('Work e-mail').fill(card.workEmail);
	await page.getByLabel('Password', { exact: true }).fill(card.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page
		.locator('[data-sync-state="up-to-date"]:visible', { hasText: /\d/ })
		.first()
		.waitFor({ timeout: 180_000 });
	await page.evaluate(async () => {
		const { active } = await navigator.serviceWorker.ready;
		if (active?.state === 'activated') return;
		await new Promise((resolve) => active?.addEventListener('statechange', resolve));
	});
	await page.close();
	return context;
}

/** Opens the app in a new tab, the server out of reach: milliseconds to the first paint and to the list. */
export async function coldStart(
	context: BrowserContext,
	url: string
): Promise<{ paintMs: number; listMs: number }> {
	const { page, cdp } = await slowTab(context);
	await context.setOffline(true);
	try {
		await page.goto(url, { waitUntil: 'commit' });
		return await usableList(page);
	} finally {
		await cdp.detach();
		await page.close();
		await context.setOffline(false);
	}
}

/** What a browser loads until the list is there, past cache and service worker: every script, as it is sent. */
export async function loadedScripts(context: BrowserContext, url: string): Promise<LoadedFile[]> {
	const page = await context.newPage();
	const cdp = await context.newCDPSession(page);
	try {
		await cdp.send('Network.enable');
		await cdp.send('Network.setBypassServiceWorker', { bypass: true });
		await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
		const bodies: Promise<[string, Buffer]>[] = [];
		let isListThere = false;
		page.on('response', (response) => {
			// The store is loaded behind the list.
			if (isListThere || !new URL(response.url()).pathname.endsWith('.js')) return;
			bodies.push(response.body().then((body) => [response.url(), body]));
		});
		await page.goto(url, { waitUntil: 'commit' });
		await usableList(page);
		isListThere = true;
		const shell = await page.evaluate(() => {
			const [paint] = performance.getEntriesByName('first-contentful-paint');
			return performance
				.getEntriesByType('resource')
				.filter((entry) => entry.startTime + entry.duration <= (paint?.startTime ?? 0))
				.map(({ name }) => name);
		});
		const files = new Map(await Promise.all(bodies));
		return [...files]
			.map(([address, body]) => ({
				name: new URL(address).pathname.replace('/_app/immutable/', ''),
				gzipBytes: gzipSync(body, { level: 9 }).length,
				isOfShell: shell.includes(address)
			}))
			.sort((a, b) => Number(b.isOfShell) - Number(a.isOfShell) || b.gzipBytes - a.gzipBytes);
	} finally {
		await cdp.detach();
		await page.close();
	}
}

/** Scrolls through the list of entries: how long each frame stood, in milliseconds. */
export async function scrollFrames(context: BrowserContext, url: string): Promise<number[]> {
	const { page, cdp } = await slowTab(context);
	try {
		await page.goto(new URL('/entries', url).href);
		await page.locator('main a[href^="/expenses/"]').nth(40).waitFor();
		return await page.evaluate(async () => {
			const frames: number[] = [];
			let lastMs: number | null = null;
			await new Promise<void>((resolve) => {
				const step = (nowMs: number) => {
					if (lastMs !== null) frames.push(nowMs - lastMs);
					lastMs = nowMs;
					const before = window.scrollY;
					window.scrollBy(0, 24);
					if (window.scrollY === before || frames.length >= 240) resolve();
					else requestAnimationFrame(step);
				};
				requestAnimationFrame(step);
			});
			return frames;
		});
	} finally {
		await cdp.detach();
		await page.close();
	}
}

async function slowTab(context: BrowserContext): Promise<{ page: Page; cdp: CDPSession }> {
	const page = await context.newPage();
	const cdp = await context.newCDPSession(page);
	await cdp.send('Emulation.setCPUThrottlingRate', { rate: PHONE_SLOWDOWN });
	return { page, cdp };
}

/** The rows can be seen and tapped: counted from the beginning of the navigation. */
async function usableList(page: Page): Promise<{ paintMs: number; listMs: number }> {
	await page.waitForFunction(
		() => document.querySelectorAll('main a[href^="/expenses/"]').length >= 5,
		undefined,
		{ polling: 'raf', timeout: 120_000 }
	);
	return page.evaluate(
		() =>
			new Promise<{ paintMs: number; listMs: number }>((resolve) => {
				const [paint] = performance.getEntriesByName('first-contentful-paint');
				resolve({ paintMs: paint?.startTime ?? NaN, listMs: performance.now() });
			})
	);
}
