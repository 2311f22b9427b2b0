/** How much of a file is looked at to tell its encoding. */
const HEAD_BYTES = 200;

/**
 * The text of a file in the encoding it says: by its byte order mark, by zeros between the letters (UTF-16 without a
 * mark), or by its XML declaration. Else, and where it names an encoding nobody knows, UTF-8.
 */
export function recordingText(bytes: ArrayBuffer): string {
	return new TextDecoder(
		encodingOf(new Uint8Array(bytes, 0, Math.min(HEAD_BYTES, bytes.byteLength)))
	).decode(bytes);
}

function encodingOf(head: Uint8Array): string {
	const [first, second] = head;
	if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
	if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be';
	const letters = String.fromCharCode(...head);
	const [, declared = 'utf-8'] =
		/^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(letters) ?? [];
	// What can be read byte by byte is not in UTF-16, whatever it says.
	return isKnown(declared) && !/^utf-?16/i.test(declared) ? declared : 'utf-8';
}

function isKnown(encoding: string): boolean {
	try {
		return new TextDecoder(encoding).encoding !== '';
	} catch {
		return false;
	}
}
