/** Most lists, objects and commas of a JSON body: each becomes an object or a slot, many times its bytes. */
export const MOST_JSON_VALUES = 1_000_000;

/** Deeper JSON can be read but not written out again everywhere. */
const DEEPEST_JSON = 500;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * What JSON text would become, told before it is parsed: a body of few bytes can fill the memory of the whole server.
 * Takes UTF-8 bytes, whether or not they are JSON.
 */
export function jsonShape(bytes: Buffer): 'fine' | 'too_many_values' | 'too_deep' {
	let depth = 0;
	let values = 0;
	for (let at = 0; at < bytes.length; at++) {
		switch (bytes[at] ?? 0) {
			case QUOTE:
				at = endOfString(bytes, at);
				break;
			case 0x5b: // [
			case 0x7b: // {
				depth += 1;
				if (depth > DEEPEST_JSON) return 'too_deep';
				values += 1;
				break;
			case 0x5d: // ]
			case 0x7d: // }
				depth -= 1;
				break;
			case 0x2c: // ,
				values += 1;
				break;
		}
		if (values > MOST_JSON_VALUES) return 'too_many_values';
	}
	return 'fine';
}

/** Where the string that begins at `start` has its closing quote; the end of the text when it has none. */
function endOfString(bytes: Buffer, start: number): number {
	let end = start;
	do {
		end = bytes.indexOf(QUOTE, end + 1);
		if (end < 0) return bytes.length;
	} while (isEscaped(bytes, end));
	return end;
}

function isEscaped(bytes: Buffer, at: number): boolean {
	let backslashes = 0;
	while (bytes[at - 1 - backslashes] === BACKSLASH) backslashes += 1;
	return backslashes % 2 === 1;
}
