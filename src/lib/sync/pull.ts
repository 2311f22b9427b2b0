import type { RxCollection } from 'rxdb/plugins/core';
import { replicateRxCollection } from 'rxdb/plugins/replication';
import type { Row, RowState } from '#lib/storage/rows.ts';
import { absorbRows } from './absorb-rows.ts';
import type { Changes } from './ask-changes.ts';
import { PageReader } from './page-reader.ts';
import { epochOf } from './restored.ts';
import { rowFromServer } from './server-document.ts';
import type { ServerLine } from './server-line.ts';

/** Stored at once: a longer transaction makes a tap wait. */
const STORED_ROWS = 200;

interface Checkpoint {
	seq: string;
	/** Changes read so far by a first read that isn't done; null once all of it was here. */
	firstReadCount?: number | null;
}

/** How far a read is, in changes. */
export interface Reading {
	doneCount: number;
	/** Null until the server has said. */
	totalCount: number | null;
}

export interface Pull {
	/** Reads on from where it stands; many rings while it reads are one. */
	ring(): void;
	stop(): Promise<void>;
}

export interface PullParts {
	collection: RxCollection<Row>;
	databaseName: string;
	line: ServerLine;
	me: string;
	nowMs: () => number;
	/** Rows to store before everything else when nothing was ever read. */
	readFirst?: () => Promise<RowState[]>;
	/** The server was set back to a backup; resolves when this device is ready to read everything again. */
	onRestored: () => Promise<void>;
	/** From now on it is noticed when the server is set back. */
	onEpochKnown?: () => void;
	/** How far a read of more than one page is. */
	onReading?: (reading: Reading) => void;
	/** A round is done: everything the server had is here. */
	onCaughtUp?: () => void;
}

/**
 * Reads a database's changes into a collection, from its own stored checkpoint, for ever.
 *
 * RxDB's replication keeps the checkpoint and the rounds; the handler stores a page itself before it hands over
 * the page's last document, for RxDB drops what it pulled when a local edit is in the way, and moves its
 * checkpoint past a page whose write failed. So a page counts as read only when it is stored, and what meets an
 * edit is merged at once. There is no RxDB push beside it: its notion of "sent" stands in a second database that
 * no transaction joins to the document (see `push.ts`).
 */
export function startPull(parts: PullParts): Pull {
	const { collection, databaseName, line, me, nowMs } = parts;
	const reader = new PageReader(line, databaseName);
	let rings = 0;
	/** Where the last page ended, and how many rings it had heard: asking again would say the same. */
	let end: { seq: string; rings: number } | null = null;
	/** Changes of this round, until it is done. */
	let doneCount = 0;
	let isBegun = false;
	let isFirstStored = false;

	const absorb = async (rows: readonly RowState[]) => {
		for (let at = 0; at < rows.length; at += STORED_ROWS) {
			await absorbRows(collection, rows.slice(at, at + STORED_ROWS), me, nowMs, await ownMark());
		}
	};
	/** Says what is known before the first answer, and stores what must not wait for its turn. */
	const begin = async (checkpoint: Checkpoint | undefined) => {
		if (!isBegun && isFirstRead(checkpoint)) {
			doneCount = checkpoint?.firstReadCount ?? 0;
			parts.onReading?.({ doneCount, totalCount: null });
		}
		isBegun = true;
		if (checkpoint === undefined && parts.readFirst !== undefined && !isFirstStored) {
			await absorb(await line.persist(parts.readFirst));
			isFirstStored = true;
		}
	};

	/**
	 * RxDB's mark of what this replication wrote: what bears it is not looked up and prepared once more for a push,
	 * which RxDB does even where there is none.
	 */
	const ownMark = () => replication.internalReplicationState?.downstreamBulkWriteFlag;

	const replication = replicateRxCollection<Row, Checkpoint>({
		collection,
		replicationIdentifier: `pull-${databaseName}`,
		live: true,
		waitForLeadership: false,
		// Also switches off RxDB's mouse events against sleeping tabs.
		toggleOnDocumentVisible: true,
		retryTime: 5000,
		pull: {
			// Every answer that is not empty makes RxDB ask for more.
			batchSize: 1,
			async handler(checkpoint) {
				let seq = checkpoint?.seq ?? '0';
				if (checkpoint !== undefined) parts.onEpochKnown?.();
				await begin(checkpoint);
				const isFirst = isFirstRead(checkpoint);
				for (;;) {
					if (end?.seq === seq && end.rings === rings) {
						doneCount = 0;
						parts.onCaughtUp?.();
						return { documents: [], checkpoint: { seq } };
					}
					const heard = rings;
					const page = await reader.read(seq);
					parts.onEpochKnown?.();
					const [before, now] = [epochOf(seq), epochOf(page.seq)];
					// The page is the first of all, then: another epoch's sequence reads from the start.
					if (before !== null && before !== now) await parts.onRestored();
					else if (!page.isLast) reader.readAhead(page.seq);
					const rows = rowsOf(page.results);
					await absorb(rows);
					seq = page.seq;
					doneCount += page.results.length;
					if (page.isLast) end = { seq, rings: heard };
					else if (page.pendingCount !== null) {
						parts.onReading?.({ doneCount, totalCount: doneCount + page.pendingCount });
					}
					const last = rows.findLast((row) => !row._deleted);
					if (last !== undefined) {
						const firstReadCount = isFirst && !page.isLast ? doneCount : null;
						return { documents: [last], checkpoint: { seq, firstReadCount } };
					}
				}
			}
		}
	});
	return {
		ring() {
			rings += 1;
			replication.reSync();
		},
		async stop() {
			await replication.cancel();
		}
	};
}

function isFirstRead(checkpoint: Checkpoint | undefined): boolean {
	return checkpoint === undefined || typeof checkpoint.firstReadCount === 'number';
}

function rowsOf(results: Changes['results']): RowState[] {
	return results.flatMap(({ doc }) => (doc ? (rowFromServer(doc) ?? []) : []));
}
