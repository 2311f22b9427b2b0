import type { ReceiptMediaType } from '@outlay/domain/receipt';
import type { UnsentDocument } from './unsent-ports.ts';

/**
 * A file of unsent work: one JSON object a line, so that neither writing nor reading ever holds more than one picture.
 * The first line says whose it is, the last that it is whole.
 */
export const UNSENT_FILE_VERSION = 2;

export interface UnsentHead {
	madeBy: 'outlay';
	version: number;
	companyId: string;
	userId: string;
}

export interface UnsentPicture {
	sha256: string;
	mediaType: ReceiptMediaType;
	base64: string;
}

/** Any line but the first, as it is written. */
export type UnsentLine = UnsentDocument | { picture: UnsentPicture } | { isWhole: true };

/** More than a picture of the greatest size takes in base64. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** The lines of a file, without holding it; null for one that is longer than any of ours. */
export async function* linesOf(file: Blob): AsyncGenerator<string | null> {
	const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
	let held: string[] = [];
	let heldLength = 0;
	const take = (): string | null => {
		const line = heldLength > LONGEST_LINE ? null : held.join('');
		held = [];
		heldLength = 0;
		return line;
	};
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) break;
			const [first = '', ...more] = value.split('\n');
			for (const [n, text] of [first, ...more].entries()) {
				if (n > 0) yield take();
				heldLength += text.length;
				// What is too long is counted, not kept.
				if (heldLength > LONGEST_LINE) held = [];
				else held.push(text);
			}
		}
		if (heldLength > 0) yield take();
	} finally {
		await reader.cancel();
	}
}

/** The JSON object of a line; null when it is none. */
export function objectIn(line: string | null): Record<string, unknown> | null {
	try {
		const value: unknown = line === null ? null : JSON.parse(line);
		return typeof value === 'object' && value !== null && !Array.isArray(value)
			? { ...value }
			: null;
	} catch {
		return null;
	}
}

export function base64Of(bytes: Uint8Array): string {
	let binary = '';
	for (let at = 0; at < bytes.length; at += 0x8000) {
		binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
	}
	return btoa(binary);
}

/** Null for text that is no base64. */
export function bytesOf(base64: string): Uint8Array | null {
	try {
		return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
	} catch {
		return null;
	}
}
