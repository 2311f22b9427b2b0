import type { Documents } from '#lib/commands/ports.ts';

/** Appends letters to an expense's purpose, each in a change of its own. */
export async function appendEach(
	documents: Documents,
	transactionId: string,
	letters: string
): Promise<void> {
	for (const letter of letters) {
		await documents.edit('transaction', transactionId, (document) => ({
			...document,
			body: { ...document.body, purpose: document.body.purpose + letter }
		}));
	}
}
