import { databaseName, parseDatabaseName, type DatabaseAddress } from '@outlay/domain/addresses';
import { setTimeout as pause } from 'node:timers/promises';
import type { BaseLogger } from 'pino';
import { LeaseLost, type Leases } from './leases.ts';
import { MailboxRounds, type RoundParts } from './mailbox-round.ts';

type Log = Pick<BaseLogger, 'error'>;
type MailboxAddress = Extract<DatabaseAddress, { kind: 'mailbox' }>;

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;
/** When another server works on the company. */
const LOOK_AGAIN_MS = 1_000;

interface CompanyQueue {
	/** Mailboxes with something new, by name, in the order it came. */
	due: Map<string, MailboxAddress>;
	/** Failures in a row, by mailbox. */
	failures: Map<string, number>;
	/** Mailboxes that wait for their next try. */
	waiting: Map<string, NodeJS.Timeout>;
	/** Null while nothing is to be done. */
	running: Promise<void> | null;
}

/**
 * Follows every mailbox and delivers what is new. Writes ring it; at the start it looks through all mailboxes for
 * what it missed. One round at a time for each company; a mailbox that fails waits longer each time and holds up no
 * other.
 */
export class Mailroom {
	readonly #parts: RoundParts;
	readonly #rounds: MailboxRounds;
	readonly #log: Log;
	readonly #leases: Leases | null;
	readonly #queues = new Map<string, CompanyQueue>();
	#stopListening: (() => void) | null = null;

	/** @param leases where other servers work on the same companies; null where this one is alone. */
	constructor(parts: RoundParts, log: Log, leases: Leases | null = null) {
		this.#parts = parts;
		this.#leases = leases;
		this.#rounds = new MailboxRounds({
			...parts,
			...(leases ? { requireTurn: (companyId) => leases.require(companyId) } : {})
		});
		this.#log = log;
	}

	async start(): Promise<void> {
		this.#stopListening = this.#parts.store.onWrite((name) => this.#ring(name));
		for (const name of await this.#parts.store.names()) this.#ring(name);
	}

	/** Ends after the pages under way; what is left is done at the next start. */
	async stop(): Promise<void> {
		this.#stopListening?.();
		this.#stopListening = null;
		for (const { due, waiting } of this.#queues.values()) {
			due.clear();
			for (const timer of waiting.values()) clearTimeout(timer);
			waiting.clear();
		}
		await Promise.all([...this.#queues.values()].flatMap(({ running }) => running ?? []));
	}

	#ring(name: string): void {
		const address = parseDatabaseName(name);
		if (address?.kind !== 'mailbox' || this.#stopListening === null) return;
		const queue = this.#queueOf(address.companyId);
		// One that fails comes back by its own timer, however often it is rung for.
		if (queue.waiting.has(name)) return;
		queue.due.set(name, address);
		queue.running ??= this.#run(address.companyId, queue);
	}

	#queueOf(companyId: string): CompanyQueue {
		const queue = this.#queues.get(companyId) ?? {
			due: new Map<string, MailboxAddress>(),
			failures: new Map<string, number>(),
			waiting: new Map<string, NodeJS.Timeout>(),
			running: null
		};
		this.#queues.set(companyId, queue);
		return queue;
	}

	async #run(companyId: string, queue: CompanyQueue): Promise<void> {
		for (;;) {
			const [next] = queue.due.values();
			if (next === undefined) break;
			const name = databaseName(next);
			queue.due.delete(name);
			try {
				if (!(await this.#mayWork(companyId))) {
					// The other server may be killed before it comes to this mailbox: looked at again in any case.
					this.#comeBack(queue, name, next, LOOK_AGAIN_MS);
					continue;
				}
				const isRead = await this.#rounds.page(next);
				queue.failures.delete(name);
				if (!isRead && this.#stopListening !== null) queue.due.set(name, next);
			} catch (error) {
				if (error instanceof LeaseLost) this.#comeBack(queue, name, next, LOOK_AGAIN_MS);
				else this.#retryLater(queue, name, next, error);
			}
		}
		await this.#finish(companyId, queue);
	}

	/**
	 * Does something while neither this mailroom nor another server's works on the company, and waits for them first.
	 * What comes meanwhile is delivered afterwards.
	 */
	async alone<T>(companyId: string, deed: () => Promise<T>): Promise<T> {
		const queue = this.#queueOf(companyId);
		while (queue.running !== null) await queue.running;
		const done = this.#untilMine(companyId).then(deed);
		queue.running = done
			.then(
				() => undefined,
				() => undefined
			)
			.then(() => this.#finish(companyId, queue));
		return done;
	}

	async #untilMine(companyId: string): Promise<void> {
		while (!(await this.#mayWork(companyId))) await pause(LOOK_AGAIN_MS);
	}

	async #finish(companyId: string, queue: CompanyQueue): Promise<void> {
		await this.#leases?.letGo(companyId).catch((error: unknown) => {
			this.#log.error({ err: error }, 'a lease runs out by itself');
		});
		queue.running = null;
		// Something may have come while the lease was let go.
		if (queue.due.size > 0) queue.running = this.#run(companyId, queue);
	}

	async #mayWork(companyId: string): Promise<boolean> {
		return this.#leases === null || this.#leases.hold(companyId);
	}

	#retryLater(queue: CompanyQueue, name: string, address: MailboxAddress, error: unknown): void {
		const count = (queue.failures.get(name) ?? 0) + 1;
		queue.failures.set(name, count);
		const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (count - 1), LONGEST_PAUSE_MS);
		this.#log.error({ err: error, mailbox: name, count, pauseMs }, 'a mailbox could not be read');
		this.#comeBack(queue, name, address, pauseMs);
	}

	#comeBack(queue: CompanyQueue, name: string, address: MailboxAddress, pauseMs: number): void {
		if (this.#stopListening === null) return;
		const timer = setTimeout(() => {
			queue.waiting.delete(name);
			queue.due.set(name, address);
			queue.running ??= this.#run(address.companyId, queue);
		}, pauseMs);
		queue.waiting.set(name, timer.unref());
	}
}
