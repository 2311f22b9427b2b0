import { Dexie } from 'dexie';
import { THUMBNAIL_MAX_BYTES } from '@outlay/domain/receipt';
import type { UnreadUnsent } from '#lib/commands/unsent-ports.ts';
import { accountName, databasePrefix } from './account-name.ts';

/** What indexes need stays readable; the rest is sealed. */
interface ReadablePart {
	type?: unknown;
	unsentSinceMs?: unknown;
	state?: unknown;
	byteLength?: unknown;
}

/** Counts what the server never got and nobody can read here without the key: by type, which is no secret. */
export async function unreadUnsent(account: {
	companyId: string;
	userId: string;
}): Promise<UnreadUnsent> {
	const prefix = databasePrefix(accountName(account));
	const counts = new Map<string, number>();
	let newestAtMs: number | null = null;
	let smallCount = 0;
	for (const { name = '' } of await indexedDB.databases()) {
		const isDocuments = name.startsWith(prefix) && name.endsWith('--documents');
		if (!isDocuments && !(name.startsWith(prefix) && name.endsWith('--vault'))) continue;
		for (const row of await readableRows(name)) {
			const sinceMs = isDocuments ? Number(row.unsentSinceMs) : 0;
			const isUnsent = isDocuments ? sinceMs > 0 : row.state === 'pending';
			if (!isUnsent) continue;
			const type = isDocuments ? String(row.type) : 'photo';
			// A receipt's document goes with its photo; raw fixes go with their trip.
			if (type === 'receipt' || type === 'trace' || type === 'route') continue;
			if (type === 'photo' && Number(row.byteLength) <= THUMBNAIL_MAX_BYTES) smallCount += 1;
			else counts.set(type, (counts.get(type) ?? 0) + 1);
			if (isDocuments) newestAtMs = Math.max(newestAtMs ?? 0, sinceMs);
		}
	}
	// Which small picture is a thumbnail can't be read here; a larger photo has one at most.
	const largeCount = counts.get('photo') ?? 0;
	counts.set('photo', Math.max(largeCount, smallCount));
	const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
	return {
		total,
		entries: counts.get('transaction') ?? 0,
		submissions: counts.get('submission') ?? 0,
		photos: counts.get('photo') ?? 0,
		trips: counts.get('trip') ?? 0,
		newestAtMs
	};
}

async function readableRows(database: string): Promise<ReadablePart[]> {
	const dexie = new Dexie(database);
	try {
		await dexie.open();
		return dexie.tables.some(({ name }) => name === 'docs')
			? ((await dexie.table('docs').toArray()) as ReadablePart[])
			: [];
	} finally {
		dexie.close();
	}
}
