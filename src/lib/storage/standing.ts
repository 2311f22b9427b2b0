import { databasePrefix } from './account-name.ts';

/** How what an account has on this device stands to the schemas of an app. */
export type Standing = 'absent' | 'fits' | 'older' | 'newer';

/** Schema versions by collection. */
export type Versions = Readonly<Record<string, number>>;

/**
 * Reads it from the names of the databases: `rxdb-dexie-<name>--<version>--<collection>`. Older and newer ones side by
 * side are a migration that was cut off: it is still to be finished.
 */
export async function standingOf(name: string, versions: Versions): Promise<Standing> {
	const stored = await storedVersions(name, versions);
	if (stored.length === 0) return 'absent';
	if (stored.some(({ collection, version }) => version > (versions[collection] ?? version))) {
		return 'newer';
	}
	return stored.some(({ collection, version }) => version < (versions[collection] ?? version))
		? 'older'
		: 'fits';
}

/** The databases of an account's collections. */
export async function storedVersions(
	name: string,
	versions: Versions
): Promise<{ database: string; collection: string; version: number }[]> {
	const prefix = databasePrefix(name);
	return (await indexedDB.databases()).flatMap(({ name: database }) => {
		if (database === undefined || !database.startsWith(prefix)) return [];
		const [version = '', collection = ''] = database.slice(prefix.length).split('--');
		return collection in versions ? [{ database, collection, version: Number(version) }] : [];
	});
}
