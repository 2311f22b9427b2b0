import type { RecordedFile } from '@outlay/domain/recordings/recorded-file';
import type { Result } from '@outlay/domain/refusal';
import type { RecordingFiles } from '#lib/commands/recording-ports.ts';
import { createLazyWorker } from './lazy-worker.ts';
import type { readRecording } from './read-recording.ts';

/** Reads recordings in a worker of its own, with the readers of their formats. */
export function createRecordingFiles(): RecordingFiles {
	const worker = createLazyWorker<{ read: typeof readRecording }>(
		() => new Worker(new URL('./recordings.worker.ts', import.meta.url), { type: 'module' })
	);
	return { read: (file) => worker.run((api): Promise<Result<RecordedFile>> => api.read(file)) };
}
