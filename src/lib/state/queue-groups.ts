import type { Refusal } from '@outlay/domain/refusal';
import type { QueueEntry } from '#lib/commands/ports.ts';

/** What is on its way, or was refused, of one transaction. */
export interface QueueGroup {
	key: string;
	subjectId: string | null;
	parts: QueueEntry['part'][];
	isSending: boolean;
	sentBytes: number;
	totalBytes: number;
	refusal: Refusal | null;
	/** The documents refused, to be tried again. */
	refusedIds: string[];
}

/** Brings queue entries together by transaction, sending ones first, keeping the queue's order otherwise. Pure. */
export function byTransaction(queue: readonly QueueEntry[]): QueueGroup[] {
	const groups = new Map<string, QueueGroup>();
	for (const entry of queue) {
		const isRefused = entry.state === 'refused';
		// What was refused stands by itself: the rest of the entry may well be on its way.
		const key = `${entry.subjectId ?? entry.documentId}${isRefused ? '!' : ''}`;
		const group = groups.get(key) ?? {
			key,
			subjectId: entry.subjectId,
			parts: [],
			isSending: false,
			sentBytes: 0,
			totalBytes: 0,
			refusal: null,
			refusedIds: []
		};
		groups.set(key, group);
		if (!group.parts.includes(entry.part)) group.parts.push(entry.part);
		group.isSending ||= entry.state === 'sending';
		group.sentBytes += entry.sentBytes;
		group.totalBytes += entry.totalBytes;
		if (isRefused) {
			group.refusal ??= entry.refusal;
			// A photo and its small picture are of one receipt.
			if (!group.refusedIds.includes(entry.documentId)) group.refusedIds.push(entry.documentId);
		}
	}
	return [...groups.values()].sort((a, b) => Number(b.isSending) - Number(a.isSending));
}
