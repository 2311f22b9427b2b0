import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClock } from '#lib/device/clock.ts';
import { createConnectivity } from '#lib/device/connectivity.ts';
import { createHashing } from '#lib/device/hashing.ts';
import { createHeartbeat } from '#lib/device/heartbeat.ts';
import { createIdentities } from '#lib/device/identities.ts';
import { createMetered } from '#lib/device/metered.ts';
import { createStoragePersistence } from '#lib/device/storage-persistence.ts';
import { createWakeLock } from '#lib/device/wake-lock.ts';

afterEach(() => {
	vi.restoreAllMocks();
	vi.useRealTimers();
});

describe('identities', () => {
	it('gives lower-case ULIDs that sort in order, also when the clock goes back', () => {
		vi.useFakeTimers();
		const identities = createIdentities();
		const ids: string[] = [];
		for (const ms of [2_000_000_000_000, 2_000_000_000_000, 1_999_999_000_000, 2_000_000_000_001]) {
			vi.setSystemTime(ms);
			ids.push(identities.ulid(), identities.ulid());
		}
		for (const id of ids) expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
		expect([...ids].sort()).toEqual(ids);
		expect(new Set(ids).size).toBe(ids.length);
	});
});

describe('hashing', () => {
	it('gives the published SHA-256 of "abc", from text and from bytes', async () => {
		const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
		const hashing = createHashing();
		expect(await hashing.text('abc')).toBe(abc);
		expect(await hashing.bytes(new TextEncoder().encode('abc'))).toBe(abc);
	});
});

describe('clock', () => {
	it('tells the time of the device', () => {
		expect(Math.abs(createClock().nowMs() - Date.now())).toBeLessThan(1000);
	});
});

describe('connectivity', () => {
	it('tells at once and at each change, until stopped', () => {
		const heard: boolean[] = [];
		const online = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true);
		const stop = createConnectivity().subscribe((isOnline) => heard.push(isOnline));
		online.mockReturnValue(false);
		window.dispatchEvent(new Event('offline'));
		online.mockReturnValue(true);
		window.dispatchEvent(new Event('online'));
		stop();
		window.dispatchEvent(new Event('offline'));
		expect(heard).toEqual([true, false, true]);
	});
});

describe('a metered connection', () => {
	it('is one known to be mobile or on which the person saves data; what a browser does not tell is none', () => {
		const heard: boolean[] = [];
		const connection = Object.assign(new EventTarget(), { type: 'wifi', saveData: false });
		const browser = navigator as unknown as { connection: unknown };
		const asked = vi.spyOn(browser, 'connection', 'get');
		asked.mockReturnValue(connection);
		const stop = createMetered().subscribe((isMetered) => heard.push(isMetered));
		for (const now of [{ type: 'cellular' }, { type: 'wifi' }, { saveData: true }]) {
			Object.assign(connection, now);
			connection.dispatchEvent(new Event('change'));
		}
		stop();
		asked.mockReturnValue(undefined);
		createMetered().subscribe((isMetered) => heard.push(isMetered));
		expect(heard).toEqual([false, true, false, true, false]);
	});
});

describe('storage persistence', () => {
	it('gives what the browser says', async () => {
		const storage = createStoragePersistence();
		expect(await storage.persist()).toBe(await navigator.storage.persisted());
		const estimate = await storage.estimate();
		expect(estimate!.quotaBytes).toBeGreaterThan(estimate!.usedBytes);
	});

	it('says no and nothing where there is no storage manager', async () => {
		vi.spyOn(navigator, 'storage', 'get').mockReturnValue(undefined as unknown as StorageManager);
		const storage = createStoragePersistence();
		expect(await storage.persist()).toBe(false);
		expect(await storage.estimate()).toBeNull();
	});
});

describe('heartbeat', () => {
	function aHeart() {
		let nowMs = 1_000_000;
		const spans: { fromMs: number; toMs: number }[] = [];
		const stop = createHeartbeat({ nowMs: () => nowMs }, 1).start((span) => spans.push(span));
		return { spans, stop, pass: (ms: number) => (nowMs += ms) };
	}

	it('tells from when to when the page stood still, and nothing of a late beat', async () => {
		const { spans, stop, pass } = aHeart();
		pass(20_000);
		await new Promise((later) => setTimeout(later, 20));
		expect(spans).toEqual([]);
		pass(420_000);
		await expect.poll(() => spans).toEqual([{ fromMs: 1_020_000, toMs: 1_440_000 }]);
		stop();
	});

	it('looks at once when the person comes back, and no more after the stop', () => {
		const { spans, stop, pass } = aHeart();
		pass(60_000);
		document.dispatchEvent(new Event('visibilitychange'));
		expect(spans).toHaveLength(1);
		stop();
		pass(60_000);
		document.dispatchEvent(new Event('visibilitychange'));
		expect(spans).toHaveLength(1);
	});
});

describe('wake lock', () => {
	it('holds once, asks again on return after the platform took it, and lets go', async () => {
		const request = vi.spyOn(navigator.wakeLock, 'request');
		const lock = createWakeLock();
		const told: boolean[] = [];
		const tell = (screenStaysOn: boolean) => told.push(screenStaysOn);
		expect(await lock.hold(tell)).toBe(true);
		expect(await lock.hold(tell)).toBe(true);
		expect(request).toHaveBeenCalledTimes(1);

		const first = await (request.mock.results[0]!.value as Promise<WakeLockSentinel>);
		await first.release();
		// A battery saver may take it while the page is looked at.
		await expect.poll(() => told.at(-1)).toBe(false);
		document.dispatchEvent(new Event('visibilitychange'));
		await expect.poll(() => request.mock.calls.length).toBe(2);
		const second = await (request.mock.results[1]!.value as Promise<WakeLockSentinel>);
		expect(second.released).toBe(false);
		await expect.poll(() => told.at(-1)).toBe(true);

		await lock.release();
		expect(second.released).toBe(true);
		document.dispatchEvent(new Event('visibilitychange'));
		expect(request).toHaveBeenCalledTimes(2);
	});

	it('lets go of a lock that is granted only after the release', async () => {
		const request = vi.spyOn(navigator.wakeLock, 'request');
		const lock = createWakeLock();
		const held = lock.hold(() => undefined);
		await lock.release();
		expect(await held).toBe(false);
		const sentinel = await (request.mock.results[0]!.value as Promise<WakeLockSentinel>);
		expect(sentinel.released).toBe(true);
	});

	it('says false where the platform refuses', async () => {
		vi.spyOn(navigator.wakeLock, 'request').mockRejectedValue(
			new DOMException('hidden', 'NotAllowedError')
		);
		expect(await createWakeLock().hold(() => undefined)).toBe(false);
	});
});
