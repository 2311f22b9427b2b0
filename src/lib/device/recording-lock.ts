import type { RecordingLock } from '#lib/commands/recording-ports.ts';

/** A Web Lock: it falls with its tab, so a killed tab never blocks the next. */
export function createRecordingLock(name: string): RecordingLock {
	return {
		tryHold() {
			return new Promise((resolve) => {
				void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
					if (lock === null) {
						resolve(null);
						return;
					}
					return new Promise<void>((release) => resolve(release));
				});
			});
		}
	};
}
