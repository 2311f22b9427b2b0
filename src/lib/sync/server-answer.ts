/** The server said no. */
export class ServerError extends Error {
	readonly status: number;
	/** CouchDB's `error` or our `code`. */
	readonly code: string;

	constructor(status: number, code: string) {
		super(`server answered ${String(status)} ${code}`);
		this.name = 'ServerError';
		this.status = status;
		this.code = code;
	}
}

/** Nobody answered, or not our server. */
export class Unreachable extends Error {
	constructor(options?: ErrorOptions) {
		super('server not reachable', options);
		this.name = 'Unreachable';
	}
}

/** The network itself answers instead of our server: it wants a sign-in, or a consent, first. */
export class PortalInBetween extends Unreachable {
	constructor() {
		super();
		this.name = 'PortalInBetween';
	}
}

/** The session has ended, or is another person's. */
export class SignInNeeded extends Error {
	constructor() {
		super('sign in again');
		this.name = 'SignInNeeded';
	}
}

/** Synchronising was ended, by signing out or by another account. */
export class SyncStopped extends Error {
	constructor() {
		super('sync stopped');
		this.name = 'SyncStopped';
	}
}

/** The answer's JSON; anything else did not come from our server. */
export async function jsonOf(response: Response): Promise<unknown> {
	if (!(response.headers.get('content-type') ?? '').includes('json')) throw new Unreachable();
	try {
		return (await response.json()) as unknown;
	} catch (error) {
		throw new Unreachable({ cause: error });
	}
}

/** The stable code of an answer that is no success. */
export function codeOf(answer: unknown): string {
	const { code, error } = (answer ?? {}) as { code?: unknown; error?: unknown };
	return typeof code === 'string' ? code : typeof error === 'string' ? error : '';
}

/** A page or a redirect where our server answers JSON, or the status made for it (RFC 6585, 511). */
export function isOfPortal(response: Response): boolean {
	if (response.type === 'opaqueredirect' || response.status === 511) return true;
	return response.ok && (response.headers.get('content-type') ?? '').startsWith('text/html');
}
