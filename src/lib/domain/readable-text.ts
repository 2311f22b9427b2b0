/**
 * The text as its reader sees it: every digit as 0 to 9, every hyphen and space as the plain one, nothing invisible
 * in between; `offsets[i]` is where character i stood.
 */
export function readableText(text: string): { plain: string; offsets: number[] } {
	let plain = '';
	const offsets: number[] = [];
	for (let at = 0; at < text.length; at++) {
		const character = text[at] ?? '';
		if (/[\u00ad\u200b-\u200f\u2060\ufeff]/.test(character)) continue;
		plain += plainCharacter(character);
		offsets.push(at);
	}
	return { plain, offsets };
}

function plainCharacter(character: string): string {
	if (character <= '~') return character === '\t' ? ' ' : character;
	if (/[‐‑‒–—―−﹣－]/.test(character)) return '-';
	if (/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/.test(character)) return ' ';
	const code = character.charCodeAt(0);
	// Full-width, Arabic-Indic and extended Arabic-Indic digits.
	const zero = [0xff10, 0x0660, 0x06f0].find((first) => code >= first && code <= first + 9);
	return zero === undefined ? character : String(code - zero);
}
