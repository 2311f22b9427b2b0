import Type from 'typebox';
import {
	IsoInstant,
	Nullable,
	Sha256,
	documentSchema,
	type Envelope,
	type Static
} from './envelope.ts';
import { RECEIPT } from './privacy.ts';

/** What people may store as bytes: a stored HTML, SVG or script must never run on our origin. */
export const RECEIPT_MEDIA_TYPES = [
	'image/jpeg',
	'image/webp',
	'image/png',
	'application/pdf'
] as const;
export type ReceiptMediaType = (typeof RECEIPT_MEDIA_TYPES)[number];

/** After downscaling; a page photo is 150 to 500 kB. */
export const RECEIPT_MAX_BYTES = 8 * 1024 * 1024;

/** A thumbnail has so many bytes at most: small enough to be sent before every original, and to stay on devices. */
export const THUMBNAIL_MAX_BYTES = 20 * 1024;

export const ReceiptBody = Type.Object(
	{
		transactionId: Type.String({ maxLength: 120, privacy: RECEIPT }),
		/** Of the stored bytes, which carry no EXIF; the bytes are the attachment `data` of `blob:<sha256>`. */
		sha256: Sha256({ privacy: RECEIPT }),
		mediaType: Type.Union(
			RECEIPT_MEDIA_TYPES.map((mediaType) => Type.Literal(mediaType)),
			{ privacy: RECEIPT }
		),
		byteLength: Type.Integer({ minimum: 1, maximum: RECEIPT_MAX_BYTES, privacy: RECEIPT }),
		widthPx: Type.Integer({ minimum: 0, maximum: 20_000, privacy: RECEIPT }),
		heightPx: Type.Integer({ minimum: 0, maximum: 20_000, privacy: RECEIPT }),
		/** From 1, in the order taken. */
		page: Type.Integer({ minimum: 1, maximum: 1000, privacy: RECEIPT }),
		addedAt: IsoInstant({ privacy: RECEIPT }),
		/** A small picture of the page, a blob of its own; null for what has none: PDFs, tiny pictures, older receipts. */
		thumbnailSha256: Nullable(Sha256({ privacy: RECEIPT }))
	},
	{ additionalProperties: false }
);
export type ReceiptBody = Omit<Static<typeof ReceiptBody>, 'mediaType'> & {
	mediaType: ReceiptMediaType;
};

export const ReceiptSchema = documentSchema('receipt', ReceiptBody);
export type Receipt = Envelope<'receipt', ReceiptBody>;
