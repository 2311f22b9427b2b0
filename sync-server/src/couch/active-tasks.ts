import type { JsonObject } from '../store/json.ts';

/** What the server is busy with, as `_active_tasks` shows it. */
export class ActiveTasks {
	readonly #tasks = new Map<
		number,
		{ facts: JsonObject; startedAtS: number; updatedAtS: number }
	>();
	readonly #now: () => number;
	#last = 0;

	/** @param now the clock in milliseconds. */
	constructor(now: () => number) {
		this.#now = now;
	}

	/** Shows a task until `end` is called; `update` adds facts or replaces them. */
	begin(facts: JsonObject): { update(more: JsonObject): void; end(): void } {
		const no = (this.#last += 1);
		const startedAtS = this.#nowS();
		this.#tasks.set(no, { facts, startedAtS, updatedAtS: startedAtS });
		return {
			update: (more) => {
				const task = this.#tasks.get(no);
				if (!task) return;
				task.facts = { ...task.facts, ...more };
				task.updatedAtS = this.#nowS();
			},
			end: () => void this.#tasks.delete(no)
		};
	}

	list(): JsonObject[] {
		return [...this.#tasks].map(([no, { facts, startedAtS, updatedAtS }]) => ({
			node: NODE,
			// Erlang's form of a process id, which clients read as text.
			pid: `<0.${no}.0>`,
			...facts,
			started_on: startedAtS,
			updated_on: updatedAtS
		}));
	}

	#nowS(): number {
		return Math.floor(this.#now() / 1000);
	}
}

/** The name of the one node there is. */
export const NODE = 'nonode@nohost';
