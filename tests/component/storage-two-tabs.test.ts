import { afterEach, expect, it } from 'vitest';
import { documentsIn } from '#lib/storage/documents.ts';
import { openDatabase, removeEverything } from '#lib/storage/open-database.ts';
import { appendLetter } from '../support/append-letter.ts';
import { until } from '../support/device.ts';
import { COMPANY, WORKER, aTransaction } from '../support/documents.ts';
import type { SecondTabOrder } from '../support/second-tab.worker.ts';

const ACCOUNT = { companyId: COMPANY, userId: WORKER };

afterEach(removeEverything);

it('loses no change when two tabs edit one document at the same time, and shows it in both', async () => {
	const documents = documentsIn(await openDatabase(ACCOUNT), { nowMs: () => Date.now() });
	const document = aTransaction(1, { purpose: '' });
	await documents.add(document);

	const tab = new Worker(new URL('../support/second-tab.worker.ts', import.meta.url), {
		type: 'module'
	});
	/** Tells the other tab something and waits for its answer. */
	const tell = (told: SecondTabOrder | string) =>
		new Promise<void>((resolve, reject) => {
			tab.onerror = ({ message }) => {
				reject(new Error(message));
			};
			tab.onmessage = () => {
				resolve();
			};
			tab.postMessage(told);
		});
	await tell({ account: ACCOUNT, transactionId: document._id });
	// One letter each at a time: on a machine where one tab runs ahead the two would never meet.
	for (let at = 0; at < 20; at += 1)
		await Promise.all([
			tell('ABCDEFGHIJKLMNOPQRST'.charAt(at)),
			appendLetter(documents, document._id, 'abcdefghijklmnopqrst'.charAt(at))
		]);
	await tell('close');
	tab.terminate();

	const stored = await until(
		documents.watch('transaction', document._id),
		(found) => found?.document.body.purpose.length === 40
	);
	const purpose = stored?.document.body.purpose ?? '';
	expect(purpose.replace(/[a-z]/g, '')).toBe('ABCDEFGHIJKLMNOPQRST');
	expect(purpose.replace(/[A-Z]/g, '')).toBe('abcdefghijklmnopqrst');
});
