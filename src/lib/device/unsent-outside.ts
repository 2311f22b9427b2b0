import type { Live, SyncStatus } from '#lib/commands/ports.ts';
import { showBadge } from './app-badge.ts';
import { askToSendLater } from './background-sync.ts';

/**
 * Tells outside the page what is not sent: as a number on the app's icon, and to the browser, once the app is left or the
 * server can't be reached, so that it sends without the app where it can. Returns how to stop.
 */
export function followUnsent(status: Live<SyncStatus>): () => void {
	let unsentCount = 0;
	const left = () => {
		if (document.visibilityState === 'hidden' && unsentCount > 0) void askToSendLater();
	};
	const stop = status.subscribe((now) => {
		const before = unsentCount;
		unsentCount = 'unsentCount' in now ? now.unsentCount : 0;
		if (unsentCount !== before) showBadge(unsentCount);
		const isCutOff = ['offline', 'unreachable', 'portal'].includes(now.state);
		if (unsentCount > 0 && (isCutOff || document.visibilityState === 'hidden')) {
			void askToSendLater();
		}
	});
	document.addEventListener('visibilitychange', left);
	return () => {
		stop();
		document.removeEventListener('visibilitychange', left);
		showBadge(0);
	};
}
