import { WRITTEN_BY_PEOPLE } from '@outlay/domain/identifiers';
import { keptOfRemoved } from '#lib/storage/kept-row.ts';
import type { OutlayDatabase } from '#lib/storage/open-collections.ts';
import { changeRow, readRows } from '#lib/storage/row-store.ts';
import { isSameContent, lineOf, sentState, staysHere, type RowState } from '#lib/storage/rows.ts';
import { absorbRows } from './absorb-rows.ts';
import { oneAtATime, type Locks } from './one-at-a-time.ts';
import type { Outstanding } from './outstanding.ts';
import { refuseDocument } from './refusals.ts';
import { ServerError, SignInNeeded } from './server-answer.ts';
import type { ServerLine } from './server-line.ts';
import { codeOfRow, currentRows, offerRows, sentenceOf, unknownRevisions } from './server-rows.ts';

const BATCH_ROWS = 100;
const BATCH_BYTES = 500_000;
/** After this long another tab with the lock counts as frozen: no turn takes longer. */
const PUSH_PATIENCE_MS = 90_000;
/** A row that conflicts this often without anything new from the server is not going to end. */
const CONFLICTS_MAX = 5;

export interface PushParts {
	database: OutlayDatabase;
	databaseName: string;
	line: ServerLine;
	outstanding: Outstanding;
	nowMs: () => number;
	/** Told what is on its way, for the state of each item. */
	onSending: (ids: readonly string[]) => void;
	locks: Locks;
	signal: AbortSignal;
}

/**
 * Offers what is not sent, a batch a request, with the revision each edit stands on: the server tells at once
 * what it took, what met a newer version and what it refuses, and each row is settled by itself, in one step
 * with its content. Nothing depends on the answer arriving: a row whose answer got lost is offered again, the
 * server reports a conflict with exactly our content, and it is settled.
 *
 * Not RxDB's push: that one keeps what it believes the server has in a database of its own, where a row refused,
 * parked or skipped counts as sent and becomes the base of the next merge.
 */
export class Push {
	readonly #parts: PushParts;
	readonly #conflicts = new Map<string, number>();
	#batchRows = BATCH_ROWS;

	constructor(parts: PushParts) {
		this.#parts = parts;
	}

	/** Until nothing is left to offer. Throws `SyncStopped`. */
	async run(): Promise<void> {
		const { database, outstanding, line, locks, onSending, signal } = this.#parts;
		while (!line.isStopped && outstanding.sendableDocuments().length > 0) {
			let batch: RowState[] = [];
			const turn = async () => {
				batch = await this.#nextBatch(outstanding.sendableDocuments());
				if (batch.length === 0) return;
				onSending(batch.map(({ id }) => id));
				try {
					await this.#offer(batch);
				} finally {
					// A broken line waits; nothing is on its way meanwhile.
					onSending([]);
				}
			};
			try {
				await line.persist(() =>
					oneAtATime(locks, `${database.name}-push`, PUSH_PATIENCE_MS, signal, turn)
				);
				this.#batchRows = Math.min(BATCH_ROWS, this.#batchRows * 2);
			} catch (error) {
				await this.#handleRefusedBatch(error, batch);
			}
		}
	}

	/** As many as fit into one request; the newest state of each. */
	async #nextBatch(ids: readonly string[]): Promise<RowState[]> {
		const { database } = this.#parts;
		const wanted = ids.slice(0, this.#batchRows);
		const rows = await readRows(database.documents, wanted);
		const batch: RowState[] = [];
		let bytes = 0;
		for (const id of wanted) {
			const row = rows.get(id);
			if (row === undefined || row.unsentSinceMs === 0 || staysHere(row)) continue;
			if (row.ownerId !== database.userId || !WRITTEN_BY_PEOPLE.has(row.type)) {
				await refuseDocument(database, row, 'document.not_yours', '', this.#parts.nowMs());
				continue;
			}
			bytes += JSON.stringify(row.body).length;
			if (batch.length > 0 && bytes > BATCH_BYTES) break;
			batch.push(row);
		}
		return batch;
	}

	async #offer(batch: readonly RowState[]): Promise<void> {
		const { line, databaseName } = this.#parts;
		// A deletion of what the server may never have got: ask before a tombstone is made of nothing.
		const asked = batch.filter((row) => row._deleted && row.couchRev === '');
		const sent = batch.filter((row) => !asked.includes(row));
		const met: RowState[] = [...asked];
		const removed: RowState[] = [];
		let trouble: ServerError | null = null;
		if (sent.length > 0) {
			const answers = await offerRows(line, databaseName, sent);
			for (const [at, row] of sent.entries()) {
				const answer = answers[at] ?? {};
				const code = codeOfRow(answer);
				if (typeof answer.rev === 'string' && answer.error === undefined) {
					await this.#settle(row, answer.rev);
				} else if (answer.error === 'conflict' || code === 'revision.not_winning') {
					met.push(row);
				} else if (code === 'document.erased' || code === 'document.removed') {
					removed.push(row);
				} else if (answer.error === 'forbidden' || answer.error === 'bad_request') {
					if (code === 'session.expired') throw new SignInNeeded();
					await this.#refuse(row, code, sentenceOf(answer));
				} else if (answer.error === 'unauthorized') {
					throw new SignInNeeded();
				} else {
					trouble = new ServerError(500, answer.error ?? '');
				}
			}
		}
		if (met.length > 0) await this.#meet(met);
		if (removed.length > 0) await this.#takeOut(removed);
		if (trouble !== null) throw trouble;
	}

	/** The server has this content: written in one step with the revision it got there. */
	async #settle(sent: RowState, rev: string): Promise<void> {
		this.#conflicts.delete(sent.id);
		await changeRow(this.#parts.database.documents, sent.id, async (here) => {
			// Read back already, or settled by another tab.
			if (here === null || here.couchRev !== sent.couchRev || here.unsentSinceMs === 0) return null;
			if (isSameContent(here, sent)) {
				return {
					...here,
					couchRev: rev,
					unsentSinceMs: 0,
					unsent: sentState(here.unsent.earlier)
				};
			}
			// Edited while it was on its way: the edit stands on what was sent.
			const base = sent._deleted ? {} : { base: { schema: sent.schemaVersion, body: sent.body } };
			const earlier = await lineOf(sent);
			return {
				...here,
				couchRev: rev,
				unsent: { ...base, earlier: [...new Set([...earlier, ...(here.unsent.earlier ?? [])])] }
			};
		});
	}

	/** Takes in what stands at the server instead of what was offered. */
	async #meet(rows: readonly RowState[]): Promise<void> {
		const { database, databaseName, line, nowMs } = this.#parts;
		await this.#forgetLostRevisions(rows);
		const current = await currentRows(line, databaseName, rows);
		await absorbRows(database.documents, [...current.values()], database.userId, nowMs);
		for (const row of rows) {
			if (current.has(row.id)) {
				const count = (this.#conflicts.get(row.id) ?? 0) + 1;
				this.#conflicts.set(row.id, count);
				if (count > CONFLICTS_MAX) await this.#refuse(row, 'sync.conflict', '');
				continue;
			}
			// Not there at all: a deletion is done, anything else is offered as new.
			await changeRow(database.documents, row.id, (here) => {
				if (here === null || here.unsentSinceMs === 0) return null;
				const { earlier = [] } = here.unsent;
				if (here._deleted) return { ...here, unsentSinceMs: 0, unsent: sentState(earlier) };
				return here.couchRev === '' ? null : { ...here, couchRev: '', unsent: { earlier } };
			});
		}
	}

	/**
	 * An edit that stands on a revision the server does not know: it was set back to before that one, and has what others
	 * made of an older one. What the edit began with is then nothing that both began with (`absorb`). The epoch would tell
	 * as well, but it is read beside this, and may come later.
	 */
	async #forgetLostRevisions(rows: readonly RowState[]): Promise<void> {
		const { database, databaseName, line } = this.#parts;
		const known = rows.filter(({ couchRev }) => couchRev !== '');
		if (known.length === 0) return;
		const lost = await unknownRevisions(line, databaseName, known);
		for (const { id, couchRev } of known) {
			if (!lost.has(id)) continue;
			await changeRow(database.documents, id, (here) =>
				here?.couchRev === couchRev && here.unsentSinceMs > 0 ? { ...here, couchRev: '' } : null
			);
		}
	}

	/**
	 * What the server erased, or must not hold any more, is gone here too, and never offered again. What the person
	 * entered into it meanwhile is kept on this device first.
	 */
	async #takeOut(rows: readonly RowState[]): Promise<void> {
		const { database, databaseName, line } = this.#parts;
		const { documents } = database;
		const current = await currentRows(line, databaseName, rows);
		for (const { id } of rows) {
			const there = current.get(id);
			const removal = there?.removal || 'erased';
			await changeRow(documents, id, async (here) => {
				if (here === null) return null;
				const kept = await keptOfRemoved(here, removal, this.#parts.nowMs());
				if (kept !== null)
					await changeRow(documents, kept.id, (row) => (row === null ? kept : null));
				return {
					...here,
					_deleted: true,
					body: {},
					couchRev: there?._deleted === true ? there.couchRev : '',
					removal,
					unsentSinceMs: 0,
					unsent: sentState(await lineOf(here))
				};
			});
		}
	}

	/** The whole request was refused: too large, or something in it could not be read. */
	async #handleRefusedBatch(error: unknown, batch: readonly RowState[]): Promise<void> {
		if (!(error instanceof ServerError)) throw error;
		if (error.status !== 413 && error.status !== 400) {
			// Not about documents: another person's session, or a proxy that forbids.
			this.#parts.line.closeFor(new SignInNeeded());
			return;
		}
		const [only] = batch;
		if (batch.length > 1 || only === undefined) {
			this.#batchRows = Math.max(1, Math.floor(batch.length / 2));
			return;
		}
		await this.#refuse(only, error.status === 413 ? 'document.too_large' : error.code, '');
	}

	async #refuse(row: RowState, code: string, reason: string): Promise<void> {
		this.#conflicts.delete(row.id);
		await refuseDocument(this.#parts.database, row, code, reason, this.#parts.nowMs());
	}
}
