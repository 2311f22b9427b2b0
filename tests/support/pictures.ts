import type { Page } from '@playwright/test';

export interface PhotoFile {
	name: string;
	mimeType: string;
	buffer: Buffer;
}

/** A JPEG made in the page, where no photographed receipt is at hand. */
export async function aMadeUpPhoto(page: Page): Promise<PhotoFile> {
	const base64 = await page.evaluate(async () => {
		const canvas = new OffscreenCanvas(1200, 1800);
		const pen = canvas.getContext('2d');
		if (pen === null) throw new Error('no canvas');
		pen.fillStyle = '#fff';
		pen.fillRect(0, 0, 1200, 1800);
		pen.fillStyle = '#111';
		pen.font = '80px sans-serif';
		pen.fillText(`Receipt ${crypto.randomUUID()}`, 60, 200);
		const bytes = new Uint8Array(
			await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })).arrayBuffer()
		);
		return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
	});
	return { name: 'receipt.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(base64, 'base64') };
}

/** A JPEG of more than 20 MB, as a camera of 30 megapixels writes it: noise does not compress. */
export async function aHugePhoto(page: Page): Promise<PhotoFile> {
	const base64 = await page.evaluate(async () => {
		const tile = new OffscreenCanvas(128, 128);
		const canvas = new OffscreenCanvas(6000, 5000);
		const brush = tile.getContext('2d');
		const pen = canvas.getContext('2d');
		if (brush === null || pen === null) throw new Error('no canvas');
		const noise = brush.createImageData(128, 128);
		crypto.getRandomValues(noise.data.subarray(0, 65_536));
		for (let alpha = 3; alpha < noise.data.length; alpha += 4) noise.data[alpha] = 255;
		brush.putImageData(noise, 0, 0);
		const pattern = pen.createPattern(tile, 'repeat');
		if (pattern === null) throw new Error('no pattern');
		pen.fillStyle = pattern;
		pen.fillRect(0, 0, 6000, 5000);
		const photo = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
		return new Promise<string>((resolve, reject) => {
			const reader = new FileReader();
			reader.onload = () => resolve((reader.result as string).split(',')[1] ?? '');
			reader.onerror = () => reject(reader.error ?? new Error('not read'));
			reader.readAsDataURL(photo);
		});
	});
	return { name: 'huge.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(base64, 'base64') };
}

/** The same picture with an EXIF segment as phones write it: a description, and the place it was taken at. */
export function withPlace(photo: PhotoFile): PhotoFile {
	const words = 'Taken at home\0';
	const exif = Buffer.alloc(26 + 12 + 6 + 12 * 2 + 4 + words.length + 24);
	// TIFF header, big-endian; the first directory is at 8 (Exif 2.3, 4.5).
	exif.write('MM\0*\0\0\0\x08', 'latin1');
	const entry = (at: number, tag: number, type: number, count: number, value: number) => {
		exif.writeUInt16BE(tag, at);
		exif.writeUInt16BE(type, at + 2);
		exif.writeUInt32BE(count, at + 4);
		exif.writeUInt32BE(value, at + 8);
	};
	const gps = 8 + 2 + 12 * 2 + 4;
	const wordsAt = gps + 2 + 12 * 2 + 4;
	const latitudeAt = wordsAt + words.length;
	exif.writeUInt16BE(2, 8);
	entry(10, 0x010e, 2, words.length, wordsAt);
	entry(22, 0x8825, 4, 1, gps);
	exif.writeUInt16BE(2, gps);
	entry(gps + 2, 0x0001, 2, 2, 0x4e000000);
	entry(gps + 14, 0x0002, 5, 3, latitudeAt);
	exif.write(words, wordsAt, 'latin1');
	[55, 1, 24, 1, 13, 1].forEach((n, i) => exif.writeUInt32BE(n, latitudeAt + i * 4));
	const head = Buffer.from('\xff\xe1\0\0Exif\0\0', 'latin1');
	head.writeUInt16BE(2 + 6 + exif.length, 2);
	const { buffer } = photo;
	return {
		...photo,
		buffer: Buffer.concat([buffer.subarray(0, 2), head, exif, buffer.subarray(2)])
	};
}
