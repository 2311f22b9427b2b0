/**
 * The one range a `Range` header asks for, inclusive. Null means the whole: no header, several ranges, or one
 * we don't understand (RFC 9110 lets a server ignore it).
 */
export function parseByteRange(
	header: string | undefined,
	length: number
): { start: number; end: number } | 'unsatisfiable' | null {
	const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
	if (!match) return null;
	const [, first = '', last = ''] = match;
	if (first === '' && last === '') return null;
	if (first === '') {
		// The last n bytes.
		const wanted = Math.min(Number(last), length);
		return wanted === 0 ? 'unsatisfiable' : { start: length - wanted, end: length - 1 };
	}
	const start = Number(first);
	const end = last === '' ? length - 1 : Math.min(Number(last), length - 1);
	if (last !== '' && Number(last) < start) return null;
	return start >= length ? 'unsatisfiable' : { start, end };
}
