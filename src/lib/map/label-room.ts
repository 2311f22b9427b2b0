/** What a label covers of the view, in its pixels. */
export interface LabelBox {
	left: number;
	right: number;
	top: number;
	bottom: number;
}

/** The view while labels are written into it: who comes first has the room. */
export class LabelRoom {
	readonly #taken: LabelBox[] = [];

	get takenCount(): number {
		return this.#taken.length;
	}

	/** False where another label stands already, and nothing is taken. */
	take(box: LabelBox): boolean {
		const isTouching = this.#taken.some(
			(other) =>
				box.left < other.right &&
				box.right > other.left &&
				box.top < other.bottom &&
				box.bottom > other.top
		);
		if (!isTouching) this.#taken.push(box);
		return !isTouching;
	}
}

/** An element, never markup: words come out of files, or from people. */
export function labelOf(words: string): HTMLElement {
	const element = document.createElement('span');
	element.textContent = words;
	return element;
}
