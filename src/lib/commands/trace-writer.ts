import { traceId } from '@outlay/domain/identifiers';
import { TRACE_CHUNK_FIXES, TRACE_CHUNK_MS, type FixRow } from '@outlay/domain/trip';
import { newEnvelope, withBody, type DeedContext } from './context.ts';

export interface TraceWriter {
	/** Queues a fix; it is durable when the returned promise resolves. Fixes are written in order. */
	write(fix: FixRow): Promise<void>;
	/** Closes the open chunk, so that it may be sent; resolves when everything queued is durable. */
	close(): Promise<void>;
}

/**
 * Writes the raw fixes of one trip in chunks: the open chunk is rewritten with each fix and stays on the device; it
 * closes at 500 fixes, after 5 minutes, at pause, stop or restart. `firstChunk` is the number to go on from.
 */
export function createTraceWriter(
	context: Pick<DeedContext, 'documents' | 'me' | 'clock'>,
	tripId: string,
	firstChunk: number
): TraceWriter {
	let chunk = firstChunk;
	let openFixes: FixRow[] = [];
	let openedAtMs = 0;
	let pending: FixRow[] = [];
	let work: Promise<void> = Promise.resolve();

	async function flush(): Promise<void> {
		while (pending.length > 0) {
			const taken = pending.slice(0, TRACE_CHUNK_FIXES - openFixes.length);
			const fixes = [...openFixes, ...taken];
			await store(fixes, true);
			pending = pending.slice(taken.length);
			openFixes = fixes;
			const isOld = context.clock.nowMs() - openedAtMs >= TRACE_CHUNK_MS;
			if (fixes.length >= TRACE_CHUNK_FIXES || isOld) await closeChunk();
		}
	}

	async function store(fixes: FixRow[], isOpen: boolean): Promise<void> {
		const id = traceId(tripId, chunk);
		const body = { tripId, n: chunk, isOpen, fixes };
		if (openFixes.length === 0 && (await context.documents.get('trace', id)) === null) {
			openedAtMs = context.clock.nowMs();
			await context.documents.add({
				_id: id,
				type: 'trace',
				...newEnvelope(context, 'trace'),
				body
			});
		} else {
			await context.documents.edit('trace', id, (document) =>
				withBody(document, body, context.clock)
			);
		}
	}

	async function closeChunk(): Promise<void> {
		if (openFixes.length === 0) return;
		await store(openFixes, false);
		openFixes = [];
		chunk += 1;
	}

	/** One write at a time; a failed one leaves its fixes pending for the next. */
	function enqueue(task: () => Promise<void>): Promise<void> {
		const next = work.then(task);
		work = next.catch(() => undefined);
		return next;
	}

	return {
		write(fix) {
			pending.push(fix);
			return enqueue(flush);
		},
		close() {
			return enqueue(async () => {
				await flush();
				await closeChunk();
			});
		}
	};
}

/** Closes a chunk that a killed app left open. Gives the number of the next chunk. */
export async function closeLeftChunk(
	context: Pick<DeedContext, 'documents' | 'clock'>,
	tripId: string
): Promise<number> {
	for (let n = 0; ; n++) {
		const chunk = await context.documents.get('trace', traceId(tripId, n));
		if (chunk === null) return n;
		if (chunk.document.body.isOpen) {
			await context.documents.edit('trace', chunk.document._id, (document) =>
				withBody(document, { ...document.body, isOpen: false }, context.clock)
			);
		}
	}
}
