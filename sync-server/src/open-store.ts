import path from 'node:path';
import { claimData, type Claim } from './claim-data.ts';
import { CompanyStores } from './company/company-stores.ts';
import type { Config, StorePlace } from './config.ts';
import { openCouchdbStore } from './store/couchdb/open-couchdb-store.ts';
import type { DocumentStore } from './store/document-store.ts';
import { openLmdbStore } from './store/lmdb/open-lmdb-store.ts';

/**
 * Opens the store, or stores, a server is configured with. Throws what the stores throw: `FolderUnusable`,
 * `StoreUnreachable`, `DataInUse`.
 *
 * @param claim of the data directory, where this process has it.
 */
export async function openStore(
	config: Pick<Config, 'dataDirectory' | 'erasureJournal' | 'home' | 'stores'>,
	claim?: Claim
): Promise<DocumentStore> {
	const data = config.dataDirectory;
	const home = await openOne(config.home, data, claim, config.erasureJournal);
	if (config.stores.size === 0) return home;
	const named = new Map<string, DocumentStore>();
	const claims: Claim[] = [];
	for (const [name, place] of config.stores) {
		const directory = path.join(data, 'stores', name);
		const own = await claimData(directory);
		claims.push(own);
		named.set(name, await openOne(place, directory, own, null));
	}
	return new CompanyStores(home, named, async () => {
		await Promise.all(claims.map((each) => each.giveBack()));
	});
}

function openOne(
	place: StorePlace,
	directory: string,
	claim: Claim | undefined,
	erasureJournal: string | null
): Promise<DocumentStore> {
	if (place.kind === 'couchdb') {
		const stagingDirectory = path.join(directory, 'staged');
		return openCouchdbStore({ url: place.url, stagingDirectory });
	}
	return openLmdbStore(directory, {
		...(claim ? { isBackedUp: () => claim.isBackedUp() } : {}),
		...(erasureJournal === null ? {} : { erasureJournal })
	});
}
