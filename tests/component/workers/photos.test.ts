import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPhotos } from '#lib/workers/photo-client.ts';
import { paintElement } from '#lib/workers/paint-element.ts';
import { paintOffscreen } from '#lib/workers/paint-offscreen.ts';
import { preparePhoto, type Paint } from '#lib/workers/prepare-photo.ts';
import { bytesOf, colourAt, holds, noise, twoColours, withExif } from './picture-fixtures.ts';

const photos = createPhotos();

async function prepared(file: Blob) {
	const result = await photos.prepare(file);
	if (!result.ok) throw new Error(`Refused: ${result.refusal.code}`);
	return result.value;
}

async function refusalCode(file: Blob): Promise<string | null> {
	const result = await photos.prepare(file);
	return result.ok ? null : result.refusal.code;
}

const text = (words: string) => new TextEncoder().encode(words);

afterEach(() => vi.restoreAllMocks());

describe('photos', () => {
	it('brings a photo down to 2,000 px as WebP', async () => {
		const photo = await prepared(new Blob([await twoColours(4032, 3024, 'image/jpeg')]));
		expect(photo).toMatchObject({ mediaType: 'image/webp', widthPx: 2000, heightPx: 1500 });
		expect(new TextDecoder('latin1').decode(photo.bytes.subarray(8, 12))).toBe('WEBP');
		const picture = await createImageBitmap(new Blob([photo.bytes as Uint8Array<ArrayBuffer>]));
		expect([picture.width, picture.height]).toEqual([2000, 1500]);
	});

	it('makes a small picture that can go ahead, of 20 kB at most, turned and free of EXIF like the photo', async () => {
		const taken = withExif(await bytesOf(await noise(1600, 800)));
		const { thumbnail } = await prepared(new Blob([taken]));
		if (thumbnail === null) throw new Error('none made');
		expect(thumbnail.mediaType).toBe('image/webp');
		expect(thumbnail.bytes.byteLength).toBeLessThanOrEqual(20 * 1024);
		expect(holds(thumbnail.bytes, 'NordPhone')).toBe(false);
		const small = new Blob([thumbnail.bytes as Uint8Array<ArrayBuffer>]);
		const { width, height } = await createImageBitmap(small);
		expect(height).toBe(width * 2);
		expect(height).toBeLessThanOrEqual(480);
	});

	it('makes none of what is small itself', async () => {
		const drawn = new Blob([await twoColours(300, 200, 'image/png')]);
		expect((await prepared(drawn)).thumbnail).toBeNull();
	});

	it('leaves a small picture its size', async () => {
		expect(await prepared(new Blob([await twoColours(300, 20, 'image/png')]))).toMatchObject({
			mediaType: 'image/webp',
			widthPx: 300,
			heightPx: 20
		});
	});

	it('frees a photo of EXIF and place, and turns it the way it was taken', async () => {
		const taken = withExif(await twoColours(800, 400, 'image/jpeg'));
		expect(holds(taken, 'Exif')).toBe(true);
		expect(holds(taken, 'NordPhone')).toBe(true);
		const photo = await prepared(new File([taken], 'receipt.jpg', { type: 'image/jpeg' }));
		expect(photo).toMatchObject({ widthPx: 400, heightPx: 800 });
		for (const trace of ['Exif', 'EXIF', 'NordPhone', 'MM\0*', 'XMP']) {
			expect(holds(photo.bytes, trace), trace).toBe(false);
		}
		// A quarter to the right: what was left is on top.
		const bytes = photo.bytes as Uint8Array<ArrayBuffer>;
		const [topRed = 0, , topBlue = 0] = await colourAt(bytes, 0.5, 0.2);
		const [bottomRed = 0, , bottomBlue = 0] = await colourAt(bytes, 0.5, 0.8);
		expect(topRed).toBeGreaterThan(200);
		expect(topBlue).toBeLessThan(60);
		expect(bottomRed).toBeLessThan(60);
		expect(bottomBlue).toBeGreaterThan(200);
	});

	it('takes a photo of 20 MB', { timeout: 60_000 }, async () => {
		const file = await noise(3200, 2400);
		expect(file.size).toBeGreaterThan(20e6);
		expect(file.size).toBeLessThan(40 * 1024 * 1024);
		const photo = await prepared(file);
		expect(photo).toMatchObject({ widthPx: 2000, heightPx: 1500 });
		expect(photo.bytes.byteLength).toBeLessThan(8 * 1024 * 1024);
	});

	it('goes by the bytes, not by the name', async () => {
		const png = await twoColours(60, 60, 'image/png');
		expect(await refusalCode(new File([png], 'notes.txt', { type: 'text/plain' }))).toBeNull();
		expect(await refusalCode(new File(['Dear diary'], 'receipt.jpg', { type: 'image/jpeg' }))).toBe(
			'photo.not_a_picture'
		);
		expect(
			await refusalCode(new File(['<svg xmlns="http://www.w3.org/2000/svg"/>'], 'a.png'))
		).toBe('photo.not_a_picture');
	});

	it('refuses what is empty, cut off, damaged, too large or unreadable', async () => {
		const jpeg = await twoColours(400, 300, 'image/jpeg');
		const png = await twoColours(400, 300, 'image/png');
		const webp = await twoColours(400, 300, 'image/webp');
		const huge = png.slice();
		new DataView(huge.buffer).setUint32(16, 60_000);
		new DataView(huge.buffer).setUint32(20, 60_000);
		const damaged = jpeg.slice();
		damaged.fill(0, 4, 200);

		expect(await refusalCode(new Blob([]))).toBe('photo.empty');
		for (const whole of [jpeg, png, webp]) {
			expect(await refusalCode(new Blob([whole]))).toBeNull();
			for (const share of [0.3, 0.7, 0.95]) {
				const cutOff = whole.subarray(0, Math.floor(whole.length * share));
				expect(await refusalCode(new Blob([cutOff])), `${share}`).toBe('photo.broken');
			}
		}
		expect(await refusalCode(new Blob([damaged]))).toBe('photo.broken');
		expect(await refusalCode(new Blob([new Uint8Array([0xff, 0xd8, 0xff])]))).toBe('photo.broken');
		expect(await refusalCode(new Blob([huge]))).toBe('photo.too_large');
		expect(await refusalCode(new Blob([jpeg, new Uint8Array(40 * 1024 * 1024)]))).toBe(
			'photo.too_large'
		);
		const heic = new Uint8Array([0, 0, 0, 24, ...text('ftypheic'), ...new Uint8Array(40)]);
		expect(await refusalCode(new Blob([heic]))).toBe('photo.unsupported');
	});

	it('lets a whole, open PDF through as it is', async () => {
		const pdf = text('%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n');
		const photo = await prepared(new File([pdf], 'scan.jpg', { type: 'image/jpeg' }));
		expect(photo).toEqual({
			bytes: pdf,
			mediaType: 'application/pdf',
			widthPx: 0,
			heightPx: 0,
			thumbnail: null
		});
		const locked = '%PDF-1.7\ntrailer<</Root 1 0 R/Encrypt 5 0 R>>\nstartxref\n9\n%%EOF';
		expect(await refusalCode(new Blob([locked]))).toBe('photo.encrypted_pdf');
		expect(await refusalCode(new Blob([pdf.subarray(0, 40)]))).toBe('photo.broken');
		expect(await refusalCode(new Blob([pdf, new Uint8Array(8 * 1024 * 1024)]))).toBe(
			'photo.too_large'
		);
	});

	it('prepares several at once', async () => {
		const files = await Promise.all(
			[200, 300, 400].map(async (px) => new Blob([await twoColours(px, 100, 'image/jpeg')]))
		);
		const widths = (await Promise.all(files.map(prepared))).map(({ widthPx }) => widthPx);
		expect(widths).toEqual([200, 300, 400]);
	});
});

describe('preparePhoto', () => {
	it('falls back to JPEG where the browser gives another type for WebP', async () => {
		const withoutWebp: Paint = (picture, size) => {
			const encode = paintOffscreen(picture, size);
			return (mediaType, quality) =>
				encode(mediaType === 'image/webp' ? 'image/x-none' : mediaType, quality);
		};
		const file = new Blob([await twoColours(300, 200, 'image/png')]);
		const result = await preparePhoto(file, withoutWebp);
		expect(result).toMatchObject({ ok: true, value: { mediaType: 'image/jpeg' } });
	});

	it('works on the main thread, transparent parts turning white', async () => {
		const canvas = new OffscreenCanvas(40, 40);
		canvas.getContext('2d');
		const clear = await bytesOf(await canvas.convertToBlob());
		const result = await preparePhoto(new Blob([clear]), paintElement);
		if (!result.ok) throw new Error(result.refusal.code);
		expect(result.value).toMatchObject({ mediaType: 'image/webp', widthPx: 40 });
		expect(await colourAt(result.value.bytes, 0.5, 0.5)).toEqual([255, 255, 255]);
	});

	it('refuses a file that can no longer be read', async () => {
		const file = new Blob(['gone']);
		vi.spyOn(file, 'arrayBuffer').mockRejectedValue(new DOMException('gone', 'NotReadableError'));
		expect(await preparePhoto(file, paintOffscreen)).toMatchObject({
			ok: false,
			refusal: { code: 'photo.broken' }
		});
	});
});
