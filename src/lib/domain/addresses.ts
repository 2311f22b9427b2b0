import { OPAQUE_ID } from './identifiers.ts';

/** The databases of a company. Names hold opaque ids only, so a hyphen always separates. */
export type DatabaseAddress =
	| { kind: 'mailbox'; companyId: string; userId: string }
	| { kind: 'settings'; companyId: string }
	| { kind: 'ledger'; companyId: string };

/** Throws a TypeError for ids that are not opaque: they would name another database. */
export function databaseName(address: DatabaseAddress): string {
	const parts =
		address.kind === 'mailbox'
			? [address.kind, address.companyId, address.userId]
			: [address.kind, address.companyId];
	if (!parts.slice(1).every((part) => OPAQUE_ID.test(part))) {
		throw new TypeError('company and user ids match [a-z0-9]{1,26}');
	}
	return parts.join('-');
}

/** Null when the name is none of a company's databases. */
export function parseDatabaseName(name: string): DatabaseAddress | null {
	const [kind, companyId, userId, ...more] = name.split('-');
	if (companyId === undefined || !OPAQUE_ID.test(companyId) || more.length > 0) return null;
	if (kind === 'mailbox') {
		return userId !== undefined && OPAQUE_ID.test(userId) ? { kind, companyId, userId } : null;
	}
	if (userId !== undefined) return null;
	return kind === 'settings' || kind === 'ledger' ? { kind, companyId } : null;
}
