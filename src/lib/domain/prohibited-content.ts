import { accountRangesIn } from './account-numbers.ts';
import type { ProhibitedKind } from './identity-numbers.ts';
import { NUMBER_SHAPES, type Certainty } from './number-shapes.ts';
import { readableText } from './readable-text.ts';
import { BESIDE } from './words-beside-numbers.ts';

/**
 * Where a text holds what has no place in it, from `start` to before `end` (UTF-16 offsets). It never holds the number
 * itself, so that it can be kept and shown without spreading it.
 */
export interface Finding {
	kind: ProhibitedKind;
	/** `block`: written as such a number, or beside a word for it. `warn`: only the digits fit. */
	verdict: 'block' | 'warn';
	start: number;
	end: number;
}

/**
 * National identity numbers (GDPR Article 87) and payment card numbers in a text or a file name: Danish CPR,
 * Norwegian fødselsnummer with D- and H-numbers, Swedish personnummer and samordningsnummer, Finnish henkilötunnus,
 * Dutch BSN and cards. Written the usual way or beside a word for it, it is to be refused; bare digits that fit are
 * worth a warning; telephone, company, article, invoice, giro and account numbers pass. In order of place, none
 * overlapping another.
 */
export function findProhibited(text: string): Finding[] {
	if (!/\p{Nd}/u.test(text)) return [];
	const { plain, offsets } = readableText(text);
	const clear = accountRangesIn(plain);
	const found: Finding[] = [];
	for (const shape of NUMBER_SHAPES) {
		for (const candidate of plain.matchAll(shape.pattern)) {
			const start = candidate.index;
			const end = start + (candidate[1]?.length ?? 0);
			if (clear.some(([from, to]) => start < to && end > from)) continue;
			const certainty = shape.certaintyOf(candidate);
			const verdict =
				certainty === null ? null : verdictOn(shape.kind, certainty, plain, start, end);
			if (verdict !== null) found.push({ kind: shape.kind, verdict, start, end });
		}
	}
	return apart(found).map((finding) => ({
		...finding,
		start: offsets[finding.start] ?? 0,
		end: (offsets[finding.end - 1] ?? text.length - 1) + 1
	}));
}

/**
 * The text with what is to be refused made unreadable; everything else of it stays. `hidesIn` says of a text which
 * findings to hide: a number may come to light only when the one before it is hidden.
 */
export function maskProhibited(
	text: string,
	hidesIn: (text: string) => (finding: Finding) => boolean
): string {
	const hides = hidesIn(text);
	let masked = text;
	for (const finding of findProhibited(text)) {
		if (finding.verdict !== 'block' || !hides(finding)) continue;
		const { start, end } = finding;
		const hidden = text.slice(start, end).replace(/[\p{L}\p{Nd}]/gu, MASK);
		masked = masked.slice(0, start) + hidden + masked.slice(end);
	}
	return masked === text ? text : maskProhibited(masked, hidesIn);
}

const MASK = '•';

/** Whether a number was made unreadable in it. */
export function isMasked(text: string): boolean {
	return text.includes(MASK.repeat(4));
}

function verdictOn(
	kind: ProhibitedKind,
	certainty: Certainty,
	plain: string,
	start: number,
	end: number
): Finding['verdict'] | null {
	const head = plain.slice(Math.max(0, start - 60), start);
	const tail = plain.slice(end, end + 30);
	const isBeside = (place: keyof typeof BESIDE) => {
		const [ahead, behind] = BESIDE[place] as readonly RegExp[];
		return ahead?.test(head) === true || behind?.test(tail) === true;
	};
	if (isBeside(kind === 'card' ? 'card' : kind === 'nl-bsn' ? 'bsn' : 'identity')) return 'block';
	// Part of a longer name, such as a hash or the model of a machine.
	if (certainty === 'needs-word' || /\p{L}$/u.test(head) || /^\p{L}/u.test(tail)) return null;
	if (isBeside('other')) return certainty === 'written' ? 'warn' : null;
	if (certainty === 'written') return 'block';
	return /(?:\+|(?<!\d)00)\d{0,3} ?$/.test(head) ? null : 'warn';
}

/** Of findings that overlap, the one to be refused, else the longest, else the first kind. */
function apart(findings: readonly Finding[]): Finding[] {
	const weight = ({ verdict, start, end }: Finding) =>
		(verdict === 'block' ? 1000 : 0) + end - start;
	const kept: Finding[] = [];
	for (const finding of [...findings].sort((a, b) => weight(b) - weight(a))) {
		if (kept.every(({ start, end }) => finding.start >= end || finding.end <= start)) {
			kept.push(finding);
		}
	}
	return kept.sort((a, b) => a.start - b.start);
}
