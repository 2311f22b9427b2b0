/** What can be said of a PDF without reading it. */
export interface PdfHeader {
	isComplete: boolean;
	/** Needs a password or forbids copying; finance could not open it. */
	isEncrypted: boolean;
}

/** ISO 32000 lets up to 1,024 bytes stand before the header. Null for bytes that are no PDF. */
export function readPdfHeader(bytes: Uint8Array): PdfHeader | null {
	const latin1 = new TextDecoder('latin1');
	if (!latin1.decode(bytes.subarray(0, 1024)).includes('%PDF-')) return null;
	const text = latin1.decode(bytes);
	return {
		isComplete: text.includes('%%EOF'),
		// The trailer names its encryption dictionary in plain text, by reference or in place.
		isEncrypted: /\/Encrypt\s*(?:\d+\s+\d+\s+R|<<)/.test(text)
	};
}
