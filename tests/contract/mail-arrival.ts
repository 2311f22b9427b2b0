import { expect, vi } from 'vitest';
import type { Case } from '@outlay/domain/case';
import { caseIdOf } from '@outlay/domain/identifiers';
import { sha256Of, type TestPerson } from '../support/test-person.ts';

/** Waits until it is there, and gives it. */
export function arrival<T = Record<string, unknown>>(
	person: TestPerson,
	id: string,
	database = person.mailbox
): Promise<T> {
	return vi.waitFor(
		async () => {
			const found = await person.read(id, database);
			expect(found).not.toBeNull();
			return found as T;
		},
		{ timeout: 60_000, interval: 20 }
	);
}

/** Waits until the owner's case of a transaction says so. */
export function caseSays(
	person: TestPerson,
	subjectId: string,
	expected: Partial<Case['body']>,
	database = person.mailbox
): Promise<Case> {
	return vi.waitFor(
		async () => {
			const found = (await person.read(caseIdOf(subjectId), database)) as Case | null;
			expect(found?.body).toMatchObject(expected);
			return found as Case;
		},
		{ timeout: 60_000, interval: 20 }
	);
}

/** The hash of a picture's bytes, as somebody reads them. */
export async function pictureIn(
	person: TestPerson,
	blobId: string,
	database: string
): Promise<string> {
	const answer = await fetch(`${person.url}/${database}/${blobId}/data`, {
		headers: { cookie: person.cookie }
	});
	expect(answer.status).toBe(200);
	return sha256Of(new Uint8Array(await answer.arrayBuffer()));
}
