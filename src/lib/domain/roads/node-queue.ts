/**
 * A binary heap of nodes by cost that keeps its arrays between searches: a search pushes thousands of entries, and
 * objects would cost more than the search itself. A node pushed twice comes out twice; the caller passes over the
 * dearer one.
 */
export class NodeQueue {
	#costs = new Float64Array(1024);
	#nodes = new Uint32Array(1024);
	#size = 0;

	get isEmpty(): boolean {
		return this.#size === 0;
	}

	/** The cost of the node that `pop` gives next. */
	get leastCost(): number {
		return this.#size === 0 ? Infinity : this.#costs[0]!;
	}

	clear(): void {
		this.#size = 0;
	}

	push(node: number, cost: number): void {
		if (this.#size === this.#costs.length) this.#grow();
		let at = this.#size++;
		while (at > 0) {
			const parent = (at - 1) >> 1;
			if (this.#costs[parent]! <= cost) break;
			this.#costs[at] = this.#costs[parent]!;
			this.#nodes[at] = this.#nodes[parent]!;
			at = parent;
		}
		this.#costs[at] = cost;
		this.#nodes[at] = node;
	}

	/** Must not be called while it is empty. */
	pop(): number {
		const top = this.#nodes[0]!;
		const size = --this.#size;
		const cost = this.#costs[size]!;
		const node = this.#nodes[size]!;
		let at = 0;
		for (;;) {
			let child = 2 * at + 1;
			if (child >= size) break;
			if (child + 1 < size && this.#costs[child + 1]! < this.#costs[child]!) child += 1;
			if (this.#costs[child]! >= cost) break;
			this.#costs[at] = this.#costs[child]!;
			this.#nodes[at] = this.#nodes[child]!;
			at = child;
		}
		this.#costs[at] = cost;
		this.#nodes[at] = node;
		return top;
	}

	#grow(): void {
		const costs = new Float64Array(this.#costs.length * 2);
		const nodes = new Uint32Array(this.#nodes.length * 2);
		costs.set(this.#costs);
		nodes.set(this.#nodes);
		this.#costs = costs;
		this.#nodes = nodes;
	}
}
