import type { DatabaseEvent } from '../document-store.ts';
import type { CouchdbClient } from './couchdb-client.ts';

type Tell = (database: string, event: DatabaseEvent) => void;

const HEARTBEAT_MS = 10_000;
/** Where CouchDB tells no events (`_global_changes` is missing), everything is looked through this often. */
const SWEEP_WITHOUT_EVENTS_MS = 5_000;
const PAUSE_MS = 1_000;
/** As many as CouchDB takes in one `_dbs_info`. */
const NAMES_AT_ONCE = 100;
/** In a cluster each copy of a database has a sequence of its own, and any of them answers. */
const SEQUENCES_KEPT = 5;

/**
 * Tells what other servers write: `_db_updates` as it happens, and a look through `_dbs_info` now and then for what was
 * missed. Until `stop`.
 */
export async function followUpdates(
	client: CouchdbClient,
	names: () => Promise<string[]>,
	tell: Tell,
	sweepMs: number,
	stop: AbortSignal
): Promise<void> {
	const state = { isTold: false };
	await Promise.all([
		followEvents(client, tell, state, stop),
		sweepAgainAndAgain(client, names, tell, state, sweepMs, stop)
	]);
}

async function followEvents(
	client: CouchdbClient,
	tell: Tell,
	state: { isTold: boolean },
	stop: AbortSignal
): Promise<void> {
	while (!stop.aborted) {
		try {
			const response = await client.fetch('_db_updates', {
				query: { feed: 'continuous', since: 'now', heartbeat: HEARTBEAT_MS },
				signal: stop
			});
			state.isTold = response.ok;
			if (response.ok && response.body) await readEvents(client, response.body, tell);
			else await response.body?.cancel();
		} catch {
			// Unreachable for a while: the look through everything finds what was missed.
		}
		state.isTold = false;
		await pause(PAUSE_MS, stop);
	}
}

async function readEvents(
	client: CouchdbClient,
	body: AsyncIterable<Uint8Array>,
	tell: Tell
): Promise<void> {
	let text = '';
	for await (const piece of body) {
		text += Buffer.from(piece).toString();
		const lines = text.split('\n');
		text = lines.pop() ?? '';
		for (const line of lines.filter((each) => each.trim() !== '')) {
			const { db_name: name, type } = JSON.parse(line) as {
				db_name?: string;
				type?: DatabaseEvent;
			};
			if (name === undefined || type === undefined) continue;
			if (!name.startsWith('_') && name.startsWith(client.prefix)) {
				tell(name.slice(client.prefix.length), type);
			}
		}
	}
}

async function sweepAgainAndAgain(
	client: CouchdbClient,
	names: () => Promise<string[]>,
	tell: Tell,
	state: { isTold: boolean },
	sweepMs: number,
	stop: AbortSignal
): Promise<void> {
	const known = new Map<string, readonly string[]>();
	while (!stop.aborted) {
		try {
			await sweep(client, await names(), tell, known);
		} catch {
			// The next look finds it.
		}
		let waited = 0;
		while (
			!stop.aborted &&
			waited < (state.isTold ? sweepMs : Math.min(sweepMs, SWEEP_WITHOUT_EVENTS_MS))
		) {
			const step = Math.min(sweepMs, PAUSE_MS);
			await pause(step, stop);
			waited += step;
		}
	}
}

async function sweep(
	client: CouchdbClient,
	names: readonly string[],
	tell: Tell,
	known: Map<string, readonly string[]>
): Promise<void> {
	const isFirst = known.size === 0;
	for (let at = 0; at < names.length; at += NAMES_AT_ONCE) {
		const keys = names.slice(at, at + NAMES_AT_ONCE).map((name) => client.prefix + name);
		const { status, json } = await client.json('_dbs_info', { method: 'POST', body: { keys } });
		if (status !== 200) return;
		for (const { key, info } of json as { key: string; info?: { update_seq: unknown } }[]) {
			const name = key.slice(client.prefix.length);
			const seq = String(info?.update_seq);
			const before = known.get(name) ?? [];
			if (before.includes(seq)) continue;
			known.set(name, [seq, ...before].slice(0, SEQUENCES_KEPT));
			if (info && !isFirst) tell(name, 'updated');
		}
	}
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const end = () => {
			clearTimeout(timer);
			stop.removeEventListener('abort', end);
			resolve();
		};
		const timer = setTimeout(end, ms);
		stop.addEventListener('abort', end);
		if (stop.aborted) end();
	});
}
