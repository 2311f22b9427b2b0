import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { openAttachmentFiles } from '../attachment-files.ts';
import type { Database, DatabaseEvent, DocumentStore } from '../document-store.ts';
import { Bells } from '../bells.ts';
import { DatabaseDropped, StoreUnreachable } from '../store-errors.ts';
import { CouchdbClient } from './couchdb-client.ts';
import { CouchdbDatabase, type CouchdbParts } from './couchdb-database.ts';
import { followUpdates } from './follow-updates.ts';
import { SecondBell } from './second-bell.ts';

/** Where the store's own record lies: a document like any other, so that two servers starting at once agree. */
const HOME = 'registry';
const OWN_ID = 'outlay-store';

export interface CouchdbStoreOptions {
	/** `http(s)://name:password@host:port/`, with what the names of our databases begin with behind the last slash. */
	url: string;
	/** A folder of this process alone, for attachment bytes on their way. */
	stagingDirectory: string;
	now?: () => number;
	/** How often everything is looked through for what no event told. */
	sweepMs?: number;
	/** False: each write of this process rings once, others' ring nothing. Only for tests. */
	isFollowing?: boolean;
}

const SWEEP_MS = 60_000;
/** Bytes on their way are written within minutes; what is older is left of a crash. */
const STAGED_MS = 60 * 60 * 1000;
/** How long a database that was seen is taken to be there; one that is gone tells so itself. */
const SEEN_MS = 10_000;

/** The store on Apache CouchDB 3.x, single or clustered. Throws `StoreUnreachable`. */
export async function openCouchdbStore(options: CouchdbStoreOptions): Promise<DocumentStore> {
	const { now = Date.now, stagingDirectory } = options;
	const client = new CouchdbClient(options.url);
	await mkdir(stagingDirectory, { recursive: true, mode: 0o700 });
	const files = await openAttachmentFiles(stagingDirectory);
	const bells = new Bells();
	const listeners = new Set<(database: string, event: DatabaseEvent) => void>();
	const seen = new Map<string, number>();
	const turns = new Map<string, Promise<unknown>>();

	const ring = (database: string, event: DatabaseEvent) => {
		bells.ring(database);
		for (const listener of [...listeners]) listener(database, event);
	};
	let secondBell: SecondBell | null = null;
	const tell = (database: string, event: DatabaseEvent) => {
		if (event === 'deleted') {
			seen.delete(database);
			secondBell?.forget(database);
		} else secondBell?.written(database);
		ring(database, event);
	};

	async function create(name: string): Promise<boolean> {
		// One shard: mailboxes are small and many.
		const { status, json } = await client.json(client.database(name), {
			method: 'PUT',
			query: { q: 1 }
		});
		if (status === 412) return false;
		if (status !== 201 && status !== 202) {
			throw new StoreUnreachable(new Error(`CouchDB answered ${status}: ${JSON.stringify(json)}`));
		}
		return true;
	}

	await create(HOME);
	const { uuid, epoch } = await ownRecord(client);
	if (options.isFollowing !== false && (await copiesIn(client)) > 1) {
		secondBell = new SecondBell((database) => ring(database, 'updated'));
	}

	const parts: CouchdbParts = {
		client,
		files,
		epoch,
		open,
		ring: (database) => tell(database, 'updated'),
		listen: (database, ring) => bells.listen(database, ring),
		async inTurn(database, deed) {
			const before = turns.get(database) ?? Promise.resolve();
			const turn = before.catch(() => undefined).then(deed);
			turns.set(database, turn);
			try {
				return await turn;
			} finally {
				if (turns.get(database) === turn) turns.delete(database);
			}
		}
	};

	async function open(name: string): Promise<Database | null> {
		if (name === '' || name.startsWith('_')) return null;
		if ((seen.get(name) ?? 0) < now() - SEEN_MS) {
			const response = await client.fetch(client.database(name), { method: 'HEAD' });
			if (!response.ok) return null;
			seen.set(name, now());
		}
		return new CouchdbDatabase(parts, name);
	}

	async function names(): Promise<string[]> {
		const { json } = await client.json('_all_dbs');
		return (json as string[])
			.filter((name) => !name.startsWith('_') && name.startsWith(client.prefix))
			.map((name) => name.slice(client.prefix.length));
	}

	const closing = new AbortController();
	const following =
		options.isFollowing === false
			? Promise.resolve()
			: followUpdates(client, names, tell, options.sweepMs ?? SWEEP_MS, closing.signal);
	const cleaning = setInterval(
		() => void removeStaged(stagingDirectory, now()).catch(() => undefined),
		STAGED_MS / 6
	).unref();
	// Of a process that is gone, nothing is on its way any more, and a power cut may have left broken what has its name.
	await removeStaged(stagingDirectory, Number.POSITIVE_INFINITY);

	return {
		uuid,
		files,
		isShared: true,
		open,
		names,

		async create(name) {
			if (name === '') throw new TypeError('Not the name of a database.');
			const created = await create(name);
			if (created) tell(name, 'created');
			return created;
		},

		async drop(name) {
			const { status } = await client.json(client.database(name), { method: 'DELETE' });
			const isDropped = status === 200 || status === 202;
			if (isDropped) tell(name, 'deleted');
			return isDropped;
		},

		async erase(idsByDatabase) {
			for (const [name, ids] of idsByDatabase) await (await open(name))?.erase(ids);
		},

		onWrite(ring) {
			const listener = (database: string, event: DatabaseEvent) => ring(database, event);
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},

		async close() {
			closing.abort();
			secondBell?.stop();
			clearInterval(cleaning);
			await following;
			await Promise.allSettled(turns.values());
		}
	};
}

/** How many nodes keep a copy of each document. */
async function copiesIn(client: CouchdbClient): Promise<number> {
	const { json } = await client.json(client.database(HOME));
	return (json as { cluster?: { n: number } } | null)?.cluster?.n ?? 1;
}

async function ownRecord(client: CouchdbClient): Promise<{ uuid: string; epoch: string }> {
	const path = `${client.database(HOME)}/${OWN_ID}`;
	for (;;) {
		const there = await client.json(path);
		if (there.status === 200) return there.json as { uuid: string; epoch: string };
		const uuid = randomBytes(16).toString('hex');
		const epoch = randomBytes(5).readUIntBE(0, 5).toString(36).padStart(8, '0');
		const { status } = await client.json(path, { method: 'PUT', body: { uuid, epoch } });
		// Another server may have been faster.
		if (status !== 201 && status !== 202 && status !== 409) throw new DatabaseDropped(HOME);
	}
}

async function removeStaged(directory: string, nowMs: number): Promise<void> {
	for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const file = path.join(entry.parentPath, entry.name);
		const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: nowMs }));
		if (mtimeMs < nowMs - STAGED_MS) await rm(file, { force: true });
	}
}
