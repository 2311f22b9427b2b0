import type { ApprovalStage } from '@outlay/domain/case';
import type { Stamp } from '@outlay/domain/case-steps';
import type { Registry } from '../company/registry.ts';

/** Of a submission, who has to approve it: fixed when it arrives. */
export interface KeptStamp extends Stamp {
	stages?: readonly ApprovalStage[];
}

/**
 * When and in which order submissions, recalls and decisions reached the server: one row of numbers for each
 * company, given once. A crash may leave a number unused, never used twice.
 */
export class Stamps {
	readonly #registry: Registry;
	readonly #now: () => number;

	constructor(registry: Registry, now: () => number) {
		this.#registry = registry;
		this.#now = now;
	}

	async read(companyId: string, documentIds: Iterable<string>): Promise<Map<string, KeptStamp>> {
		const stamps = new Map<string, KeptStamp>();
		for (const documentId of documentIds) {
			const stamp = await this.#registry.read<KeptStamp>(stampId(companyId, documentId));
			if (stamp !== null) stamps.set(documentId, stamp);
		}
		return stamps;
	}

	/** Stamps in the order given what has no stamp yet. One at a time for each company. */
	async give(
		companyId: string,
		documentIds: readonly string[],
		stages: ReadonlyMap<string, readonly ApprovalStage[]>
	): Promise<void> {
		const stamped = await this.read(companyId, documentIds);
		const fresh = documentIds.filter((documentId) => !stamped.has(documentId));
		if (fresh.length === 0) return;
		const last = await this.#take(companyId, fresh.length);
		const receivedAt = new Date(this.#now()).toISOString();
		await this.#registry.create(
			fresh.map((documentId, i) => ({
				id: stampId(companyId, documentId),
				body: {
					order: last + 1 + i,
					receivedAt,
					...(stages.has(documentId) ? { stages: stages.get(documentId) ?? [] } : {})
				} satisfies KeptStamp
			}))
		);
	}

	/** The last number before those taken. By compare-and-set: never given twice, whoever else takes some. */
	async #take(companyId: string, count: number): Promise<number> {
		const id = `stamps:${companyId}`;
		// Where it lay before, and still lies for companies that had no submission since.
		const noted = (await this.#registry.readNote<{ last: number }>(id))?.last ?? 0;
		let last = 0;
		await this.#registry.update<{ last: number }>(id, (before) => {
			last = before?.last ?? noted;
			return { last: last + count };
		});
		return last;
	}
}

function stampId(companyId: string, documentId: string): string {
	return `stamp:${companyId}:${documentId}`;
}
