import type { RecordedFile } from '@outlay/domain/recordings/recorded-file';
import type { Result } from '@outlay/domain/refusal';
import type { LocationPermission } from '@outlay/domain/trip';
import type { TimeSpan } from '@outlay/domain/trip-events';

export type LocationRefusal = 'denied' | 'unavailable' | 'unsupported';

export interface Fix {
	timeMs: number;
	latitude: number;
	longitude: number;
	accuracyM: number;
	speedMps: number | null;
	headingDeg: number | null;
}

/** The only way to positions. Nothing is read before `start` and after the returned stop. */
export interface Locations {
	start(onFix: (fix: Fix) => void, onRefusal: (refusal: LocationRefusal) => void): () => void;
	/** What the browser says of the permission now; asks nobody. */
	permission(): Promise<LocationPermission>;
}

/** Knows when the page stood still, as it does with a locked screen. */
export interface Heartbeat {
	/** Beats until the returned stop; calls `onStill` after each time it could not. */
	start(onStill: (span: TimeSpan) => void): () => void;
}

/** Keeps the screen on while recording, where the platform allows it. */
export interface WakeLock {
	/**
	 * Asks until `release`, again on each return, and tells each time whether the screen stays on. The promise resolves
	 * with the first answer.
	 */
	hold(onChange: (screenStaysOn: boolean) => void): Promise<boolean>;
	release(): Promise<void>;
}

/** One recording at a time, however many tabs are open. */
export interface RecordingLock {
	/** How to let go, or null while another tab records. */
	tryHold(): Promise<(() => void) | null>;
}

/** Drives out of files that other apps and devices wrote, read off the main thread. */
export interface RecordingFiles {
	/**
	 * Refusals: `import.empty`, `import.too_large`, `import.unknown`, `import.broken`, `import.no_times`,
	 * `import.no_drives`.
	 */
	read(file: Blob): Promise<Result<RecordedFile>>;
}
