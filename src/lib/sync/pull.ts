import type { RxCollection } from 'rxdb/plugins/core';
import { replicateRxCollection } from 'rxdb/plugins/replication';
import type { Row, RowState } from '#lib/storage/rows.ts';
import { absorbRows } from './absorb-rows.ts';
import { epochOf } from './restored.ts';
import { rowFromServer, type ServerDocument } from './server-document.ts';
import { ServerError, SignInNeeded, Unreachable, type ServerLine } from './server-line.ts';

const PAGE_ROWS = 100;
/** A page of raw fixes on a slow link. */
const PAGE_TIMEOUT_MS = 120_000;

export interface Changes {
	results: { seq: string | number; id: string; doc?: ServerDocument | null }[];
	last_seq: string | number;
}

export interface Pull {
	/** Reads on from where it stands; many rings while it reads are one. */
	ring(): void;
	stop(): Promise<void>;
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
export function startPull(parts: {
	collection: RxCollection<Row>;
	databaseName: string;
	line: ServerLine;
	me: string;
	nowMs: () => number;
	/** The server was set back to a backup; resolves when this device is ready to read everything again. */
	onRestored: () => Promise<void>;
	/** A round is done: everything the server had is here. */
	onCaughtUp?: () => void;
}): Pull {
	const { collection, databaseName, line, me, nowMs } = parts;
	let rings = 0;
	/** Where a short page ended, and how many rings it had heard: asking again would say the same. */
	let end: { seq: string; rings: number } | null = null;

	const replication = replicateRxCollection<Row, { seq: string }>({
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
				for (;;) {
					if (end?.seq === seq && end.rings === rings) {
						parts.onCaughtUp?.();
						return { documents: [], checkpoint: { seq } };
					}
					const heard = rings;
					const { results, last_seq } = await line.persist(() => readPage(line, databaseName, seq));
					const [before, now] = [epochOf(seq), epochOf(String(last_seq))];
					// The page is the first of all, then: another epoch's sequence reads from the start.
					if (before !== null && before !== now) await parts.onRestored();
					const rows = rowsOf(results);
					await absorbRows(collection, rows, me, nowMs);
					seq = String(last_seq);
					if (results.length < PAGE_ROWS) end = { seq, rings: heard };
					const last = rows.findLast((row) => !row._deleted);
					if (last !== undefined) return { documents: [last], checkpoint: { seq } };
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

async function readPage(line: ServerLine, databaseName: string, since: string): Promise<Changes> {
	const query = `include_docs=true&limit=${String(PAGE_ROWS)}&since=${encodeURIComponent(since)}`;
	return askChanges(line, databaseName, query, { timeoutMs: PAGE_TIMEOUT_MS });
}

/** A page of `_changes`, its shape checked: whatever else answers is not our server. */
export async function askChanges(
	line: ServerLine,
	databaseName: string,
	query: string,
	asking: { timeoutMs?: number; signal?: AbortSignal } = {}
): Promise<Changes> {
	let answer: unknown;
	try {
		answer = await line.ask(`/${databaseName}/_changes?${query}`, asking);
	} catch (error) {
		// Another person's session sees no such database.
		if (error instanceof ServerError && error.status === 404) throw new SignInNeeded();
		if (error instanceof ServerError && error.status === 403) throw new SignInNeeded();
		throw error;
	}
	const { results, last_seq } = (answer ?? {}) as Partial<Changes>;
	if (!Array.isArray(results) || last_seq === undefined) throw new Unreachable();
	return { results, last_seq };
}

function rowsOf(results: Changes['results']): RowState[] {
	return results.flatMap(({ doc }) => (doc ? (rowFromServer(doc) ?? []) : []));
}
