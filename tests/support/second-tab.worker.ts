import { documentsIn } from '#lib/storage/documents.ts';
import { openDatabase } from '#lib/storage/open-database.ts';
import { appendLetter } from './append-letter.ts';

/**
 * A realm of its own with the same databases, as another tab is. Told the account and the transaction it says `ready`;
 * it appends each letter that follows and then says `appended`; told `close` it closes its store and says `closed`.
 */
let append: ((letter: string) => Promise<void>) | undefined;
let close: (() => Promise<unknown>) | undefined;

self.onmessage = async ({ data }: MessageEvent<SecondTabOrder | string>) => {
	if (typeof data !== 'string') {
		const database = await openDatabase(data.account);
		const documents = documentsIn(database, { nowMs: () => Date.now() });
		append = (letter) => appendLetter(documents, data.transactionId, letter);
		close = () => database.close();
		self.postMessage('ready');
	} else if (data === 'close') {
		await close?.();
		self.postMessage('closed');
	} else {
		await append?.(data);
		self.postMessage('appended');
	}
};

export interface SecondTabOrder {
	account: { companyId: string; userId: string };
	transactionId: string;
}
