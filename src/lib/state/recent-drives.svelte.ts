import type { MileageBody } from '@outlay/domain/transaction';
import type { Account } from '#lib/commands/app.ts';
import { live } from './live.svelte.ts';

/** How many entries back a drive counts as recent. */
const LOOKED_AT = 60;

/** The newest drives of the person; empty until known. Call while a component is set up. */
export function recentDrives(account: Account): { readonly current: readonly MileageBody[] } {
	const stored = live(account.documents.watchNewest('transaction', LOOKED_AT));
	const drives = $derived(
		(stored.current ?? []).flatMap(({ document: { body } }) =>
			body.kind === 'mileage' ? [body] : []
		)
	);
	return {
		get current() {
			return drives;
		}
	};
}
