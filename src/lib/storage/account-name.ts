/** What the names of all databases of accounts begin with. */
export const NAME_PREFIX = 'outlay-';

/** What everything an account has on this device is named after. */
export function accountName({ companyId, userId }: { companyId: string; userId: string }): string {
	return `${NAME_PREFIX}${companyId}-${userId}`;
}

/** The Web Lock every tab holds, shared, while an account's database is open. */
export function lockName(name: string): string {
	return `${name}-open`;
}

/** What the names of an account's IndexedDB databases begin with. */
export function databasePrefix(name: string): string {
	return `rxdb-dexie-${name}--`;
}
