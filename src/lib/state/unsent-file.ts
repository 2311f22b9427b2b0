import type { DocumentType } from '@outlay/domain/identifiers';
import type { Account } from '#lib/commands/app.ts';
import type { Live } from '#lib/commands/ports.ts';
import { dayOfMs } from './formats.ts';

/** What a person writes; the rest comes from the server and is there again after signing in. */
const OWN_TYPES = [
	'transaction',
	'receipt',
	'trip',
	'trace',
	'route',
	'submission',
	'recall',
	'decision',
	'profile',
	'kept'
] as const satisfies readonly DocumentType[];

/** More than one device holds unsent. */
const MANY = 100_000;

/**
 * Everything on this device that has not reached the server, as one JSON file: documents as they are, and receipt
 * bytes in base64 by their hash. For who has to sign out or hand in a phone without a connection.
 */
export async function unsentFile(account: Account, nowMs: number): Promise<File> {
	const documents: unknown[] = [];
	const receipts: Record<string, { mediaType: string; base64: string }> = {};
	for (const type of OWN_TYPES) {
		for (const { document, unsentSinceMs } of await firstOf(
			account.documents.watchNewest(type, MANY)
		)) {
			const isUnsent = unsentSinceMs !== null;
			if (isUnsent) documents.push(document);
			// A photo may still wait after the entry that names it was sent.
			if (document.type !== 'receipt') continue;
			const isPhotoUnsent = (await firstOf(account.sync.itemStates)).get(document._id) !== 'sent';
			const blob = isUnsent || isPhotoUnsent ? await account.vault.get(document.body.sha256) : null;
			if (blob !== null) {
				receipts[document.body.sha256] = { mediaType: blob.type, base64: await base64Of(blob) };
			}
		}
	}
	const content = JSON.stringify({ madeBy: 'outlay', version: 1, documents, receipts }, null, '\t');
	return new File([content], `outlay-unsent-${dayOfMs(nowMs)}.json`, { type: 'application/json' });
}

function firstOf<T>(source: Live<T>): Promise<T> {
	return new Promise((resolve) => {
		let stop: (() => void) | null = null;
		let isDone = false;
		stop = source.subscribe((value) => {
			if (isDone) return;
			isDone = true;
			resolve(value);
			stop?.();
		});
		// The first value may have come before there was anything to stop.
		if (isDone) stop();
	});
}

async function base64Of(blob: Blob): Promise<string> {
	const bytes = new Uint8Array(await blob.arrayBuffer());
	let binary = '';
	for (let at = 0; at < bytes.length; at += 0x8000) {
		binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
	}
	return btoa(binary);
}
