import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Account } from '#lib/commands/app.ts';
import { live } from './live.svelte.ts';

/** A page of a receipt; the blob as `ReceiptImage` wants it. */
export interface ReceiptPage {
	id: string;
	sha256: string | null;
	/** Undefined while it is looked up, null while it can't be had. */
	blob: Blob | null | undefined;
}

/** Either the ids of receipts of the person, or what a submission says about them. */
export type ReceiptNames = readonly { receiptId: string; sha256: string | null }[];

/**
 * The pages of a receipt with their bytes, in order. What is not on this device is asked for again each time the
 * state of the sync changes. Call while a component is set up.
 */
export function receiptPages(
	account: Account,
	names: () => ReceiptNames
): {
	readonly current: ReceiptPage[];
} {
	const { documents, vault, sync } = account;
	const hashes = new SvelteMap<string, string | null>();
	const blobs = new SvelteMap<string, Blob | null>();
	const status = live(sync.status);

	$effect(() => {
		const stops = names()
			.filter(({ sha256 }) => sha256 === null)
			.map(({ receiptId }) =>
				documents
					.watch('receipt', receiptId)
					.subscribe((stored) => hashes.set(receiptId, stored?.document.body.sha256 ?? null))
			);
		return () => {
			for (const stop of stops) stop();
		};
	});

	const pages = $derived(
		names().map(({ receiptId, sha256 }): ReceiptPage => {
			const known = sha256 ?? hashes.get(receiptId);
			return {
				id: receiptId,
				sha256: known ?? null,
				blob: known === undefined ? undefined : known === null ? null : blobs.get(known)
			};
		})
	);
	const wanted = $derived(pages.map(({ sha256 }) => sha256).join(' '));

	$effect(() => {
		let isWanted = true;
		void status.current?.state;
		for (const sha256 of wanted.split(' ')) {
			if (sha256 === '' || untrack(() => blobs.get(sha256))) continue;
			void vault.get(sha256).then((blob) => {
				if (isWanted) blobs.set(sha256, blob);
			});
		}
		return () => {
			isWanted = false;
		};
	});
	return {
		get current() {
			return pages;
		}
	};
}
