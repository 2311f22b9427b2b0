/** Which of several servers works on a company, and for how long. */

import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Registry } from '@outlay/sync-server/company/registry';
import { Leases } from '@outlay/sync-server/mailroom/leases';
import type { DocumentStore } from '@outlay/sync-server/store/document-store';
import { openLmdbStore } from '@outlay/sync-server/store/lmdb/open-lmdb-store';
import { remove, temporaryDirectory } from '../support/server.ts';

let directory: string;

beforeEach(async () => {
	directory = await temporaryDirectory();
});
afterEach(() => remove(directory));

const LEASE_MS = 2_000;

describe('a lease', () => {
	let nowMs: number;
	let store: DocumentStore;
	let one: Leases;
	let other: Leases;

	beforeEach(async () => {
		nowMs = 1_000_000;
		vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
		store = await openLmdbStore(path.join(directory, 'registry'));
		const registry = await Registry.open(store);
		one = new Leases(registry, () => nowMs, LEASE_MS);
		other = new Leases(registry, () => nowMs, LEASE_MS);
	});
	afterEach(async () => {
		vi.useRealTimers();
		await store.close();
	});

	const untilMs = async () => {
		const registry = await store.open('registry');
		return (await registry?.read('lease:acme'))?.body['untilMs'];
	};

	test('is renewed while the work goes on, and no longer', async () => {
		expect(await one.hold('acme')).toBe(true);
		for (let n = 0; n < 9; n++) {
			nowMs += LEASE_MS / 3;
			vi.advanceTimersByTime(LEASE_MS / 3);
			await expect.poll(untilMs).toBe(nowMs + LEASE_MS);
			expect(await other.hold('acme')).toBe(false);
			expect(() => one.require('acme')).not.toThrow();
		}
		await one.letGo('acme');
		expect(() => one.require('acme')).toThrow(/acme/);
		expect(await other.hold('acme')).toBe(true);
		nowMs += LEASE_MS / 3;
		vi.advanceTimersByTime(LEASE_MS / 3);
		await expect.poll(untilMs).toBe(nowMs + LEASE_MS);
		expect(await one.hold('acme')).toBe(false);
	});

	test('of a server that stood still is nothing it may work with', async () => {
		expect(await one.hold('acme')).toBe(true);
		// As after a machine was paused: time went on and no timer ran.
		nowMs += LEASE_MS;
		expect(() => one.require('acme')).toThrow(/acme/);
		expect(await other.hold('acme')).toBe(true);
		vi.advanceTimersByTime(LEASE_MS / 3);
		expect(await one.hold('acme')).toBe(false);
		expect(() => other.require('acme')).not.toThrow();
	});
});

test('a company is worked on by one server at a time; the lease of one that is gone runs out', async () => {
	let nowMs = 0;
	const store = await openLmdbStore(path.join(directory, 'registry'));
	const registry = await Registry.open(store);
	const [one, other] = [1, 2].map(() => new Leases(registry, () => nowMs, LEASE_MS));
	if (!one || !other) throw new TypeError('two were made');
	const both = await Promise.all([one.hold('acme'), other.hold('acme')]);
	expect(both.filter(Boolean)).toHaveLength(1);
	const [holder, waiting] = both[0] ? [one, other] : [other, one];
	expect(await waiting.hold('other')).toBe(true);
	nowMs += LEASE_MS * 0.75;
	expect(await holder.hold('acme')).toBe(true);
	nowMs += LEASE_MS * 0.75;
	expect(await waiting.hold('acme')).toBe(false);
	nowMs += LEASE_MS;
	expect(await waiting.hold('acme')).toBe(true);
	expect(await holder.hold('acme')).toBe(false);
	await waiting.letGo('acme');
	expect(await holder.hold('acme')).toBe(true);
	await store.close();
});
