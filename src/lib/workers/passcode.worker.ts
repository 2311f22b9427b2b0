import { expose } from 'comlink';
import { argon2id } from 'hash-wasm';

expose({
	/** 32 bytes. */
	stretch: (
		passcode: string,
		salt: Uint8Array,
		cost: { memoryKib: number; passes: number; lanes: number }
	): Promise<Uint8Array> =>
		argon2id({
			password: passcode,
			salt,
			memorySize: cost.memoryKib,
			iterations: cost.passes,
			parallelism: cost.lanes,
			hashLength: 32,
			outputType: 'binary'
		})
});
