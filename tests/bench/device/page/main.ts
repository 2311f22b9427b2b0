import type { SessionView } from '@outlay/domain/session-view';
import type { Transaction } from '@outlay/domain/transaction';
import { transactionsOf } from '../../../support/many-transactions.ts';
import { dexieStore } from './dexie-store.ts';
import { outlayStore } from './outlay-store.ts';
import { pouchStore } from './pouch-store.ts';

/** What each contestant can be asked, on an open store of its own. */
export interface BenchStore {
	/** All at once, as what comes from a server. */
	insert(documents: Transaction[]): Promise<void>;
	/** Newest first by creation; the number found. */
	newest(count: number): Promise<Transaction[]>;
	/** Changes one field of a document that is there, as a form does. */
	save(id: string, purpose: string): Promise<void>;
	keepReceipt(n: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
	/** Everything the server has. Not every contestant can. */
	firstSync?(): Promise<void>;
	/** How many documents are here. */
	count?(): Promise<number>;
	close(): Promise<void>;
}

const OPEN: Readonly<Record<string, (me: SessionView, name: string) => Promise<BenchStore>>> = {
	outlay: outlayStore,
	pouchdb: pouchStore,
	dexie: dexieStore
};

const RECEIPT_BYTES = 300_000;
const INSERTED_AT_ONCE = 1000;

/** Run by `bench:device` in a fresh page each. Times in milliseconds. */
const bench = {
	/** Inserts into an empty store; how long it took. */
	async insert(kind: string, me: SessionView, name: string, count: number): Promise<number> {
		const store = await openStore(kind, me, name);
		const documents = transactionsOf(me, count);
		const startedMs = performance.now();
		for (let at = 0; at < count; at += INSERTED_AT_ONCE) {
			await store.insert(documents.slice(at, at + INSERTED_AT_ONCE));
		}
		const tookMs = performance.now() - startedMs;
		await store.close();
		return tookMs;
	},

	/** From nothing open to the newest fifty drawn, on a store that was filled before; then fifty again, open. */
	async newest(kind: string, me: SessionView, name: string): Promise<[number, number]> {
		const startedMs = performance.now();
		const store = await openStore(kind, me, name);
		draw(await expectCount(store.newest(50), 50));
		const coldMs = performance.now() - startedMs;
		const againMs = performance.now();
		await expectCount(store.newest(51), 51);
		const warmMs = performance.now() - againMs;
		await store.close();
		return [coldMs, warmMs];
	},

	async saves(kind: string, me: SessionView, name: string, count: number): Promise<number[]> {
		const store = await openStore(kind, me, name);
		const newest = await store.newest(50);
		const tookMs: number[] = [];
		for (let n = 0; n < count; n++) {
			const startedMs = performance.now();
			await store.save(newest[n % newest.length]?._id ?? '', `Edited ${String(n)} times`);
			tookMs.push(performance.now() - startedMs);
		}
		await store.close();
		return tookMs;
	},

	async receipts(kind: string, me: SessionView, name: string, count: number): Promise<number> {
		const store = await openStore(kind, me, name);
		const pictures = Array.from({ length: count }, () => noise(RECEIPT_BYTES));
		const startedMs = performance.now();
		for (const [n, bytes] of pictures.entries()) await store.keepReceipt(n, bytes);
		const tookMs = performance.now() - startedMs;
		await store.close();
		return tookMs;
	},

	async firstSync(
		kind: string,
		me: SessionView,
		name: string
	): Promise<{ tookMs: number; count: number }> {
		const store = await openStore(kind, me, name);
		const startedMs = performance.now();
		await store.firstSync?.();
		const tookMs = performance.now() - startedMs;
		const count = (await store.count?.()) ?? 0;
		await store.close();
		return { tookMs, count };
	}
};

export type DeviceBench = typeof bench;
Object.assign(window, { bench });

function openStore(kind: string, me: SessionView, name: string): Promise<BenchStore> {
	const open = OPEN[kind];
	if (open === undefined) throw new Error(`no contestant ${kind}`);
	return open(me, name);
}

async function expectCount(found: Promise<Transaction[]>, count: number): Promise<Transaction[]> {
	const documents = await found;
	if (documents.length !== count) throw new Error(`${String(documents.length)} found`);
	return documents;
}

function draw(documents: readonly Transaction[]): void {
	const list = document.getElementById('list');
	for (const { body } of documents) {
		const item = document.createElement('li');
		item.textContent = body.kind === 'expense' ? `${body.merchant} ${body.purpose}` : body.purpose;
		list?.append(item);
	}
}

function noise(byteLength: number): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(byteLength);
	for (let at = 0; at < byteLength; at += 65_536) {
		crypto.getRandomValues(bytes.subarray(at, at + 65_536));
	}
	return bytes;
}
