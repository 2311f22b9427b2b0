import type { Photos } from '#lib/commands/ports.ts';
import type { Result } from '@outlay/domain/refusal';
import { createLazyWorker } from './lazy-worker.ts';
import type { Prepared } from './prepare-photo.ts';

interface PhotoWork {
	canPaint(): boolean;
	prepare(file: Blob): Promise<Result<Prepared>>;
}

/** Prepares photos in a worker of its own, on the main thread where workers can't draw. */
export function createPhotos(): Photos {
	const worker = createLazyWorker<PhotoWork>(
		() => new Worker(new URL('./photo.worker.ts', import.meta.url), { type: 'module' })
	);
	return {
		prepare: async (file) =>
			(await worker.run(async (api) => ((await api.canPaint()) ? api.prepare(file) : null))) ??
			prepareHere(file)
	};
}

async function prepareHere(file: Blob): Promise<Result<Prepared>> {
	const [{ preparePhoto }, { paintElement }] = await Promise.all([
		import('./prepare-photo.ts'),
		import('./paint-element.ts')
	]);
	return preparePhoto(file, paintElement);
}
