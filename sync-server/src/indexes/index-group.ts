/**
 * The indexes of one design document, kept together: they follow the database's sequence in step. What lies in the
 * blocks of the database, `<group>` being a hash of what defines the group:
 *
 * `h/<group>` header · `b/<group>/<n>` blocks of the trees · `d/<group>/<id>` keys a document has rows under
 */

import type { ChangeRow, Database } from '../store/document-store.ts';
import type { Json } from '../store/json.ts';
import type { IndexBlocks } from '../store/queries.ts';
import type { BlockCache } from './block-cache.ts';
import { collate, type Collate } from './collation.ts';
import { FreshBlocks } from './fresh-blocks.ts';
import { IndexDamaged } from './index-damaged.ts';
import { newHeader, type Header } from './index-header.ts';
import { inOrder, rowChanges } from './row-changes.ts';
import {
	changeTree,
	compareRowKeys,
	parseBlock,
	type Block,
	type Reducer,
	type Root,
	type RowChange
} from './tree.ts';

export interface IndexDefinition {
	/** Names the group in its blocks: changes with whatever makes other rows. `[a-z0-9]+`. */
	signature: string;
	/** One for each index, in the order of `map`'s rows; null keeps nothing reduced. */
	reducers: readonly (Reducer | null)[];
	/** The order of each; CouchDB's own where there is none. */
	orders?: readonly Collate[];
	/** Whether design documents have rows as well. */
	withDesigns?: boolean;
	/**
	 * The rows of each document, one list for each index. May answer for the first documents only, at least for one:
	 * it is asked again for the others.
	 */
	map(db: Database, changes: readonly ChangeRow[]): Promise<readonly DocumentRows[]>;
}

export type EmittedRow = readonly [key: Json, value: Json];
export type DocumentRows = readonly (readonly EmittedRow[])[];

/** The indexes as they are at one moment; `close` it. */
export interface Snapshot {
	seq: string;
	roots: readonly Root[];
	read: (at: number) => Block;
	close: () => void;
}

/** Documents read and mapped in one step. */
const CHANGES_AT_ONCE = 500;
/** Rows written in one step, counted by whole documents. */
const ROWS_AT_ONCE = 1_000;

interface Mapped {
	change: ChangeRow;
	rows: DocumentRows;
}

/** For the cache, which all groups share. */
let groupCount = 0;

export class IndexGroup {
	readonly #blocks: IndexBlocks;
	readonly #definition: IndexDefinition;
	readonly #cache: BlockCache;
	readonly #readers = new Set<{ version: number }>();
	readonly #id = (groupCount += 1);
	/** The first version since it was started anew; older ones lie nowhere any more. */
	#bornAt = 0;
	#header: Header;
	/** Whether what lies in the blocks is of another database of this name, or of one before a restore. */
	#isForeign: boolean;
	#updating: Promise<void> | null = null;
	#isStopped = false;

	constructor(blocks: IndexBlocks, definition: IndexDefinition, epoch: string, cache: BlockCache) {
		this.#blocks = blocks;
		this.#definition = definition;
		this.#cache = cache;
		const bytes = blocks.read(this.#key('h'));
		const kept = bytes ? (JSON.parse(bytes.toString()) as Header) : null;
		this.#isForeign = kept?.epoch !== epoch;
		this.#header = kept?.epoch === epoch ? kept : newHeader(epoch, '', definition.reducers.length);
	}

	/** Whether nobody uses it at the moment. */
	get isIdle(): boolean {
		return this.#updating === null && this.#readers.size === 0;
	}

	get readerCount(): number {
		return this.#readers.size;
	}

	get isUpdating(): boolean {
		return this.#updating !== null;
	}

	get bytes(): number {
		return this.#header.bytes;
	}

	get seq(): string {
		return this.#header.seq;
	}

	snapshot(): Snapshot {
		const { seq, roots, version } = this.#header;
		const reader = { version };
		this.#readers.add(reader);
		return {
			seq,
			roots,
			read: (at) => this.#read(at, version),
			close: () => void this.#readers.delete(reader)
		};
	}

	/** Ends an update at its next step, and waits for that. What was done is kept. */
	async stop(): Promise<void> {
		this.#isStopped = true;
		await this.#updating?.catch(() => undefined);
	}

	/** Brings the indexes up to where the database is now. Whoever comes meanwhile waits for the same work. */
	async update(db: Database): Promise<void> {
		// Work that began before this moment may have looked before the last write.
		await this.#updating?.catch(() => undefined);
		this.#updating ??= this.#follow(db).finally(() => {
			this.#updating = null;
		});
		await this.#updating;
	}

	async #follow(db: Database): Promise<void> {
		const { purgeSeq } = await db.info();
		if (this.#header.purgeSeq !== purgeSeq) this.#startAnew(purgeSeq);
		if (this.#isForeign) await this.#clear();
		let left = Number.POSITIVE_INFINITY;
		let next = this.#page(db, this.#header.seq);
		// A database that is written to all the time is followed only to where it was at first.
		while (left > 0 && !this.#isStopped) {
			const page = await next;
			if (left === Number.POSITIVE_INFINITY) left = page.changes.length + page.pending;
			if (page.changes.length === 0) {
				this.#header = { ...this.#header, seq: page.lastSeq };
				return;
			}
			if (left > page.changes.length) {
				// Read on while the functions run in their thread.
				next = this.#page(db, page.lastSeq);
				next.catch(() => undefined);
			}
			const mapped = await page.mapped;
			const isWhole = mapped.length === page.changes.length;
			await this.#apply(mapped, isWhole ? page.lastSeq : undefined);
			left -= mapped.length;
			if (!isWhole) next = this.#page(db, this.#header.seq);
		}
	}

	async #page(db: Database, since: string) {
		const { rows, lastSeq, pending } = await db.changes({ since, limit: CHANGES_AT_ONCE });
		const mapped = this.#map(db, rows);
		// It is awaited later, when the page before this one is done; or never, when that one fails.
		mapped.catch(() => undefined);
		return { changes: rows, mapped, lastSeq, pending };
	}

	/** Deleted documents have no rows; design documents have them where they are asked for. */
	async #map(db: Database, changes: readonly ChangeRow[]): Promise<Mapped[]> {
		const { withDesigns = false } = this.#definition;
		const isMapped = ({ id, deleted }: ChangeRow) =>
			!deleted && (withDesigns || !id.startsWith('_design/'));
		const answers = await this.#definition.map(db, changes.filter(isMapped));
		const mapped: Mapped[] = [];
		let answered = 0;
		for (const change of changes) {
			const rows = isMapped(change) ? answers[answered++] : [];
			if (!rows) break;
			mapped.push({ change, rows: rows.map(inOrder) });
		}
		return mapped;
	}

	/** In steps that keep nobody waiting for long. */
	async #apply(mapped: readonly Mapped[], lastSeq: string | undefined): Promise<void> {
		let step: Mapped[] = [];
		let rowCount = 0;
		for (const [i, one] of mapped.entries()) {
			step.push(one);
			rowCount += one.rows.reduce((count, emitted) => count + emitted.length, 0);
			const isLast = i === mapped.length - 1;
			if (!isLast && rowCount < ROWS_AT_ONCE) continue;
			await this.#applyStep(step, isLast && lastSeq !== undefined ? lastSeq : one.change.seq);
			step = [];
			rowCount = 0;
		}
	}

	async #applyStep(step: readonly Mapped[], seq: string): Promise<void> {
		const writes = new Map<string, Buffer | null>();
		const changed: RowChange[][] = this.#header.roots.map(() => []);
		for (const { change, rows } of step) this.#changesOf(change.id, rows, changed, writes);

		const header: Header = { ...this.#header, version: this.#header.version + 1, seq };
		const fresh = new FreshBlocks(header, writes, {
			parsed: (at) => this.#read(at),
			stored: (key) => this.#blocks.read(key),
			keyOf: (at) => this.#key('b', at.toString(36))
		});
		header.roots = header.roots.map((root, index) => {
			const { reducers, orders } = this.#definition;
			const order = orders?.[index] ?? collate;
			const changes = (changed[index] ?? []).sort((a, b) => compareRowKeys(a.key, b.key, order));
			return changeTree(root, changes, fresh, reducers[index] ?? null, order);
		});
		header.retired = [...this.#stillRead(header.retired, writes), [header.version, fresh.retired]];
		writes.set(this.#key('h'), Buffer.from(JSON.stringify(header)));
		await this.#blocks.write(writes);
		// The next step changes many of them again.
		for (const [at, { block, length }] of fresh.blocks)
			this.#cache.keep(this.#id, at, block, length);
		this.#header = header;
	}

	/** What a document's new rows change in each index. */
	#changesOf(
		id: string,
		rows: DocumentRows,
		changed: RowChange[][],
		writes: Map<string, Buffer | null>
	): void {
		const place = this.#key('d', id);
		const bytes = this.#blocks.read(place);
		const before = bytes ? (JSON.parse(bytes.toString()) as Json[][]) : [];
		const after = this.#header.roots.map((_, index) => (rows[index] ?? []).map(([key]) => key));
		for (const [index, changes] of changed.entries()) {
			for (const change of rowChanges(id, before[index] ?? [], rows[index] ?? []))
				changes.push(change);
		}
		if (after.some((keys) => keys.length > 0))
			writes.set(place, Buffer.from(JSON.stringify(after)));
		else if (bytes) writes.set(place, null);
	}

	#startAnew(purgeSeq: string): void {
		const { epoch, roots } = this.#header;
		const { nextBlock, version } = this.#header;
		// Numbers go on: blocks of the old ones may still be in the cache.
		this.#header = { ...newHeader(epoch, purgeSeq, roots.length), nextBlock, version: version + 1 };
		this.#bornAt = version + 1;
		this.#isForeign = true;
	}

	async #clear(): Promise<void> {
		const keys = ['b', 'd'].flatMap((kind) =>
			this.#blocks.keys(`${kind}/${this.#definition.signature}/`)
		);
		for (let at = 0; at < keys.length; at += ROWS_AT_ONCE) {
			await this.#blocks.write(keys.slice(at, at + ROWS_AT_ONCE).map((key) => [key, null]));
		}
		this.#isForeign = false;
	}

	/**
	 * Takes out blocks that nobody reads any more; answers the others. What this write retires is not among them: until
	 * it is done, readers still come for it.
	 */
	#stillRead(retired: Header['retired'], writes: Map<string, Buffer | null>): Header['retired'] {
		const oldest = Math.min(...[...this.#readers].map(({ version }) => version), Infinity);
		return retired.filter(([version, blocks]) => {
			if (oldest < version) return true;
			for (const at of blocks) writes.set(this.#key('b', at.toString(36)), null);
			return false;
		});
	}

	#read(at: number, version = this.#header.version): Block {
		const cached = this.#cache.find(this.#id, at);
		if (cached) return cached;
		const bytes = this.#blocks.read(this.#key('b', at.toString(36)));
		if (!bytes) {
			if (version >= this.#bornAt) this.#startAnew(this.#header.purgeSeq);
			throw new IndexDamaged();
		}
		const text = bytes.toString();
		const block = parseBlock(text);
		this.#cache.keep(this.#id, at, block, text.length);
		return block;
	}

	#key(kind: 'h' | 'b' | 'd', name?: string): string {
		const { signature } = this.#definition;
		return name === undefined ? `${kind}/${signature}` : `${kind}/${signature}/${name}`;
	}
}
