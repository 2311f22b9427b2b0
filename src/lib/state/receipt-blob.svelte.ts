import type { Vault } from '#lib/commands/ports.ts';
import type { Current } from './live.svelte.ts';

/**
 * The bytes of a receipt: undefined while they are looked up, null when they can't be had now. Call while a component
 * is set up; `sha256` may change, and `again` (any changing value, such as the sync state) asks once more.
 */
export function receiptBlob(
	vault: Vault,
	sha256: () => string | null,
	again: () => unknown = () => null
): Current<Blob | null> {
	let blob = $state.raw<Blob | null | undefined>(undefined);
	let shownHash: string | null = null;
	$effect(() => {
		const hash = sha256();
		again();
		if (hash === null) {
			blob = null;
			return;
		}
		if (hash !== shownHash) blob = undefined;
		shownHash = hash;
		let isWanted = true;
		void vault.get(hash).then((found) => {
			if (isWanted) blob = found;
		});
		return () => {
			isWanted = false;
		};
	});
	return {
		get current() {
			return blob;
		}
	};
}
