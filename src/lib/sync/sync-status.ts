import type { ItemState, QueueEntry, SyncStatus } from '#lib/commands/ports.ts';
import type { Outstanding, OutstandingDocument, OutstandingPhoto } from './outstanding.ts';
import type { Reading } from './pull.ts';
import type { LineState } from './server-line.ts';

/** What is on its way this moment. */
export interface InFlight {
	documentIds: ReadonlySet<string>;
	photo: { sha256: string; sentBytes: number } | null;
	/** Items (`itemsOf`) sent since there was last nothing to send. */
	sentCount: number;
	/** Bytes of photos sent since there was last nothing to send. */
	sentPhotoBytes: number;
}

/** Which transactions an outstanding thing belongs to, by its id. */
export type SubjectsOf = (id: string) => readonly string[];

const PART_OF_TYPE: Readonly<Record<string, QueueEntry['part']>> = {
	transaction: 'entry',
	receipt: 'entry',
	submission: 'submission',
	recall: 'submission',
	decision: 'decision',
	trip: 'trip',
	route: 'trip',
	trace: 'trip'
};

/**
 * What a person counts: an entry with its receipts, photos and submissions is one; what belongs to none counts by itself.
 */
export function itemsOf(
	documentIds: Iterable<string>,
	photos: Iterable<Pick<OutstandingPhoto, 'sha256' | 'receipt'>>,
	subjectsOf: SubjectsOf
): Set<string> {
	const items = new Set<string>();
	for (const id of documentIds) items.add(subjectsOf(id)[0] ?? id);
	for (const { sha256, receipt } of photos) items.add(receipt?.transactionId || sha256);
	return items;
}

/** A closed set. What was refused waits for the person, not for the network. */
export function statusOf(
	line: LineState,
	outstanding: Outstanding,
	inFlight: InFlight,
	lastCaughtUpMs: number | null,
	reading: Reading | null,
	subjectsOf: SubjectsOf
): SyncStatus {
	const documentIds = outstanding.sendableDocuments();
	const photos = outstanding.sendablePhotos();
	const held = outstanding.heldPhotos();
	const sendableCount = documentIds.length + photos.length;
	const unsentCount = itemsOf(documentIds, [...photos, ...held], subjectsOf).size;
	if (line !== 'open' && line !== 'connecting') return { state: line, unsentCount };
	if (sendableCount > 0) {
		const sentBytes = inFlight.sentPhotoBytes + (inFlight.photo?.sentBytes ?? 0);
		const waitingBytes = photos.reduce((sum, { byteLength }) => sum + byteLength, 0);
		return {
			state: 'sending',
			unsentCount,
			sentCount: inFlight.sentCount,
			sentBytes,
			totalBytes: inFlight.sentPhotoBytes + waitingBytes
		};
	}
	if (reading !== null) return { state: 'fetching', ...reading };
	if (held.length > 0) return { state: 'photos-wait', unsentCount };
	return { state: 'up-to-date', atMs: lastCaughtUpMs };
}

/** What is on its way or was refused, as the sync page lists it; open traces join when they close, and what is kept has cards of its own. */
export function queueOf(
	outstanding: Outstanding,
	inFlight: InFlight,
	subjectsOf: SubjectsOf
): QueueEntry[] {
	const documents = [...outstanding.documents.values()]
		.filter(({ staysHere }) => !staysHere)
		.sort((a, b) => a.sinceMs - b.sinceMs)
		.map((document): QueueEntry => ({
			documentId: document.id,
			subjectId: subjectsOf(document.id)[0] ?? null,
			part: PART_OF_TYPE[document.type] ?? 'other',
			state: entryState(document.refusedCode, inFlight.documentIds.has(document.id)),
			sentBytes: 0,
			totalBytes: 0,
			refusal: refusalOf(document.refusedCode)
		}));
	const photos = [...outstanding.photos.values()].flatMap((photo): QueueEntry[] => {
		if (photo.receipt === null || isNoItem(photo)) return [];
		const sending = inFlight.photo?.sha256 === photo.sha256 ? inFlight.photo : null;
		return [
			{
				documentId: photo.receipt.id,
				subjectId: photo.receipt.transactionId || null,
				part: 'photo',
				state: entryState(photo.refusedCode, sending !== null),
				sentBytes: sending?.sentBytes ?? 0,
				totalBytes: photo.byteLength,
				refusal: refusalOf(photo.refusedCode)
			}
		];
	});
	return [...documents, ...photos];
}

/** States of documents the server lacks something of; an id that is missing is sent. */
export function itemStatesOf(
	outstanding: Outstanding,
	inFlight: InFlight,
	subjectsOf: SubjectsOf
): ReadonlyMap<string, ItemState> {
	const states = new Map<string, ItemState>();
	const mark = (id: string, state: ItemState) => {
		const before = states.get(id);
		if (before === undefined || WEIGHT[state] > WEIGHT[before]) states.set(id, state);
	};
	for (const document of outstanding.documents.values()) {
		const state = stateOfDocument(document, inFlight);
		for (const id of [document.id, ...subjectsOf(document.id)]) mark(id, state);
	}
	for (const photo of outstanding.photos.values()) {
		if (photo.receipt === null || isNoItem(photo)) continue;
		const state = stateOfPhoto(photo, inFlight);
		for (const id of [photo.receipt.id, photo.receipt.transactionId]) if (id) mark(id, state);
	}
	return states;
}

/** Of several parts the one that says most: a refusal, then what moves, then what waits. */
const WEIGHT: Readonly<Record<ItemState, number>> = {
	sent: 0,
	'on-this-device': 1,
	sending: 2,
	'needs-attention': 3
};

function stateOfDocument(
	{ id, refusedCode }: OutstandingDocument,
	{ documentIds }: InFlight
): ItemState {
	if (refusedCode !== null) return 'needs-attention';
	return documentIds.has(id) ? 'sending' : 'on-this-device';
}

function stateOfPhoto({ sha256, refusedCode }: OutstandingPhoto, { photo }: InFlight): ItemState {
	if (refusedCode !== null) return 'needs-attention';
	return photo?.sha256 === sha256 ? 'sending' : 'on-this-device';
}

/** A small picture goes with its photo, unless the server refused it: then nobody else would ever send it again. */
function isNoItem({ isThumbnail, refusedCode }: OutstandingPhoto): boolean {
	return isThumbnail && refusedCode === null;
}

function entryState(refusedCode: string | null, isSending: boolean): QueueEntry['state'] {
	return refusedCode !== null ? 'refused' : isSending ? 'sending' : 'waiting';
}

function refusalOf(code: string | null): QueueEntry['refusal'] {
	return code === null ? null : { code };
}
