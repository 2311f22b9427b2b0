import { commands } from 'vitest/browser';
import { expect, it } from 'vitest';
import { aPicture, until, untilSent } from '../support/device.ts';
import { addressOf, oneWorker } from '../support/one-worker.ts';

const jonas = oneWorker();

it('that lost what was sent, and has what others made of less, takes nothing of it from the person', async () => {
	// The edit is offered before anything of the server is read.
	let reading = Promise.resolve();
	let letRead: () => void = () => undefined;
	const worker = await jonas.device(async (...asked) => {
		const address = addressOf(asked[0]);
		if (address.includes('_changes')) await reading;
		return fetch(...asked);
	});
	await until(worker.documents.watchNewest('setting', 1), ([setting]) => setting !== undefined);
	const id = await worker.draftExpense(await aPicture(40), 'ours');
	await untilSent(worker);
	reading = new Promise((resolve) => (letRead = resolve));

	const address = `/${jonas.me.databases.mailbox}/${encodeURIComponent(id)}`;
	const sent = (await commands.askOutlay(address)) as {
		_rev: string;
		body: Record<string, unknown>;
	};
	const generation = Number.parseInt(sent._rev);
	const purged = { [id]: [sent._rev] };
	const ask = (path: string, body: object) =>
		commands.askOutlay(`/${jonas.me.databases.mailbox}/${path}`, {
			method: 'POST',
			body: JSON.stringify(body)
		});
	expect(await ask('_purge', purged)).toMatchObject({ purged });
	const ids = Array.from({ length: generation + 3 }, (_, n) => String(n).padStart(32, 'e'));
	const theirs = {
		...sent,
		_attachments: undefined,
		_rev: `${String(ids.length)}-${String(ids[0])}`,
		_revisions: { start: ids.length, ids },
		body: { ...sent.body, merchant: 'theirs' }
	};
	expect(await ask('_bulk_docs', { docs: [theirs], new_edits: false })).toEqual([]);

	await worker.save(id, { purpose: 'edited since' });
	await untilSent(worker);
	letRead();
	const found = (await commands.askOutlay(address)) as { body: Record<string, unknown> };
	expect(found.body).toMatchObject({ merchant: 'ours', purpose: 'edited since' });
	const [kept] = await until(worker.documents.watchNewest('kept', 10), ({ length }) => length > 0);
	expect(kept?.document.body).toMatchObject({ documentId: id, lost: { merchant: 'theirs' } });
});

it('is noticed by a device that had just begun: it sends nothing before it has read a first page', async () => {
	const order: string[] = [];
	let letRead: () => void = () => undefined;
	const reading = new Promise<void>((resolve) => (letRead = resolve));
	const worker = await jonas.device(async (...asked) => {
		const address = addressOf(asked[0]);
		const isOfMailbox = address.includes(jonas.me.databases.mailbox);
		if (isOfMailbox && address.includes('_bulk_docs')) order.push('sent');
		if (isOfMailbox && address.includes('_changes')) await reading;
		const answer = await fetch(...asked);
		if (isOfMailbox && address.includes('_changes')) order.push('read');
		return answer;
	});
	await until(worker.documents.watchNewest('setting', 1), ([setting]) => setting !== undefined);
	await worker.draftExpense(await aPicture(40));
	await until(worker.sync.status, (now) => now.state === 'sending' && now.unsentCount === 1);
	worker.sync.wake();
	// As long as it takes to ask the server something else.
	for (let n = 0; n < 5; n++) await fetch('/_outlay/session');
	expect(order).toEqual([]);
	letRead();
	await untilSent(worker);
	expect(order[0]).toBe('read');
});
