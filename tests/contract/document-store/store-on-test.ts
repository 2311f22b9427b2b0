import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type {
	Database,
	DocumentStore,
	DocumentWrite,
	WriteOutcome
} from '@outlay/sync-server/store/document-store';

/** A store as the file of an implementation starts it. */
export interface StoreUnderTest {
	store: DocumentStore;
	/** Closes the store and opens the same data again. */
	reopen(): Promise<DocumentStore>;
	discard(): Promise<void>;
	/** Several copies answer: each numbers what it gets by itself, and may be a moment behind. */
	isReplicated?: boolean;
}

/** What each test works on: the store, and a database of its own. */
export interface StoreOnTest {
	store: DocumentStore;
	db: Database;
	write: (partial: Partial<DocumentWrite> & { id: string }) => Promise<WriteOutcome>;
	/** As `write`, of what must not be refused; answers the revision. */
	written: (partial: Partial<DocumentWrite> & { id: string }) => Promise<string>;
	/** Until every copy has what was written. */
	agreed: () => Promise<unknown>;
	/** Sequences as any copy would tell them: by their number alone where there are several. */
	ofAnyCopy: <T>(value: T) => T;
	/** Closes store and database and opens them again. */
	reopen: () => Promise<void>;
}

/** By then copies of a document on one machine agree. */
const COPIES_AGREE_MS = 300;

/** Starts the store before the tests of this block and makes a database before each of them. */
export function storeOnTest(start: () => Promise<StoreUnderTest>): StoreOnTest {
	let under: StoreUnderTest;
	let count = 0;
	const on = {
		async write(partial) {
			const [outcome] = await on.db.write([edit(partial)]);
			if (!outcome) throw new Error('A write has an outcome.');
			return outcome;
		},
		async written(partial) {
			const outcome = await on.write(partial);
			if (!outcome.ok) throw new Error(`Refused: ${outcome.refusal}`);
			return outcome.rev;
		},
		agreed: () =>
			new Promise((resolve) => setTimeout(resolve, under.isReplicated ? COPIES_AGREE_MS : 0)),
		ofAnyCopy<T>(value: T): T {
			if (!under.isReplicated) return value;
			const sequence = /"(\d+)-[\w-]{20,}"/g;
			const text = JSON.stringify(value).replaceAll(sequence, '"$1"');
			// Purges that one copy passes to another are counted twice.
			return JSON.parse(text.replaceAll(/"purgeSeq":"\d+"/g, '"purgeSeq":"0"')) as T;
		},
		async reopen() {
			on.store = await under.reopen();
			on.db = await mustOpen(on.store, on.db.name);
		}
		// The rest is there once the first test begins.
	} as StoreOnTest;

	beforeAll(async () => {
		under = await start();
		on.store = under.store;
	});
	afterAll(() => under.discard());
	beforeEach(async () => {
		const name = `mailbox-acme-u${(count += 1)}`;
		await on.store.create(name);
		on.db = await mustOpen(on.store, name);
	});
	return on;
}

/** A write of an empty document, but for what is named. */
export function edit(partial: Partial<DocumentWrite> & { id: string }): DocumentWrite {
	return { deleted: false, body: {}, attachments: {}, parentRev: null, ...partial };
}

/** A database that has to be there. */
export async function mustOpen(store: DocumentStore, name: string): Promise<Database> {
	const database = await store.open(name);
	if (!database) throw new Error(`No database ${name}.`);
	return database;
}

/** Of a page of changes, in order. */
export function ids(page: { rows: { id: string }[] }): string[] {
	return page.rows.map((row) => row.id);
}

/** What a revision has behind its generation. */
export function hashOf(rev: string): string {
	return rev.slice(rev.indexOf('-') + 1);
}

export function md5(text: string): string {
	return createHash('md5').update(text).digest('hex');
}

// eslint-disable-next-line @typescript-eslint/require-await -- an async generator is what a request body is
export async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

/** All of a stream; throws where there is none. */
export async function collect(stream: AsyncIterable<Uint8Array> | null): Promise<Buffer> {
	if (!stream) throw new Error('There are no bytes.');
	const parts: Uint8Array[] = [];
	for await (const part of stream) parts.push(part);
	return Buffer.concat(parts);
}
