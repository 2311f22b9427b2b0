/**
 * A result as the domain's README shows it, read into something a real result can be compared with: JavaScript values
 * in which `…` stands for what is left out (members, elements, the end of a text) and a bare member for any value.
 */
export type Shown =
	| { kind: 'any' }
	| { kind: 'value'; value: string | number | boolean | null }
	| { kind: 'prefix'; text: string }
	| { kind: 'list'; elements: Shown[]; isOpen: boolean }
	| { kind: 'members'; members: Map<string, Shown>; isOpen: boolean };

/** Reads the value a text begins with; prose after it is ignored. Null where it begins with none. */
export function readShown(text: string): Shown | null {
	const reader = new ShownReader(text);
	return reader.startsWithValue() ? reader.value() : null;
}

/** Where a result differs from what is shown, as paths; none when it is as shown. */
export function differences(shown: Shown, actual: unknown, path = 'result'): string[] {
	const found = () => `${path} is ${JSON.stringify(actual) ?? 'undefined'}`;
	switch (shown.kind) {
		case 'any':
			return actual === undefined ? [found()] : [];
		case 'value':
			return actual === shown.value ? [] : [found()];
		case 'prefix':
			return typeof actual === 'string' && actual.startsWith(shown.text) ? [] : [found()];
		case 'list': {
			if (!Array.isArray(actual)) return [found()];
			const { elements, isOpen } = shown;
			const isAsLong = isOpen
				? actual.length >= elements.length
				: actual.length === elements.length;
			if (!isAsLong) return [found()];
			return elements.flatMap((one, n) => differences(one, actual[n], `${path}[${String(n)}]`));
		}
		case 'members': {
			if (typeof actual !== 'object' || actual === null) return [found()];
			const { members, isOpen } = shown;
			const extra = Object.keys(actual).filter((name) => !members.has(name));
			return [
				...(isOpen || extra.length === 0 ? [] : [`${path} also has ${extra.join(', ')}`]),
				...[...members].flatMap(([name, one]) =>
					differences(one, (actual as Record<string, unknown>)[name], `${path}.${name}`)
				)
			];
		}
	}
}

class ShownReader {
	#at = 0;
	readonly #text: string;

	constructor(text: string) {
		this.#text = text;
	}

	startsWithValue(): boolean {
		return /^\s*(?:[[{'\d-]|true\b|false\b|null\b)/.test(this.#text);
	}

	value(): Shown {
		const mark = this.#peek();
		if (mark === '{') return this.#members();
		if (mark === '[') return this.#list();
		const text = this.#take(/'([^']*)'/y)?.[1];
		if (text !== undefined) {
			return text.endsWith('…')
				? { kind: 'prefix', text: text.slice(0, -1) }
				: { kind: 'value', value: text };
		}
		const number = this.#take(/-?\d[\d_]*(?:\.\d+)?/y)?.[0];
		if (number !== undefined) return { kind: 'value', value: Number(number.replaceAll('_', '')) };
		const word = this.#take(/true|false|null/y)?.[0];
		if (word === undefined) throw new SyntaxError(`no value at: ${this.#text.slice(this.#at)}`);
		return { kind: 'value', value: word === 'null' ? null : word === 'true' };
	}

	#members(): Shown {
		const members = new Map<string, Shown>();
		const isOpen = this.#until('}', () => {
			const name = this.#take(/[\w$]+/y)?.[0];
			if (name === undefined) throw new SyntaxError(`no name at: ${this.#text.slice(this.#at)}`);
			members.set(name, this.#take(/:/y) === null ? { kind: 'any' } : this.value());
		});
		return { kind: 'members', members, isOpen };
	}

	#list(): Shown {
		const elements: Shown[] = [];
		const isOpen = this.#until(']', () => elements.push(this.value()));
		return { kind: 'list', elements, isOpen };
	}

	/** Reads what stands between brackets; true where a `…` is among it. */
	#until(close: string, one: () => void): boolean {
		let isOpen = false;
		this.#at += 1;
		while (this.#peek() !== close) {
			if (this.#take(/…/y) === null) one();
			else isOpen = true;
			this.#take(/,/y);
		}
		this.#at += 1;
		return isOpen;
	}

	#peek(): string {
		this.#take(/\s*/y);
		const mark = this.#text[this.#at];
		if (mark === undefined) throw new SyntaxError('the shown result ends too early');
		return mark;
	}

	#take(pattern: RegExp): RegExpExecArray | null {
		const blank = /\s*/y;
		blank.lastIndex = this.#at;
		const from = this.#at + (blank.exec(this.#text)?.[0].length ?? 0);
		pattern.lastIndex = from;
		const match = pattern.exec(this.#text);
		if (match !== null) this.#at = from + match[0].length;
		return match;
	}
}
