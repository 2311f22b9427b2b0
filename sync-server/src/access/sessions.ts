import { createHash, randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Account } from '../company/accounts.ts';
import type { Registry } from '../company/registry.ts';

export interface PersonOwner {
	kind: 'person';
	companyId: string;
	userId: string;
	/** Of the password it was opened with, see `passwordMark`: the session ends with it. */
	passwordMark: string;
}

export type SessionOwner = PersonOwner | { kind: 'administrator'; name: string };

export interface Session {
	owner: SessionOwner;
	/** Aborts when the session ends, is signed out or expires, and when its person's account changes. */
	until: AbortSignal;
}

export interface SessionLimits {
	/** Ends after this long without use, … */
	idleMs: number;
	/** … and after this long in any case. */
	longestMs: number;
}

interface SessionRecord {
	owner: SessionOwner;
	createdAtMs: number;
	/** Written at most thirty times in an idle span, so that reading stays cheap. */
	seenAtMs: number;
}

interface Watched {
	owner: SessionOwner;
	ending: AbortController;
	timer: NodeJS.Timeout;
}

/** setTimeout takes no more than 2^31 ms. */
const LONGEST_TIMER_MS = 12 * 60 * 60 * 1000;

/**
 * Sessions in the registry, by the SHA-256 of a random token that only the cookie holds. The server administrator's
 * are kept in memory: they end with the process, and with the configured password.
 */
export class Sessions {
	readonly #registry: Registry;
	readonly #limits: SessionLimits;
	readonly #now: () => number;
	readonly #administrators = new Map<string, SessionRecord>();
	readonly #watched = new Map<string, Watched>();

	constructor(registry: Registry, limits: SessionLimits, now: () => number) {
		this.#registry = registry;
		this.#limits = limits;
		this.#now = now;
	}

	/** The token for the cookie; it can't be had again. */
	async open(owner: SessionOwner): Promise<string> {
		const token = randomBytes(32).toString('base64url');
		const now = this.#now();
		const record: SessionRecord = { owner, createdAtMs: now, seenAtMs: now };
		if (owner.kind === 'administrator') this.#administrators.set(keyOf(token), record);
		else await this.#registry.create([{ id: keyOf(token), body: record }]);
		return token;
	}

	/** Null when there is none, or it ended. Using a session keeps it going. */
	async find(token: string): Promise<Session | null> {
		const key = keyOf(token);
		const record = await this.#read(key);
		if (record === null) return null;
		const now = this.#now();
		if (now >= this.#endOf(record)) {
			await this.#remove(key);
			return null;
		}
		if (now - record.seenAtMs > this.#limits.idleMs / 30) await this.#see(key, now);
		return {
			owner: record.owner,
			until: this.#watch(key, record.owner, this.#endOf(record) - now)
		};
	}

	async end(token: string): Promise<void> {
		await this.#remove(keyOf(token));
	}

	/** Removes what expired unnoticed. */
	async removeExpired(): Promise<void> {
		for await (const key of this.#registry.idsWith('session:')) {
			const record = await this.#read(key);
			if (record !== null && this.#now() >= this.#endOf(record)) await this.#remove(key);
		}
	}

	/** Told of each registry document that is gone: another server may have ended a session that is waited on here. */
	heardRemoved(id: string): void {
		this.#stopWatching(id);
	}

	/** Ends what waits on a person's sessions, so that their rights are judged anew; the sessions go on. */
	interrupt(companyId: string, userId: string): void {
		for (const [key, { owner }] of [...this.#watched]) {
			if (owner.kind === 'person' && owner.companyId === companyId && owner.userId === userId) {
				this.#stopWatching(key);
			}
		}
	}

	/** Ends what waits on a session; the sessions themselves go on after a restart. */
	close(): void {
		for (const { ending, timer } of this.#watched.values()) {
			clearTimeout(timer);
			ending.abort();
		}
		this.#watched.clear();
	}

	#endOf(record: SessionRecord): number {
		const { idleMs, longestMs } = this.#limits;
		return Math.min(record.seenAtMs + idleMs, record.createdAtMs + longestMs);
	}

	async #read(key: string): Promise<SessionRecord | null> {
		return this.#administrators.get(key) ?? (await this.#registry.read<SessionRecord>(key));
	}

	async #see(key: string, now: number): Promise<void> {
		const administrator = this.#administrators.get(key);
		if (administrator) administrator.seenAtMs = now;
		else {
			await this.#registry.update<SessionRecord>(key, (before) =>
				before === null || before.seenAtMs >= now ? before : { ...before, seenAtMs: now }
			);
		}
	}

	async #remove(key: string): Promise<void> {
		if (!this.#administrators.delete(key)) await this.#registry.update(key, () => null);
		this.#stopWatching(key);
	}

	#stopWatching(key: string): void {
		const watched = this.#watched.get(key);
		this.#watched.delete(key);
		clearTimeout(watched?.timer);
		watched?.ending.abort();
	}

	#watch(key: string, owner: SessionOwner, leftMs: number): AbortSignal {
		const watched = this.#watched.get(key);
		if (watched) return watched.ending.signal;
		const ending = new AbortController();
		// Many feeds may wait on one session; Node takes more than ten for a mistake.
		setMaxListeners(0, ending.signal);
		this.#watched.set(key, { owner, ending, timer: this.#timer(key, leftMs) });
		return ending.signal;
	}

	#timer(key: string, leftMs: number): NodeJS.Timeout {
		const timer = setTimeout(() => void this.#look(key), Math.min(leftMs, LONGEST_TIMER_MS));
		return timer.unref();
	}

	/** A session that was used meanwhile goes on; a registry that can't be read ends it, to be safe. */
	async #look(key: string): Promise<void> {
		const record = await this.#read(key).catch(() => null);
		const watched = this.#watched.get(key);
		if (!watched) return;
		const leftMs = record === null ? 0 : this.#endOf(record) - this.#now();
		if (leftMs > 0) watched.timer = this.#timer(key, leftMs);
		else this.#stopWatching(key);
	}
}

/** Whom a session is opened for that somebody signs in to. */
export function ownerOf({ companyId, userId, passwordHash }: Account): PersonOwner {
	return { kind: 'person', companyId, userId, passwordMark: passwordMark(passwordHash) };
}

/** Tells one password hash from the next, and nothing else about it. */
export function passwordMark(passwordHash: string): string {
	return createHash('sha256').update(passwordHash).digest('base64url');
}

function keyOf(token: string): string {
	return `session:${createHash('sha256').update(token).digest('hex')}`;
}
