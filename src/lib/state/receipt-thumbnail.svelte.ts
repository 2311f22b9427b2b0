import type { Account } from '#lib/commands/app.ts';
import { live } from './live.svelte.ts';

/**
 * The small picture of a receipt, fetched when it isn't here and asked for again when the state of the sync changes;
 * null while there is none. Call while a component is set up.
 */
export function receiptThumbnail(
	{ vault, sync }: Account,
	sha256: () => string | null
): { readonly current: Blob | null } {
	const status = live(sync.status);
	let found = $state<{ sha256: string; blob: Blob } | null>(null);

	$effect(() => {
		const wanted = sha256();
		void status.current?.state;
		if (wanted === null || found?.sha256 === wanted) return;
		let isWanted = true;
		void vault.get(wanted).then((blob) => {
			if (isWanted && blob !== null) found = { sha256: wanted, blob };
		});
		return () => {
			isWanted = false;
		};
	});
	return {
		get current() {
			return found !== null && found.sha256 === sha256() ? found.blob : null;
		}
	};
}
