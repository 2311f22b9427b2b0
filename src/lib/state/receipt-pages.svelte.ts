import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Account } from '#lib/commands/app.ts';
import { live } from './live.svelte.ts';

/** A page of a receipt; the pictures as `ReceiptImage` wants them. */
export interface ReceiptPage {
	id: string;
	sha256: string | null;
	/** Undefined while it is looked up, null while it can't be had. */
	blob: Blob | null | undefined;
	/** What is shown until the picture itself is here; null where there is none. */
	thumbnail: Blob | null;
}

interface Hashes {
	sha256: string;
	thumbnailSha256: string | null;
}

/** Either the ids of receipts of the person, or what a submission says about them. */
export type ReceiptNames = readonly ({ receiptId: string } & (Hashes | { sha256: null }))[];

/**
 * The pages of a receipt with their bytes, in order; the small pictures come first. What is not on this device is asked
 * for again each time the state of the sync changes. Call while a component is set up.
 */
export function receiptPages(
	account: Account,
	names: () => ReceiptNames
): {
	readonly current: ReceiptPage[];
} {
	const { documents, vault, sync } = account;
	const known = new SvelteMap<string, Hashes | null>();
	const blobs = new SvelteMap<string, Blob | null>();
	const status = live(sync.status);

	$effect(() => {
		const stops = names()
			.filter(({ sha256 }) => sha256 === null)
			.map(({ receiptId }) =>
				documents
					.watch('receipt', receiptId)
					.subscribe((stored) => known.set(receiptId, stored?.document.body ?? null))
			);
		return () => {
			for (const stop of stops) stop();
		};
	});

	/** Undefined while they are looked up; null for a receipt that isn't here. */
	const hashesOf = (name: ReceiptNames[number]): Hashes | null | undefined =>
		name.sha256 === null ? known.get(name.receiptId) : name;
	const pages = $derived(
		names().map((name): ReceiptPage => {
			const hashes = hashesOf(name);
			const small = hashes?.thumbnailSha256;
			return {
				id: name.receiptId,
				sha256: hashes?.sha256 ?? null,
				blob: hashes ? blobs.get(hashes.sha256) : hashes,
				thumbnail: (small ? blobs.get(small) : null) ?? null
			};
		})
	);
	const wanted = $derived(
		names()
			.map(hashesOf)
			.flatMap((hashes) => (hashes ? [[hashes.thumbnailSha256, hashes.sha256]] : []))
			.map((pair) => pair.filter(Boolean).join('+'))
			.join(' ')
	);

	$effect(() => {
		let isWanted = true;
		void status.current?.state;
		const fetchInTurn = async (hashes: string[]) => {
			for (const sha256 of hashes) {
				if (!isWanted || sha256 === '' || untrack(() => blobs.get(sha256))) continue;
				const blob = await vault.get(sha256);
				if (isWanted) blobs.set(sha256, blob);
			}
		};
		for (const pair of wanted.split(' ')) void fetchInTurn(pair.split('+'));
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
