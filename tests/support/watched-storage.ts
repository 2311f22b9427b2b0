import { cdp } from 'vitest/browser';

/** How many rows are asked for one by one until it ends. */
export function countGets(): { end: () => number } {
	// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its store below
	const { get } = IDBObjectStore.prototype;
	let count = 0;
	IDBObjectStore.prototype.get = function (key: IDBValidKey | IDBKeyRange) {
		count += 1;
		return get.call(this, key);
	};
	return {
		end() {
			IDBObjectStore.prototype.get = get;
			return count;
		}
	};
}

/** From now on IndexedDB refuses bytes as a full disk does: Chromium's quota can't be lowered for a test page. */
export function fillTheDisk(): () => void {
	// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its store below
	const { put } = IDBObjectStore.prototype;
	IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
		if (this.name === 'attachments') throw new DOMException('full', 'QuotaExceededError');
		return put.call(this, value, key);
	};
	return () => {
		IDBObjectStore.prototype.put = put;
	};
}

/** Chromium's developer tools, for what no page can do to itself. */
export async function devtools(method: string, parameters: object): Promise<void> {
	// The provider decides what a session can do; ours is Playwright's.
	const session = cdp() as unknown as {
		send(method: string, parameters: object): Promise<unknown>;
	};
	await session.send(method, { origin: location.origin, ...parameters });
}
