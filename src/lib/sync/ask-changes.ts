import type { ServerDocument } from './server-document.ts';
import { ServerError, SignInNeeded, Unreachable } from './server-answer.ts';
import type { ServerLine } from './server-line.ts';

export interface Changes {
	results: { seq: string | number; id: string; doc?: ServerDocument | null }[];
	last_seq: string | number;
	/** How many changes follow. */
	pending?: number;
}

/** A page of `_changes`, its shape checked: whatever else answers is not our server. */
export async function askChanges(
	line: ServerLine,
	databaseName: string,
	query: string,
	asking: { timeoutMs?: number; signal?: AbortSignal } = {}
): Promise<Changes> {
	const answer = await askDatabase(line, `/${databaseName}/_changes?${query}`, asking);
	const { results, last_seq, pending } = (answer ?? {}) as Partial<Changes>;
	if (!Array.isArray(results) || last_seq === undefined) throw new Unreachable();
	return { results, last_seq, ...(typeof pending === 'number' ? { pending } : {}) };
}

/** Asks a database of this person; another person's session sees no such database. */
export async function askDatabase(
	line: ServerLine,
	path: string,
	asking: { timeoutMs?: number; signal?: AbortSignal } = {}
): Promise<unknown> {
	try {
		return await line.ask(path, asking);
	} catch (error) {
		if (error instanceof ServerError && (error.status === 404 || error.status === 403)) {
			throw new SignInNeeded();
		}
		throw error;
	}
}
