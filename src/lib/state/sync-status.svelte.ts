import type { Account } from '#lib/commands/app.ts';
import type { SyncStatus } from '#lib/commands/ports.ts';
import { m } from '#lib/paraglide/messages.js';
import { formatCount, formatMoment } from './formats.ts';
import { live } from './live.svelte.ts';

export interface SyncView {
	state: SyncStatus['state'];
	/** "Offline · 3 to send". */
	words: string;
	/** Share of the bytes sent, or of what is fetched; null when nothing is on its way or its size is unknown. */
	fraction: number | null;
	unsentCount: number;
}

/** The closed set of sync states, in words. Pure. */
export function syncViewOf(status: SyncStatus): SyncView {
	const unsentCount = 'unsentCount' in status ? status.unsentCount : 0;
	const waiting = (words: string) =>
		unsentCount === 0 ? words : `${words} · ${m.sync_to_send({ count: unsentCount })}`;
	const words = {
		offline: () => waiting(m.sync_offline()),
		unreachable: () => waiting(m.sync_unreachable()),
		portal: () => waiting(m.sync_portal()),
		'sign-in-again': () => m.sync_sign_in_again(),
		'app-too-old': () => waiting(m.sync_app_too_old()),
		'server-too-old': () => waiting(m.sync_server_too_old()),
		sending: () => {
			const sentCount = status.state === 'sending' ? status.sentCount : 0;
			return m.sync_sending_of({ at: sentCount + 1, total: sentCount + unsentCount });
		},
		fetching: () =>
			status.state === 'fetching' && status.totalCount !== null
				? m.sync_fetching_of({
						done: formatCount(status.doneCount),
						total: formatCount(status.totalCount)
					})
				: m.sync_fetching(),
		'photos-wait': () => waiting(m.sync_photos_wait()),
		'up-to-date': () =>
			status.state === 'up-to-date' && status.atMs !== null
				? m.sync_up_to_date_at({ time: formatMoment(status.atMs) })
				: m.sync_up_to_date()
	}[status.state]();
	return { state: status.state, words, fraction: fractionOf(status), unsentCount };
}

function fractionOf(status: SyncStatus): number | null {
	if (status.state === 'sending') {
		return status.totalBytes > 0 ? status.sentBytes / status.totalBytes : null;
	}
	if (status.state === 'fetching' && status.totalCount !== null) {
		return status.doneCount / Math.max(1, status.totalCount);
	}
	return null;
}

/** The sync state for pill, rail and Sync page; null until known. */
export function syncStatus(account: Account): { readonly current: SyncView | null } {
	const status = live(account.sync.status);
	const view = $derived(status.current === undefined ? null : syncViewOf(status.current));
	return {
		get current() {
			return view;
		}
	};
}
