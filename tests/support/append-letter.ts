import type { Documents } from '#lib/commands/ports.ts';

/** Appends a letter to an expense's purpose, as a change of its own. */
export async function appendLetter(
	documents: Documents,
	transactionId: string,
	letter: string
): Promise<void> {
	await documents.edit('transaction', transactionId, (document) => ({
		...document,
		body: { ...document.body, purpose: document.body.purpose + letter }
	}));
}
