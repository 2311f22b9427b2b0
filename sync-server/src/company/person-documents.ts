import { DOCUMENT_VERSIONS } from '@outlay/domain/documents';
import type { Person } from '@outlay/domain/person';
import type { Account } from './accounts.ts';

/**
 * Whose `person` documents belong in whose mailbox: one's own, one's approver's, those of the people one approves;
 * finance reads everybody's.
 */
export function personDocumentsOf(people: readonly Account[]): Map<string, Person[]> {
	return new Map(
		people.map((reader) => [
			reader.userId,
			people
				.filter(
					(other) =>
						other.userId === reader.userId ||
						other.userId === reader.person.approverId ||
						other.person.approverId === reader.userId ||
						reader.person.roles.includes('finance')
				)
				.map(personDocument)
		])
	);
}

function personDocument(account: Account): Person {
	return {
		_id: `person:${account.userId}`,
		type: 'person',
		schema: DOCUMENT_VERSIONS.person,
		companyId: account.companyId,
		ownerId: account.userId,
		createdAt: account.createdAt,
		updatedAt: account.updatedAt,
		body: account.person
	};
}
