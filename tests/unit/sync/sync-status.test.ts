import { expect, it } from 'vitest';
import { itemsOf, statusOf, type InFlight } from '#lib/sync/sync-status.ts';
import type { Outstanding } from '#lib/sync/outstanding.ts';

const NOTHING: InFlight = { documentIds: new Set(), photo: null, sentCount: 0, sentPhotoBytes: 0 };

/** Nothing belongs to an entry. */
const alone = () => [];

/** So many documents and photos of a megabyte wait. */
function waiting(documents: number, photos: number, held = 0): Outstanding {
	return {
		heldPhotos: () =>
			Array.from({ length: held }, (_, n) => ({ sha256: `h${String(n)}`, byteLength: 1e6 })),
		sendableDocuments: () => Array.from({ length: documents }, (_, n) => `d${String(n)}`),
		sendablePhotos: () =>
			Array.from({ length: photos }, (_, n) => ({ sha256: `p${String(n)}`, byteLength: 1e6 }))
	} as unknown as Outstanding;
}

it('counts on while things are sent, so that what is done stays in the sum', () => {
	const inFlight = { ...NOTHING, sentCount: 2, sentPhotoBytes: 3e6 };
	expect(statusOf('open', waiting(0, 1), inFlight, null, null, alone)).toEqual({
		state: 'sending',
		unsentCount: 1,
		sentCount: 2,
		sentBytes: 3e6,
		totalBytes: 4e6
	});
});

it('tells what keeps things here before what is on its way, and sending before fetching', () => {
	const reading = { doneCount: 5, totalCount: 10 };
	const stateOf = (line: Parameters<typeof statusOf>[0], documents: number) =>
		statusOf(line, waiting(documents, 0), NOTHING, 7, reading, alone);
	for (const line of [
		'offline',
		'unreachable',
		'portal',
		'sign-in-again',
		'app-too-old',
		'server-too-old'
	] as const) {
		expect(stateOf(line, 1)).toEqual({ state: line, unsentCount: 1 });
	}
	expect(stateOf('open', 1).state).toBe('sending');
	expect(stateOf('open', 0)).toEqual({ state: 'fetching', ...reading });
	expect(statusOf('open', waiting(0, 0), NOTHING, 7, null, alone)).toEqual({
		state: 'up-to-date',
		atMs: 7
	});
	const held = waiting(0, 0, 2);
	expect(statusOf('open', held, NOTHING, 7, null, alone)).toEqual({
		state: 'photos-wait',
		unsentCount: 2
	});
	expect(statusOf('offline', held, NOTHING, 7, null, alone)).toEqual({
		state: 'offline',
		unsentCount: 2
	});
});

it('counts an entry once, with all that belongs to it', () => {
	const subjectsOf = (id: string) =>
		({ receipt: ['entry'], entry: ['entry'], trace: ['drive', 'trip'] })[id] ?? [];
	const photo = { sha256: 'a', receipt: { id: 'receipt', transactionId: 'entry' } };
	const nobodys = { sha256: 'b', receipt: null };
	expect([...itemsOf(['entry', 'receipt'], [photo], subjectsOf)]).toEqual(['entry']);
	expect([...itemsOf(['trace', 'profile'], [photo, nobodys], subjectsOf)]).toEqual([
		'drive',
		'profile',
		'entry',
		'b'
	]);
});
