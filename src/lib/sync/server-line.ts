import type { Live } from '#lib/commands/ports.ts';
import { LiveValue } from '#lib/storage/live-value.ts';
import { OUR_VERSION, OtherVersion, demandOurVersion, demandVersion } from './protocol-version.ts';
import {
	ServerError,
	Unreachable,
	PortalInBetween,
	SignInNeeded,
	SyncStopped,
	jsonOf,
	codeOf,
	isOfPortal
} from './server-answer.ts';

/** Why nothing goes through. */
export type ClosedState =
	'offline' | 'unreachable' | 'portal' | 'sign-in-again' | 'app-too-old' | 'server-too-old';
export type LineState = 'connecting' | 'open' | ClosedState;

export interface Asking {
	method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
	/** Sent as JSON. */
	body?: unknown;
	timeoutMs?: number;
	/** Ends this request early, as `Unreachable`. */
	signal?: AbortSignal;
}

export interface LineParts {
	fetch: typeof globalThis.fetch;
	/** Whether the device believes it has a network. */
	connectivity: Live<boolean>;
	/** Whose session must answer. */
	account: { companyId: string; userId: string };
	nowMs: () => number;
}

const TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A session may have been renewed in another tab, an app or a server been updated. */
const SIGN_IN_PAUSE_MS = 60_000;
/** After this long without a failure the next one is taken for a new trouble. */
const CALM_MS = 30_000;

/**
 * The one way to the server, shared by everything that synchronises: whoever fails closes it for all, one probe
 * finds out when it works again, and everybody goes on. The probe asks for the session, so that it proves our
 * server and our person in one request.
 */
export class ServerLine {
	readonly state = new LiveValue<LineState>('connecting');
	/** When the server last answered; null before. */
	readonly lastContactMs = new LiveValue<number | null>(null);
	readonly #parts: LineParts;
	readonly #stopping = new AbortController();
	readonly #unfollow: () => void;
	#isOnline = true;
	#isStarted = false;
	#failures = 0;
	#lastFailureMs = 0;
	#opening: Promise<void> | null = null;
	#wake: () => void = () => undefined;

	constructor(parts: LineParts) {
		this.#parts = parts;
		this.#unfollow = parts.connectivity.subscribe((isOnline) => {
			this.#isOnline = isOnline;
			if (!this.#isStarted) return;
			if (isOnline) this.wake();
			else if (this.#opening === null) this.#close('offline');
			else this.#wake();
		});
		this.#isStarted = true;
		this.#opening = this.#open('connecting', 0);
	}

	/** Tries now what waits for its next try. */
	wake(): void {
		this.#failures = 0;
		this.#wake();
	}

	stop(): void {
		this.#unfollow();
		this.#stopping.abort();
		this.#wake();
	}

	get isStopped(): boolean {
		return this.#stopping.signal.aborted;
	}

	/**
	 * Does something with the server for as long as it takes: waits while the line is closed, and starts over
	 * when it breaks. Throws what the server refused (`ServerError`) and `SyncStopped`.
	 */
	async persist<T>(attempt: () => Promise<T>): Promise<T> {
		for (;;) {
			while (this.#opening !== null && !this.isStopped) await this.#opening;
			if (this.isStopped) throw new SyncStopped();
			try {
				const result = await attempt();
				if (this.#parts.nowMs() - this.#lastFailureMs > CALM_MS) this.#failures = 0;
				return result;
			} catch (error) {
				if (this.isStopped) throw new SyncStopped();
				this.closeFor(error);
			}
		}
	}

	/** Closes the line for an error of the line; throws any other on. */
	closeFor(error: unknown): void {
		if (error instanceof SignInNeeded) this.#close('sign-in-again');
		else if (error instanceof OtherVersion) this.#close(stateOf(error));
		else if (error instanceof PortalInBetween) this.#close('portal');
		else if (error instanceof Unreachable || isTrouble(error)) this.#close('unreachable');
		else throw error;
	}

	/** One request; its answer must be JSON. Throws `ServerError`, `Unreachable`, `SignInNeeded`, `SyncStopped`. */
	async ask(path: string, asking: Asking = {}): Promise<unknown> {
		const { method = 'GET', body, timeoutMs = TIMEOUT_MS, signal } = asking;
		const response = await this.fetch(path, {
			method,
			timeoutMs,
			...(signal ? { signal } : {}),
			headers: {
				accept: 'application/json',
				...(body === undefined ? {} : { 'content-type': 'application/json' })
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) })
		});
		return this.#read(response);
	}

	/** One request whose answer is read by the caller, who must be done within its time. */
	async fetch(
		path: string,
		{ timeoutMs, signal, ...init }: RequestInit & { timeoutMs: number; signal?: AbortSignal }
	): Promise<Response> {
		if (this.isStopped) throw new SyncStopped();
		const ending = new AbortController();
		const end = () => {
			ending.abort();
		};
		const timer = setTimeout(end, timeoutMs);
		this.#stopping.signal.addEventListener('abort', end);
		signal?.addEventListener('abort', end);
		try {
			const response = await this.#parts.fetch(path, {
				...init,
				headers: { ...OUR_VERSION, ...(init.headers as Record<string, string> | undefined) },
				cache: 'no-store',
				// Ours never does; a portal leads to its own page.
				redirect: 'manual',
				signal: ending.signal
			});
			if (isOfPortal(response)) throw new PortalInBetween();
			// Read here, so that the time counts for the body too.
			const body = await response.blob();
			this.lastContactMs.set(this.#parts.nowMs());
			demandOurVersion(response.headers);
			return new Response(body.size > 0 ? body : null, {
				status: response.status,
				headers: response.headers
			});
		} catch (error) {
			if (this.isStopped) throw new SyncStopped();
			if (error instanceof OtherVersion || error instanceof PortalInBetween) throw error;
			throw new Unreachable({ cause: error });
		} finally {
			clearTimeout(timer);
			this.#stopping.signal.removeEventListener('abort', end);
			signal?.removeEventListener('abort', end);
		}
	}

	async #read(response: Response): Promise<unknown> {
		// Proxies say it in a page of their own, and would say it again: what is sent must become less.
		if (response.status === 413) throw new ServerError(413, 'too_large');
		const answer = await jsonOf(response);
		if (response.ok) return answer;
		if (response.status === 401) throw new SignInNeeded();
		throw new ServerError(response.status, codeOf(answer));
	}

	#close(state: ClosedState): void {
		this.#failures += 1;
		this.#lastFailureMs = this.#parts.nowMs();
		this.#opening ??= this.#open(state, this.#pauseMs(state));
	}

	/** Waits, probes, and waits again, until it works. */
	async #open(state: LineState, pauseMs: number): Promise<void> {
		let pause = pauseMs;
		this.state.set(state);
		for (;;) {
			if (pause > 0) await this.#paused(pause);
			if (this.isStopped) return;
			const found = await this.#probe();
			if (this.isStopped) return;
			this.state.set(found);
			if (found === 'open') {
				this.#opening = null;
				return;
			}
			this.#failures += 1;
			pause = this.#pauseMs(found);
		}
	}

	async #probe(): Promise<'open' | ClosedState> {
		if (!this.#isOnline) return 'offline';
		try {
			const view = (await this.ask('/_outlay/session')) as Record<string, unknown> | null;
			const { companyId, userId } = this.#parts.account;
			if (typeof view?.['userId'] !== 'string') return 'unreachable';
			demandVersion(view['protocolVersion']);
			return view['companyId'] === companyId && view['userId'] === userId
				? 'open'
				: 'sign-in-again';
		} catch (error) {
			if (error instanceof OtherVersion) return stateOf(error);
			if (error instanceof PortalInBetween) return 'portal';
			return error instanceof SignInNeeded ? 'sign-in-again' : 'unreachable';
		}
	}

	/** Doubles with each failure, with jitter, so that devices don't come back all at once. */
	#pauseMs(state: LineState): number {
		const isOfTheNetwork = state === 'offline' || state === 'unreachable' || state === 'portal';
		if (!isOfTheNetwork) return SIGN_IN_PAUSE_MS;
		const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#failures, 10));
		return longest * (0.5 + Math.random() / 2);
	}

	#paused(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, ms);
			this.#wake = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}
}

function stateOf({ isServerNewer }: OtherVersion): ClosedState {
	return isServerNewer ? 'app-too-old' : 'server-too-old';
}

/** What passes by itself: the server is overloaded, restarting or behind a proxy that says so. */
function isTrouble(error: unknown): boolean {
	return (
		error instanceof ServerError &&
		(error.status >= 500 || error.status === 429 || error.status === 408)
	);
}
