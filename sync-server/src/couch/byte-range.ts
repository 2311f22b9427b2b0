export interface ByteRange {
	start: number;
	/** The last byte, inclusive. */
	end: number;
}

/** As CouchDB has it: who asks for more pieces than these gets the whole. */
const MOST_RANGES = 9;

/**
 * The ranges a `Range` header asks for. Null means the whole: no header, too many ranges, from the first byte on without
 * an end, or one we don't understand (RFC 9110 lets a server ignore it).
 */
export function parseByteRanges(
	header: string | undefined,
	length: number
): ByteRange[] | 'unsatisfiable' | null {
	const asked = /^bytes=(.*)$/.exec(header?.trim() ?? '')?.[1]?.split(',') ?? [];
	if (asked.length === 0 || asked.length > MOST_RANGES) return null;
	const ranges: ByteRange[] = [];
	for (const one of asked) {
		const range = parseRange(one.trim(), length);
		if (range === null || range === 'unsatisfiable') return range;
		ranges.push(range);
	}
	const reachesAll = ranges.every(({ start }) => start === 0) && asked.every(isOpen);
	return reachesAll ? null : ranges;
}

function isOpen(range: string): boolean {
	return range.trim().endsWith('-');
}

function parseRange(text: string, length: number): ByteRange | 'unsatisfiable' | null {
	const match = /^(\d*)-(\d*)$/.exec(text);
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
	return start >= length || end < start ? 'unsatisfiable' : { start, end };
}
