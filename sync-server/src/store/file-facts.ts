import { createHash } from 'node:crypto';
import type { FileFacts } from './received-files.ts';

/** What names bytes in memory, each hash reckoned when it is first asked for: the disk can write meanwhile. */
export class FactsOf implements FileFacts {
	readonly length: number;
	readonly #bytes: Uint8Array;
	#digest: string | null = null;
	#sha256: string | null = null;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.length = bytes.byteLength;
	}

	get digest(): string {
		this.#digest ??= `md5-${createHash('md5').update(this.#bytes).digest('base64')}`;
		return this.#digest;
	}

	get sha256(): string {
		this.#sha256 ??= createHash('sha256').update(this.#bytes).digest('hex');
		return this.#sha256;
	}
}
