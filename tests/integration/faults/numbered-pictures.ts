/** Bytes no other picture has, beginning as a JPEG does. */
export function pictureOf(n: number, kilobytes: number): Blob {
	const bytes = new Uint8Array(kilobytes * 1024);
	bytes.set([0xff, 0xd8, 0xff, 0xe0]);
	for (let at = 4; at < bytes.length; at++) bytes[at] = (n * 31 + at * 7 + (at >> 8)) & 0xff;
	return new Blob([bytes], { type: 'image/jpeg' });
}

/** In lower-case hex, as receipts name it. */
export async function sha256Of(blob: Blob): Promise<string> {
	const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
	return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
