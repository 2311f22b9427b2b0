/** Pictures made in the browser, so that no file of anybody lies in the project. */

/** Left half red, right half blue. */
export async function twoColours(
	widthPx: number,
	heightPx: number,
	mediaType: string
): Promise<Uint8Array<ArrayBuffer>> {
	const canvas = new OffscreenCanvas(widthPx, heightPx);
	const context = canvas.getContext('2d')!;
	context.fillStyle = '#ff0000';
	context.fillRect(0, 0, widthPx / 2, heightPx);
	context.fillStyle = '#0000ff';
	context.fillRect(widthPx / 2, 0, widthPx / 2, heightPx);
	return bytesOf(await canvas.convertToBlob({ type: mediaType, quality: 0.9 }));
}

/** What a camera can't compress: every pixel by chance (the same each time). */
export async function noise(widthPx: number, heightPx: number): Promise<Blob> {
	const pixels = new Uint32Array(widthPx * heightPx);
	let seed = 1;
	for (let index = 0; index < pixels.length; index += 1) {
		seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
		pixels[index] = seed | 0xff000000;
	}
	const canvas = new OffscreenCanvas(widthPx, heightPx);
	const data = new ImageData(new Uint8ClampedArray(pixels.buffer), widthPx, heightPx);
	canvas.getContext('2d')!.putImageData(data, 0, 0);
	return canvas.convertToBlob({ type: 'image/jpeg', quality: 1 });
}

/** EXIF 2.3 with camera maker, orientation 6 (turned a quarter to the right) and a GPS position. */
export function withExif(jpeg: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
	const maker = 'NordPhone';
	const tiff = new DataView(new ArrayBuffer(140));
	tiff.setUint16(0, 0x4d4d);
	tiff.setUint16(2, 42);
	tiff.setUint32(4, 8);
	tiff.setUint16(8, 3);
	entry(tiff, 10, 0x010f, 2, maker.length + 1, 50);
	entry(tiff, 22, 0x0112, 3, 1, 6 << 16);
	entry(tiff, 34, 0x8825, 4, 1, 62);
	for (const [index, letter] of [...maker].entries()) {
		tiff.setUint8(50 + index, letter.charCodeAt(0));
	}
	tiff.setUint16(62, 2);
	entry(tiff, 64, 0x0001, 2, 2, 0x4e000000);
	entry(tiff, 76, 0x0002, 5, 3, 92);
	for (const [index, figure] of [55, 1, 24, 1, 0, 1].entries()) {
		tiff.setUint32(92 + index * 4, figure);
	}
	const body = [...new TextEncoder().encode('Exif'), 0, 0, ...new Uint8Array(tiff.buffer)];
	const length = body.length + 2;
	return new Uint8Array([
		...jpeg.subarray(0, 2),
		...[0xff, 0xe1, length >> 8, length & 0xff],
		...body,
		...jpeg.subarray(2)
	]);
}

function entry(
	tiff: DataView,
	offset: number,
	tag: number,
	type: number,
	count: number,
	value: number
): void {
	tiff.setUint16(offset, tag);
	tiff.setUint16(offset + 2, type);
	tiff.setUint32(offset + 4, count);
	tiff.setUint32(offset + 8, value);
}

export async function bytesOf(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
	return new Uint8Array(await blob.arrayBuffer());
}

/** Whether an ASCII text stands anywhere in the bytes. */
export function holds(bytes: Uint8Array, text: string): boolean {
	return new TextDecoder('latin1').decode(bytes).includes(text);
}

/** Red, green and blue of a place in an encoded picture, given as shares of its width and height. */
export async function colourAt(
	bytes: Uint8Array<ArrayBuffer>,
	across: number,
	down: number
): Promise<number[]> {
	const picture = await createImageBitmap(new Blob([bytes]));
	const canvas = new OffscreenCanvas(picture.width, picture.height);
	const context = canvas.getContext('2d')!;
	context.drawImage(picture, 0, 0);
	const x = Math.floor(picture.width * across);
	const y = Math.floor(picture.height * down);
	return [...context.getImageData(x, y, 1, 1).data.subarray(0, 3)];
}
