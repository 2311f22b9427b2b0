import { randomUUID } from 'node:crypto';
import type { Registry } from '../company/registry.ts';

interface Lease {
	holder: string;
	untilMs: number;
}

interface Held {
	/** Until when this server may work, if the lease can't be renewed. */
	untilMs: number;
	renewing: NodeJS.Timeout;
}

/** The lease of a company ran out while this server worked on it: the work is broken off, whoever has it does it again. */
export class LeaseLost extends Error {
	readonly code = 'mailroom.lease_lost';

	constructor(companyId: string) {
		super(`Another server may work on company ${companyId} by now.`);
		this.name = 'LeaseLost';
	}
}

/**
 * Which of several servers works on a company: whoever wrote its lease into the registry, by compare-and-set, for as
 * long as it says. It is renewed three times in that time, however long the work takes; a server that is gone, or can't
 * reach the registry, lets go by itself when its lease runs out. The servers' clocks may differ by less than half a
 * lease.
 */
export class Leases {
	readonly #registry: Registry;
	readonly #now: () => number;
	readonly #leaseMs: number;
	readonly #onError: (error: unknown) => void;
	readonly #holder = randomUUID();
	readonly #held = new Map<string, Held>();

	/** @param onError told when a lease could not be renewed; it may still be the next time. */
	constructor(
		registry: Registry,
		now: () => number,
		leaseMs: number,
		onError: (error: unknown) => void = () => undefined
	) {
		this.#registry = registry;
		this.#now = now;
		this.#leaseMs = leaseMs;
		this.#onError = onError;
	}

	/** Takes a company, or holds it on, until it is let go; false while another server has it. */
	async hold(companyId: string): Promise<boolean> {
		const held = this.#held.get(companyId);
		if (held && held.untilMs - this.#now() > this.#leaseMs / 2) return true;
		const untilMs = await this.#take(companyId);
		if (untilMs === null) this.#forget(companyId);
		else this.#keep(companyId, untilMs);
		return untilMs !== null;
	}

	/** Throws `LeaseLost` unless this server still has the company. Asked before each write. */
	require(companyId: string): void {
		if ((this.#held.get(companyId)?.untilMs ?? 0) <= this.#now()) throw new LeaseLost(companyId);
	}

	/** Lets another server take it at once. */
	async letGo(companyId: string): Promise<void> {
		if (this.#forget(companyId)) await this.#release(companyId);
	}

	/** Until when it is this server's now; null while it is another's. */
	async #take(companyId: string): Promise<number | null> {
		const now = this.#now();
		const untilMs = now + this.#leaseMs;
		let isMine = false;
		await this.#registry.update<Lease>(leaseId(companyId), (before) => {
			isMine = before === null || before.holder === this.#holder || before.untilMs <= now;
			return isMine ? { holder: this.#holder, untilMs } : before;
		});
		return isMine ? untilMs : null;
	}

	async #renew(companyId: string, held: Held): Promise<void> {
		const untilMs = await this.#take(companyId);
		const isHeldStill = this.#held.get(companyId) === held;
		if (untilMs === null) {
			if (isHeldStill) this.#forget(companyId);
		} else if (isHeldStill) held.untilMs = untilMs;
		else if (!this.#held.has(companyId)) await this.#release(companyId);
	}

	async #release(companyId: string): Promise<void> {
		await this.#registry.update<Lease>(leaseId(companyId), (before) =>
			before?.holder === this.#holder ? { ...before, untilMs: 0 } : before
		);
	}

	#keep(companyId: string, untilMs: number): void {
		const held = this.#held.get(companyId);
		if (held) {
			held.untilMs = untilMs;
			return;
		}
		const renewing = setInterval(() => {
			const now = this.#held.get(companyId);
			if (now) void this.#renew(companyId, now).catch(this.#onError);
		}, this.#leaseMs / 3).unref();
		this.#held.set(companyId, { untilMs, renewing });
	}

	#forget(companyId: string): boolean {
		clearInterval(this.#held.get(companyId)?.renewing);
		return this.#held.delete(companyId);
	}
}

function leaseId(companyId: string): string {
	return `lease:${companyId}`;
}
