const IV_BYTES = 12;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * AES-256-GCM: a random IV, then the ciphertext. `place` (collection, id, field) is authenticated with it, so
 * that sealed bytes can't be moved to another document.
 */
export async function sealBytes(
	key: CryptoKey,
	plain: BufferSource,
	place: string
): Promise<ArrayBuffer> {
	const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
	const sealed = await crypto.subtle.encrypt(
		{ name: 'AES-GCM', iv, additionalData: encoder.encode(place) },
		key,
		plain
	);
	const bytes = new Uint8Array(IV_BYTES + sealed.byteLength);
	bytes.set(iv);
	bytes.set(new Uint8Array(sealed), IV_BYTES);
	return bytes.buffer;
}

/** Throws an `OperationError` where key, place or bytes don't belong together. */
export async function openBytes(
	key: CryptoKey,
	sealed: ArrayBuffer,
	place: string
): Promise<ArrayBuffer> {
	return crypto.subtle.decrypt(
		{
			name: 'AES-GCM',
			iv: new Uint8Array(sealed, 0, IV_BYTES),
			additionalData: encoder.encode(place)
		},
		key,
		new Uint8Array(sealed, IV_BYTES)
	);
}

/** A JSON value as sealed text: RxDB's Dexie storage takes typed arrays apart, so bytes must be text there. */
export async function sealValue(key: CryptoKey, value: unknown, place: string): Promise<string> {
	return sealText(key, JSON.stringify(value), place);
}

/** As `sealValue`, of a value that is JSON already. */
export async function sealText(key: CryptoKey, json: string, place: string): Promise<string> {
	const sealed = await sealBytes(key, encoder.encode(json), place);
	return toBase64(new Uint8Array(sealed));
}

export async function openValue(key: CryptoKey, sealed: string, place: string): Promise<unknown> {
	const plain = await openBytes(key, fromBase64(sealed), place);
	return JSON.parse(decoder.decode(plain)) as unknown;
}

/** Browsers since 2025 have it themselves, many times as fast. */
interface Base64Bytes {
	toBase64?(): string;
}
interface Base64Reader {
	fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}

function toBase64(bytes: Uint8Array & Base64Bytes): string {
	if (bytes.toBase64 !== undefined) return bytes.toBase64();
	let text = '';
	// A call takes only so many arguments.
	for (let at = 0; at < bytes.length; at += 0x8000) {
		text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
	}
	return btoa(text);
}

function fromBase64(text: string): ArrayBuffer {
	const reader = Uint8Array as Base64Reader;
	if (reader.fromBase64 !== undefined) return reader.fromBase64(text).buffer;
	const binary = atob(text);
	const bytes = new Uint8Array(binary.length);
	for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
	return bytes.buffer;
}
