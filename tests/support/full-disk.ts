import type { BrowserContext, Page } from '@playwright/test';

/**
 * What IndexedDB does on a full disk. The browser's own override of the quota does not reach it, so writing throws at
 * this border of the browser, the only one that is played.
 */
export async function playFullDisk(context: BrowserContext): Promise<void> {
	await context.addInitScript(() => {
		const isFull = () => (window as unknown as { isDiskFull?: boolean }).isDiskFull === true;
		for (const name of ['put', 'add'] as const) {
			const write = Reflect.get(IDBObjectStore.prototype, name);
			IDBObjectStore.prototype[name] = function (...args) {
				if (isFull()) throw new DOMException('The disk is full', 'QuotaExceededError');
				return write.apply(this, args);
			};
		}
	});
}

/** From now on, or no longer. */
export function fillDisk(page: Page, isDiskFull: boolean): Promise<void> {
	return page.evaluate((isFull) => {
		Object.assign(window, { isDiskFull: isFull });
	}, isDiskFull);
}
