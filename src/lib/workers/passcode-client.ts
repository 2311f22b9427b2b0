import { createLazyWorker } from './lazy-worker.ts';

interface PasscodeApi {
	stretch(
		passcode: string,
		salt: Uint8Array,
		cost: { memoryKib: number; passes: number; lanes: number }
	): Promise<Uint8Array<ArrayBuffer>>;
}

/** argon2id in a worker of its own, loaded at the first passcode. Throws `worker.failed` when it can't be had. */
export function createStretch(): PasscodeApi['stretch'] {
	// Its memory held what a passcode was made into: it goes as soon as it is quiet.
	const worker = createLazyWorker<PasscodeApi>(
		() => new Worker(new URL('./passcode.worker.ts', import.meta.url), { type: 'module' }),
		0
	);
	return (passcode, salt, cost) => worker.run((api) => api.stretch(passcode, salt, cost));
}
