import { expose, transfer } from 'comlink';
import type { Result } from '@outlay/domain/refusal';
import { paintOffscreen } from './paint-offscreen.ts';
import { preparePhoto, type Prepared } from './prepare-photo.ts';

expose({
	/** Whether this browser's workers can draw; the client then stays on the main thread. */
	canPaint: (): boolean =>
		typeof OffscreenCanvas !== 'undefined' && new OffscreenCanvas(1, 1).getContext('2d') !== null,

	async prepare(file: Blob): Promise<Result<Prepared>> {
		const result = await preparePhoto(file, paintOffscreen);
		if (!result.ok) return result;
		const { bytes, thumbnail } = result.value;
		return transfer(result, [bytes.buffer, ...(thumbnail ? [thumbnail.bytes.buffer] : [])]);
	}
});
