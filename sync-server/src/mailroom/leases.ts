import { randomUUID } from 'node:crypto';
import type { Registry } from '../company/registry.ts';

interface Lease {
	holder: string;
	untilMs: number;
}

/**
 * Which of several servers works on a company: whoever wrote its lease into the registry, by compare-and-set, for as
 * long as it says. A server that is gone lets go by itself when its lease runs out. The servers' clocks may differ by
 * less than half a lease.
 */
export class Leases {
	readonly #registry: Registry;
	readonly #now: () => number;
	readonly #leaseMs: number;
	readonly #holder = randomUUID();
	/** Until when this server holds which company. */
	readonly #held = new Map<string, number>();

	constructor(registry: Registry, now: () => number, leaseMs: number) {
		this.#registry = registry;
		this.#now = now;
		this.#leaseMs = leaseMs;
	}

	/** Takes a company, or holds it on; false while another server has it. */
	async hold(companyId: string): Promise<boolean> {
		const now = this.#now();
		if ((this.#held.get(companyId) ?? 0) - now > this.#leaseMs / 2) return true;
		let isMine = false;
		await this.#registry.update<Lease>(leaseId(companyId), (before) => {
			isMine = before === null || before.holder === this.#holder || before.untilMs <= now;
			return isMine ? { holder: this.#holder, untilMs: now + this.#leaseMs } : before;
		});
		if (isMine) this.#held.set(companyId, now + this.#leaseMs);
		else this.#held.delete(companyId);
		return isMine;
	}

	/** Lets another server take it at once. */
	async letGo(companyId: string): Promise<void> {
		if (!this.#held.delete(companyId)) return;
		await this.#registry.update<Lease>(leaseId(companyId), (before) =>
			before?.holder === this.#holder ? { ...before, untilMs: 0 } : before
		);
	}
}

function leaseId(companyId: string): string {
	return `lease:${companyId}`;
}
