import type { Database } from '../store/document-store.ts';
import type { IndexBlocks } from '../store/queries.ts';
import { BlockCache } from './block-cache.ts';
import { IndexDamaged } from './index-damaged.ts';
import { IndexGroup, type IndexDefinition, type Snapshot } from './index-group.ts';

/** `now` brings the index up to date first; `later` afterwards; `never` takes it as it is. */
export type Update = 'now' | 'later' | 'never';

/** Groups kept open; others are opened again from their blocks. */
const MOST_OPEN = 500;
/** A function that ran into its limits is not started again for everybody who asks. */
const FAILED_FOR_MS = 30_000;

interface OpenGroup {
	group: IndexGroup;
	failed: { error: unknown; untilMs: number } | null;
}

/** All indexes of this server. */
export class Indexes {
	readonly #open = new Map<string, OpenGroup>();
	readonly #cache = new BlockCache();
	readonly #nowMs: () => number;
	readonly #onError: (error: unknown) => void;

	/**
	 * @param nowMs a clock that only runs forward, in milliseconds.
	 * @param onError told of updates that failed when nobody waited for them.
	 */
	constructor(nowMs: () => number, onError: (error: unknown) => void) {
		this.#nowMs = nowMs;
		this.#onError = onError;
	}

	/** The indexes of a definition at one moment; close the snapshot. Throws what the functions ran into. */
	async read(
		db: Database,
		blocks: IndexBlocks,
		definition: IndexDefinition,
		update: Update
	): Promise<Snapshot> {
		const open = await this.#group(db, blocks, definition);
		if (update === 'now') await this.#update(open, db);
		if (update === 'later') this.#update(open, db).catch(this.#onError);
		return open.group.snapshot();
	}

	/** Whether an update is under way, and how far the index is. */
	async state(
		db: Database,
		blocks: IndexBlocks,
		definition: IndexDefinition
	): Promise<{ isUpdating: boolean; seq: string; readers: number; bytes: number }> {
		const { group } = await this.#group(db, blocks, definition);
		const { isUpdating, seq, readerCount: readers, bytes } = group;
		return { isUpdating, seq, readers, bytes };
	}

	/** Takes out what no longer belongs to any definition. */
	async cleanUp(db: Database, blocks: IndexBlocks, wanted: ReadonlySet<string>): Promise<void> {
		const { epoch } = await db.info();
		for (const key of blocks.keys('h/')) {
			const signature = key.slice('h/'.length);
			if (wanted.has(signature)) continue;
			const name = nameOf(db, epoch, blocks, signature);
			// Somebody may be reading it; they keep what they have, the next cleaning takes it out.
			if (this.#open.get(name)?.group.isIdle === false) continue;
			this.#open.delete(name);
			await removeGroup(blocks, signature);
		}
	}

	/** Ends updates under way; call it before the store closes. */
	async close(): Promise<void> {
		await Promise.all([...this.#open.values()].map(({ group }) => group.stop()));
	}

	async #update(open: OpenGroup, db: Database): Promise<void> {
		if (open.failed && this.#nowMs() < open.failed.untilMs) throw open.failed.error;
		try {
			await open.group.update(db);
			open.failed = null;
		} catch (error) {
			// The group starts anew by itself, at the next reader.
			if (!(error instanceof IndexDamaged)) {
				open.failed = { error, untilMs: this.#nowMs() + FAILED_FOR_MS };
			}
			throw error;
		}
	}

	async #group(db: Database, blocks: IndexBlocks, definition: IndexDefinition): Promise<OpenGroup> {
		const { epoch } = await db.info();
		const name = nameOf(db, epoch, blocks, definition.signature);
		const known = this.#open.get(name);
		const open = known ?? {
			group: new IndexGroup(blocks, definition, epoch, this.#cache),
			failed: null
		};
		this.#open.delete(name);
		this.#open.set(name, open);
		for (const [oldest, { group }] of this.#open) {
			if (this.#open.size <= MOST_OPEN) break;
			if (group.isIdle) this.#open.delete(oldest);
		}
		return open;
	}
}

function nameOf(
	{ name }: Database,
	epoch: string,
	{ beginning }: IndexBlocks,
	signature: string
): string {
	return `${name} ${epoch} ${beginning} ${signature}`;
}

const KEYS_AT_ONCE = 2_000;

async function removeGroup(blocks: IndexBlocks, signature: string): Promise<void> {
	const keys = ['b', 'd'].flatMap((kind) => blocks.keys(`${kind}/${signature}/`));
	// The header last: a cleaning that is cut short is found again.
	keys.push(`h/${signature}`);
	for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
		await blocks.write(keys.slice(at, at + KEYS_AT_ONCE).map((key) => [key, null]));
	}
}
