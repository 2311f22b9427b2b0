import type { Carried } from '../company/copy-documents.ts';

/** What goes where in one round. */
export class Bags {
	readonly #bags = new Map<string, Map<string, Carried>>();

	put(target: string, document: Carried): void {
		const bag = this.#bags.get(target) ?? new Map<string, Carried>();
		this.#bags.set(target, bag.set(document.id, document));
	}

	/** The ledger first, and enclosures before what names them, so that nobody sees half of it. */
	inOrder(): [string, Carried[]][] {
		const rank = ({ id }: Carried) => (isPostId(id) ? 1 : 0);
		return [...this.#bags]
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([target, bag]) => [target, [...bag.values()].sort((a, b) => rank(a) - rank(b))]);
	}
}

/** A submission, or what answers one. */
export function isPostId(id: string): boolean {
	return /^(submission|recall|decision):/.test(id);
}
