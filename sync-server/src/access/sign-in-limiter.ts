/** How many wrong sign-ins are allowed within a window of time. */
export interface SignInAllowance {
	perAccount: number;
	perAddress: number;
	windowMs: number;
}

/** Counters kept at most; a restart or a flood of addresses may forget them. */
const MOST_COUNTERS = 100_000;

/**
 * Counts wrong sign-ins per account and address, and per address, in fixed windows from the first mistake. An
 * attempt is counted before it is checked, so that many at once don't slip through; a right one is taken back.
 */
export class SignInLimiter {
	readonly #allowance: SignInAllowance;
	readonly #now: () => number;
	readonly #counters = new Map<string, { count: number; untilMs: number }>();

	constructor(allowance: SignInAllowance, now: () => number) {
		this.#allowance = allowance;
		this.#now = now;
	}

	/** 0 when the attempt may be checked, else the seconds to wait. */
	begin(account: string, address: string): number {
		const { perAccount, perAddress } = this.#allowance;
		const own = this.#counter(accountKey(account, address));
		const shared = this.#counter(addressKey(address));
		const untilMs = Math.max(
			own.count >= perAccount ? own.untilMs : 0,
			shared.count >= perAddress ? shared.untilMs : 0
		);
		if (untilMs > 0) return Math.max(1, Math.ceil((untilMs - this.#now()) / 1000));
		own.count += 1;
		shared.count += 1;
		return 0;
	}

	/** The attempt was right: earlier mistakes of this account from there are forgotten. */
	succeeded(account: string, address: string): void {
		this.#counters.delete(accountKey(account, address));
		this.undo(address);
	}

	/** The attempt was not checked at all. */
	undo(address: string): void {
		const shared = this.#counters.get(addressKey(address));
		if (shared && shared.count > 0) shared.count -= 1;
	}

	#counter(key: string): { count: number; untilMs: number } {
		const now = this.#now();
		const known = this.#counters.get(key);
		if (known && known.untilMs > now) return known;
		const fresh = { count: 0, untilMs: now + this.#allowance.windowMs };
		this.#counters.delete(key);
		this.#counters.set(key, fresh);
		if (this.#counters.size > MOST_COUNTERS) this.#forget(now);
		return fresh;
	}

	#forget(now: number): void {
		for (const [key, counter] of this.#counters) {
			if (counter.untilMs <= now) this.#counters.delete(key);
		}
		// Oldest first: a Map keeps the order of insertion.
		for (const key of this.#counters.keys()) {
			if (this.#counters.size <= MOST_COUNTERS / 2) break;
			this.#counters.delete(key);
		}
	}
}

function accountKey(account: string, address: string): string {
	return `account ${address} ${account}`;
}

function addressKey(address: string): string {
	return `address ${address}`;
}
