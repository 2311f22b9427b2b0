import { askChanges } from './ask-changes.ts';
import { SyncStopped, Unreachable } from './server-answer.ts';
import type { ServerLine } from './server-line.ts';

const POLL_MS = 25_000;
/** Beyond the server's own limit, for slow links. */
const PATIENCE_MS = 15_000;

export interface Bell {
	/** Gives up the present poll: the network may have changed under it. */
	shake(): void;
	stop(): void;
}

/**
 * Rings when the database changed at the server: one long poll, and it carries nothing, since every document
 * comes through the reader from its own checkpoint. The cursor is fetched first and rung for at once, so nothing
 * falls between it and the reader. Only a page that is looked at polls: over HTTP/1.1 a browser has six
 * connections to an origin for all its tabs.
 */
export function startBell(parts: {
	databaseName: string;
	line: ServerLine;
	/** Resolves while somebody looks at the page. */
	untilVisible: () => Promise<void>;
	ring: () => void;
}): Bell {
	const { databaseName, line, untilVisible, ring } = parts;
	let isStopped = false;
	let polling = new AbortController();
	let since: string | null = null;

	const poll = async () => {
		if (since === null) {
			const now = await askChanges(line, databaseName, 'since=now&limit=1');
			since = String(now.last_seq);
			ring();
		}
		polling = new AbortController();
		const query = `feed=longpoll&timeout=${String(POLL_MS)}&since=${encodeURIComponent(since)}`;
		try {
			const { results, last_seq } = await askChanges(line, databaseName, query, {
				timeoutMs: POLL_MS + PATIENCE_MS,
				signal: polling.signal
			});
			since = String(last_seq);
			if (results.length > 0) ring();
		} catch (error) {
			since = null;
			if (!polling.signal.aborted) throw error;
		}
	};
	const run = async () => {
		while (!isStopped) {
			await untilVisible();
			try {
				await line.persist(poll);
			} catch (error) {
				if (error instanceof SyncStopped) return;
				// A refusal makes no sense here; whatever it is, it may pass.
				line.closeFor(new Unreachable({ cause: error }));
			}
		}
	};
	void run();
	return {
		shake() {
			polling.abort();
		},
		stop() {
			isStopped = true;
			polling.abort();
		}
	};
}
