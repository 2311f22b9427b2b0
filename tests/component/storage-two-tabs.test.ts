import { afterEach, expect, it } from 'vitest';
import { documentsIn } from '#lib/storage/documents.ts';
import { openDatabase, removeEverything } from '#lib/storage/open-database.ts';
import { appendEach } from '../support/append-each.ts';
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
	const said = (word: string) =>
		new Promise<void>((resolve, reject) => {
			tab.addEventListener('error', ({ message }) => {
				reject(new Error(message));
			});
			tab.addEventListener('message', ({ data }) => {
				if (data === word) resolve();
			});
		});
	const order: SecondTabOrder = {
		account: ACCOUNT,
		transactionId: document._id,
		letters: 'ABCDEFGHIJKLMNOPQRST'
	};
	const [ready, done] = [said('ready'), said('done')];
	tab.postMessage(order);
	await ready;
	await appendEach(documents, document._id, 'abcdefghijklmnopqrst');
	await done;
	tab.terminate();

	const stored = await until(
		documents.watch('transaction', document._id),
		(found) => found?.document.body.purpose.length === 40
	);
	const purpose = stored?.document.body.purpose ?? '';
	expect(purpose.replace(/[a-z]/g, '')).toBe(order.letters);
	expect(purpose.replace(/[A-Z]/g, '')).toBe('abcdefghijklmnopqrst');
	// The two really met.
	expect(purpose).not.toMatch(/^([a-z]+[A-Z]+|[A-Z]+[a-z]+)$/);
});
