import type { Hashing } from '#lib/commands/ports.ts';

/** SHA-256 by the browser, in lower-case hex. Needs a secure address (https or localhost). */
export function createHashing(): Hashing & {
	bytes(bytes: Uint8Array<ArrayBuffer>): Promise<string>;
} {
	return {
		text: (text) => sha256(new TextEncoder().encode(text)),
		bytes: sha256
	};
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
	const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
	return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
