import { attachReceipt } from '#lib/commands/attach-receipt.ts';
import { followTrips } from '#lib/commands/catch-up-trips.ts';
import { documentsOf, firstOf, type DeedContext } from '#lib/commands/context.ts';
import { enterAgain } from '#lib/commands/enter-again.ts';
import type { Live, SignedIn } from '#lib/commands/ports.ts';
import { saveExpense } from '#lib/commands/save-expense.ts';
import { standingHere } from '#lib/commands/standing.ts';
import { submit } from '#lib/commands/submit.ts';
import { createClock } from '#lib/device/clock.ts';
import { createHashing } from '#lib/device/hashing.ts';
import { createIdentities } from '#lib/device/identities.ts';
import { untilVisible } from '#lib/device/visibility.ts';
import { documentsIn } from '#lib/storage/documents.ts';
import { LiveValue } from '#lib/storage/live-value.ts';
import { openDatabase } from '#lib/storage/open-database.ts';
import { vaultIn } from '#lib/storage/vault.ts';
import { blobFetcher } from '#lib/sync/fetch-blob.ts';
import { startSync } from '#lib/sync/start-sync.ts';
import type { Upload } from '#lib/sync/upload.ts';
import { createPhotos } from '#lib/workers/photo-client.ts';
import { createTripMeasuring } from '#lib/workers/trip-client.ts';
import { documentId } from '@outlay/domain/identifiers';
import { vi } from 'vitest';

export type Fetch = typeof globalThis.fetch;

export interface SignInCard {
	companyCode: string;
	workEmail: string;
	password: string;
}

/** Signs in at the server, as the sign-in page does; the cookie is the browser's. */
export async function signInHere(card: SignInCard): Promise<SignedIn> {
	const response = await fetch('/_outlay/session', {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(card)
	});
	if (!response.ok) throw new Error(`sign-in refused: ${String(response.status)}`);
	return (await response.json()) as SignedIn;
}

/** The store and sync of one account in this page, wired as the app wires them, and its deeds. */
export async function openDevice(me: SignedIn, options: { fetch?: Fetch; upload?: Upload } = {}) {
	const clock = createClock();
	const ourFetch: Fetch = options.fetch ?? ((...asked) => fetch(...asked));
	const database = await openDatabase(me);
	const documents = documentsIn(database, clock);
	const vault = vaultIn(database, clock, blobFetcher(me.databases.mailbox, ourFetch));
	const connectivity = new LiveValue(true);
	const isMetered = new LiveValue(false);
	const sync = startSync({
		database,
		session: me,
		clock,
		connectivity,
		isMetered,
		onReturn: () => () => undefined,
		untilVisible,
		fetch: ourFetch,
		...(options.upload ? { upload: options.upload } : {})
	});
	const identities = createIdentities();
	const context: DeedContext = {
		me,
		documents,
		vault,
		clock,
		identities,
		hashing: createHashing(),
		photos: createPhotos(),
		measuring: createTripMeasuring(),
		settings: async () => documentsOf(await firstOf(documents.watchNewest('setting', 500))),
		caseOf: (subjectId) => standingHere(documents, me, subjectId)
	};
	return {
		me,
		database,
		documents,
		context,
		vault,
		sync,
		/** As the open account does; rejections show in the test. */
		followTrips: () => followTrips(context, sync.status, (work) => void work),
		connectivity,
		isMetered,
		/** A complete expense with a picture, as a draft. */
		async draftExpense(picture: Blob, merchant = 'Byggemarkedet'): Promise<string> {
			const id = documentId('transaction', me.userId, identities.ulid());
			const costTypes = (await context.settings()).flatMap(({ body }) =>
				body.name === 'cost-types' ? body.costTypes : []
			);
			demand(
				await saveExpense(context, id, {
					merchant,
					amountMinor: 12_550,
					currency: 'DKK',
					costTypeId: costTypes[0]?.costTypeId ?? null,
					purpose: 'Seals for pump 4'
				})
			);
			demand(await attachReceipt(context, id, picture));
			return id;
		},
		save: async (id: string, change: Parameters<typeof saveExpense>[2]) => {
			demand(await saveExpense(context, id, change));
		},
		enterAgain: async (keptId: string) => demand(await enterAgain(context, keptId)),
		submit: async (id: string) => demand(await submit(context, id)),
		/** As when the tab is closed: nothing is sent to the end first. */
		async close() {
			await sync.stop();
			await database.close();
		}
	};
}

export type Device = Awaited<ReturnType<typeof openDevice>>;

/** Resolves with the first value that fits. */
export function until<T>(live: Live<T>, fits: (value: T) => boolean): Promise<T> {
	return new Promise((resolve) => {
		let stop: (() => void) | null = null;
		let isDone = false;
		stop = live.subscribe((value) => {
			if (isDone || !fits(value)) return;
			isDone = true;
			resolve(value);
			stop?.();
		});
		if (isDone) stop();
	});
}

/** The server has everything. */
export async function untilSent({ sync }: Pick<Device, 'sync'>): Promise<void> {
	await vi.waitUntil(async () => (await sync.unsentCount()) === 0, { timeout: 40_000 });
}

/** A photo that differs from all others, as a camera gives it. */
export async function aPicture(sizePx = 600): Promise<Blob> {
	const canvas = new OffscreenCanvas(sizePx, sizePx);
	const pen = canvas.getContext('2d');
	if (pen === null) throw new Error('no canvas');
	const pixels = pen.createImageData(sizePx, sizePx);
	for (let at = 0; at < pixels.data.length; at += 16_384) {
		crypto.getRandomValues(pixels.data.subarray(at, at + 16_384));
	}
	pen.putImageData(pixels, 0, 0);
	return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 });
}

function demand<T>(done: { ok: true; value: T } | { ok: false; refusal: { code: string } }): T {
	if (!done.ok) throw new Error(done.refusal.code);
	return done.value;
}
