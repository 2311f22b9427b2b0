import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface BasicCredentials {
	name: string;
	password: string;
}

/** Null for anything that is not `Basic <base64 of name:password>`. */
export function parseBasic(authorization: string): BasicCredentials | null {
	const [, encoded] = /^Basic ([A-Za-z0-9+/_-]+={0,2})$/i.exec(authorization.trim()) ?? [];
	if (encoded === undefined || encoded.length > 4000) return null;
	const text = Buffer.from(encoded, 'base64').toString('utf8');
	const colon = text.indexOf(':');
	return colon < 1 ? null : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Equal length, equal time: only hashes under a random key are compared. */
export function isSameSecret(a: string, b: string): boolean {
	const key = randomBytes(32);
	const digest = (text: string) => createHmac('sha256', key).update(text).digest();
	return timingSafeEqual(digest(a), digest(b));
}

const MOST_REMEMBERED = 10_000;

/**
 * Answers about Basic credentials for a short while: argon2 is meant to be slow, and clients send them with every
 * request. Keys are HMACs under a key of this process, so no password lies in memory. Requests that arrive together
 * share one check.
 */
export class VerifiedCredentials<T> {
	readonly #key = randomBytes(32);
	readonly #keepMs: number;
	readonly #now: () => number;
	readonly #answers = new Map<string, { answer: Promise<T | null>; untilMs: number }>();

	constructor(keepMs: number, now: () => number) {
		this.#keepMs = keepMs;
		this.#now = now;
	}

	/** `check` gives null for wrong credentials, which are not remembered. */
	async verified(
		{ name, password }: BasicCredentials,
		check: () => Promise<T | null>
	): Promise<T | null> {
		const key = createHmac('sha256', this.#key)
			.update(`${Buffer.byteLength(name)}:${name}:${password}`)
			.digest('base64');
		const known = this.#answers.get(key);
		if (known && known.untilMs > this.#now()) return known.answer;
		const answer = check();
		this.#answers.delete(key);
		this.#answers.set(key, { answer, untilMs: this.#now() + this.#keepMs });
		this.#forgetOldest();
		try {
			const found = await answer;
			if (found === null) this.#answers.delete(key);
			return found;
		} catch (error) {
			this.#answers.delete(key);
			throw error;
		}
	}

	#forgetOldest(): void {
		for (const [key, { untilMs }] of this.#answers) {
			if (untilMs > this.#now() && this.#answers.size <= MOST_REMEMBERED) break;
			this.#answers.delete(key);
		}
	}
}
