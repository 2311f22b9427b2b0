import {
	RECEIPT_MAX_BYTES,
	THUMBNAIL_MAX_BYTES,
	type ReceiptMediaType
} from '@outlay/domain/receipt';
import { ok, refuse, type Result } from '@outlay/domain/refusal';
import { readPdfHeader } from './pdf-header.ts';
import { readPictureHeader } from './picture-header.ts';

/** A receipt as it is kept: no EXIF, no place, no camera. PDFs have 0 × 0 pixels. */
export interface Prepared {
	bytes: Uint8Array<ArrayBuffer>;
	mediaType: ReceiptMediaType;
	widthPx: number;
	heightPx: number;
	/** Small enough to go ahead of the rest; null where the receipt itself is, or it is a PDF. */
	thumbnail: Encoded | null;
}

interface Encoded {
	bytes: Uint8Array<ArrayBuffer>;
	mediaType: ReceiptMediaType;
}

/** Draws a decoded picture at a size, on white, and encodes it; the blob's `type` tells what it became. */
export type Paint = (
	picture: ImageBitmap,
	size: { widthPx: number; heightPx: number }
) => (mediaType: string, quality: number) => Promise<Blob>;

export const PHOTO_MAX_BYTES = 40 * 1024 * 1024;
/** 12,000 × 9,000 is the most phones take; decoded that is 432 MB, and a small file may claim far more. */
const MAX_PIXELS = 120_000_000;
const LONG_SIDE_PX = 2000;
const QUALITY = 0.75;
/** Tried in turn until the picture is small enough: the total of a receipt can be read in most of the first ones. */
const THUMBNAILS = [
	{ longSidePx: 480, quality: 0.6 },
	{ longSidePx: 360, quality: 0.5 },
	{ longSidePx: 240, quality: 0.4 },
	{ longSidePx: 120, quality: 0.3 }
] as const;
/** WebP is a third smaller; browsers that can't write it give another type instead of an error. */
const ENCODINGS = ['image/webp', 'image/jpeg'] as const;

/**
 * Makes a receipt of a chosen or taken file. What it is, its bytes say, never its name.
 *
 * Refuses `photo.empty`, `photo.not_a_picture`, `photo.broken` (damaged or cut off), `photo.too_large` (over 40 MB, over
 * 120 megapixels, or a PDF over what a receipt may have), `photo.unsupported` (a picture this browser can't read, such
 * as HEIC) and `photo.encrypted_pdf`.
 */
export async function preparePhoto(file: Blob, paint: Paint): Promise<Result<Prepared>> {
	if (file.size === 0) return refuse('photo.empty');
	if (file.size > PHOTO_MAX_BYTES) return tooLarge(PHOTO_MAX_BYTES);
	let bytes: Uint8Array<ArrayBuffer>;
	try {
		bytes = new Uint8Array(await file.arrayBuffer());
	} catch {
		// Moved or deleted since it was chosen, or a cloud file that isn't on the device.
		return refuse('photo.broken');
	}
	const pdf = readPdfHeader(bytes);
	if (pdf) {
		if (pdf.isEncrypted) return refuse('photo.encrypted_pdf');
		if (!pdf.isComplete) return refuse('photo.broken');
		if (bytes.byteLength > RECEIPT_MAX_BYTES) return tooLarge(RECEIPT_MAX_BYTES);
		return ok({ bytes, mediaType: 'application/pdf', widthPx: 0, heightPx: 0, thumbnail: null });
	}
	return preparePicture(bytes, paint);
}

async function preparePicture(
	bytes: Uint8Array<ArrayBuffer>,
	paint: Paint
): Promise<Result<Prepared>> {
	const header = readPictureHeader(bytes);
	if (!header) return refuse('photo.not_a_picture');
	if (!header.isComplete) return refuse('photo.broken');
	if (header.size && header.size.widthPx * header.size.heightPx > MAX_PIXELS) {
		return refuse('photo.too_large', undefined, { megapixels: MAX_PIXELS / 1e6 });
	}
	let picture: ImageBitmap;
	try {
		// EXIF goes with the re-encoding, so the picture must be turned the way it was taken first.
		picture = await createImageBitmap(new Blob([bytes]), { imageOrientation: 'from-image' });
	} catch {
		return refuse(header.format === 'heif' ? 'photo.unsupported' : 'photo.broken');
	}
	try {
		const size = sizeWithin(picture, LONG_SIDE_PX);
		const whole = await encoded(paint(picture, size), QUALITY);
		if (whole.bytes.byteLength > RECEIPT_MAX_BYTES) return tooLarge(RECEIPT_MAX_BYTES);
		const isSmall = whole.bytes.byteLength <= THUMBNAIL_MAX_BYTES;
		return ok({ ...whole, ...size, thumbnail: isSmall ? null : await thumbnailOf(picture, paint) });
	} finally {
		picture.close();
	}
}

async function encoded(encode: ReturnType<Paint>, quality: number): Promise<Encoded> {
	for (const mediaType of ENCODINGS) {
		const blob = await encode(mediaType, quality);
		if (blob.type === mediaType) {
			return { bytes: new Uint8Array(await blob.arrayBuffer()), mediaType };
		}
	}
	throw new Error('This browser writes neither WebP nor JPEG');
}

async function thumbnailOf(picture: ImageBitmap, paint: Paint): Promise<Encoded | null> {
	for (const { longSidePx, quality } of THUMBNAILS) {
		const small = await encoded(paint(picture, sizeWithin(picture, longSidePx)), quality);
		if (small.bytes.byteLength <= THUMBNAIL_MAX_BYTES) return small;
	}
	return null;
}

function sizeWithin(picture: { width: number; height: number }, longSidePx: number) {
	const scale = Math.min(1, longSidePx / Math.max(picture.width, picture.height));
	return {
		widthPx: Math.max(1, Math.round(picture.width * scale)),
		heightPx: Math.max(1, Math.round(picture.height * scale))
	};
}

function tooLarge(maxBytes: number) {
	return refuse('photo.too_large', undefined, { megabytes: maxBytes / 1024 / 1024 });
}
