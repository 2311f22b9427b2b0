import type { DeedContext } from './context.ts';
import type { Heartbeat, Locations, RecordingLock, WakeLock } from './recording-ports.ts';

/** What a recording asks of the device. */
export interface RecorderContext extends DeedContext {
	locations: Locations;
	wakeLock: WakeLock;
	recordingLock: RecordingLock;
	heartbeat: Heartbeat;
	/** Server's time minus the device's, null while they have not spoken. */
	clockOffsetMs: () => number | null;
}
