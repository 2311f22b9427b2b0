import { documentsIn } from '#lib/storage/documents.ts';
import { openDatabase } from '#lib/storage/open-database.ts';
import { appendEach } from './append-each.ts';

/** A realm of its own with the same databases, as another tab is. Told the letters, it appends them and says so. */
self.onmessage = async ({ data }: MessageEvent<SecondTabOrder>) => {
	const database = await openDatabase(data.account);
	const documents = documentsIn(database, { nowMs: () => Date.now() });
	self.postMessage('ready');
	await appendEach(documents, data.transactionId, data.letters);
	await database.close();
	self.postMessage('done');
};

export interface SecondTabOrder {
	account: { companyId: string; userId: string };
	transactionId: string;
	letters: string;
}
