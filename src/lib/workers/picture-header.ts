/** What the first bytes say of a picture, whatever its name or declared type. */
export interface PictureHeader {
	format: 'jpeg' | 'png' | 'webp' | 'gif' | 'heif';
	/** Null where the header doesn't say or can't be read. */
	size: { widthPx: number; heightPx: number } | null;
	/** False when the file ends before the picture does. */
	isComplete: boolean;
}

/** Null for bytes that are no picture a phone or scanner makes. */
export function readPictureHeader(bytes: Uint8Array): PictureHeader | null {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (startsWith(bytes, [0xff, 0xd8, 0xff])) return readJpeg(view);
	if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return readPng(view);
	if (textAt(bytes, 0, 4) === 'RIFF' && textAt(bytes, 8, 4) === 'WEBP') return readWebp(view);
	if (['GIF87a', 'GIF89a'].includes(textAt(bytes, 0, 6))) return readGif(view);
	// ISO base media files: HEIC of iPhones, AVIF.
	if (textAt(bytes, 4, 4) === 'ftyp' && HEIF_BRANDS.has(textAt(bytes, 8, 4))) {
		return { format: 'heif', size: null, isComplete: true };
	}
	return null;
}

const HEIF_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'mif1', 'msf1', 'avif']);

/** Walks the segments (ITU-T T.81, annex B): frame size in SOF, then scans, then the end marker. */
function readJpeg(view: DataView): PictureHeader {
	let size: PictureHeader['size'] = null;
	let offset = 2;
	while (offset + 4 <= view.byteLength) {
		if (view.getUint8(offset) !== 0xff) break;
		const marker = view.getUint8(offset + 1);
		if (marker === 0xff) {
			offset += 1;
			continue;
		}
		if (marker === 0xda) return { format: 'jpeg', size, isComplete: hasJpegEnd(view, offset) };
		const isFrame =
			marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
		if (isFrame && offset + 9 <= view.byteLength) {
			size = { heightPx: view.getUint16(offset + 5), widthPx: view.getUint16(offset + 7) };
		}
		offset += 2 + view.getUint16(offset + 2);
	}
	return { format: 'jpeg', size, isComplete: false };
}

/** In picture data a 0xFF is always followed by 0 or a restart, so the first end marker is the real one. */
function hasJpegEnd(view: DataView, scanOffset: number): boolean {
	for (let offset = scanOffset + 2; offset + 1 < view.byteLength; offset += 1) {
		if (view.getUint8(offset) === 0xff && view.getUint8(offset + 1) === 0xd9) return true;
	}
	return false;
}

/** RFC 2083: IHDR is the first chunk, IEND the last; cameras append nothing, but some tools do. */
function readPng(view: DataView): PictureHeader {
	let offset = 8;
	let size: PictureHeader['size'] = null;
	while (offset + 12 <= view.byteLength) {
		const chunk = view.getUint32(offset + 4);
		if (chunk === 0x49484452 && offset + 16 <= view.byteLength) {
			size = { widthPx: view.getUint32(offset + 8), heightPx: view.getUint32(offset + 12) };
		}
		if (chunk === 0x49454e44) return { format: 'png', size, isComplete: true };
		offset += 12 + view.getUint32(offset);
	}
	return { format: 'png', size, isComplete: false };
}

/** RFC 9649: extended, lossless and lossy headers keep the size in different bits. */
function readWebp(view: DataView): PictureHeader {
	const isComplete = view.byteLength >= 30 && view.byteLength >= view.getUint32(4, true) + 8;
	let size: PictureHeader['size'] = null;
	if (view.byteLength >= 30) {
		const chunk = view.getUint32(12);
		if (chunk === 0x56503858) {
			size = { widthPx: 1 + getUint24(view, 24), heightPx: 1 + getUint24(view, 27) };
		} else if (chunk === 0x5650384c) {
			const bits = view.getUint32(21, true);
			size = { widthPx: 1 + (bits & 0x3fff), heightPx: 1 + ((bits >>> 14) & 0x3fff) };
		} else if (chunk === 0x56503820) {
			size = {
				widthPx: view.getUint16(26, true) & 0x3fff,
				heightPx: view.getUint16(28, true) & 0x3fff
			};
		}
	}
	return { format: 'webp', size, isComplete };
}

function readGif(view: DataView): PictureHeader {
	if (view.byteLength < 10) return { format: 'gif', size: null, isComplete: false };
	const size = { widthPx: view.getUint16(6, true), heightPx: view.getUint16(8, true) };
	return { format: 'gif', size, isComplete: true };
}

function getUint24(view: DataView, offset: number): number {
	return view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16);
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
	return start.every((byte, index) => bytes[index] === byte);
}

function textAt(bytes: Uint8Array, offset: number, length: number): string {
	return String.fromCharCode(...bytes.subarray(offset, offset + length));
}
