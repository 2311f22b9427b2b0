import { commands } from 'vitest/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { documentId } from '@outlay/domain/identifiers';
import { decide } from '#lib/commands/decide.ts';
import { saveMileage } from '#lib/commands/save-mileage.ts';
import { submit } from '#lib/commands/submit.ts';
import { removeEverything } from '#lib/storage/open-database.ts';
import { openDevice, signInHere, until, untilSent, type Device } from '../support/device.ts';

/* Denmark 2026: 3.94 a kilometre up to 20,000 in a year, 2.28 above. What the phone says, the server has to take. */

const open: Device[] = [];

afterAll(async () => {
	for (const device of open) await device.close();
	await removeEverything();
	await commands.removeOutlay();
});

beforeAll(async () => {
	await commands.startOutlay();
});

async function drive({ context, me }: Device, km: number): Promise<string> {
	const id = documentId('transaction', me.userId, context.identities.ulid());
	const saved = await saveMileage(context, id, {
		...{ from: 'Odense', to: 'Kolding', purpose: 'Pump service' },
		...{ drivenOn: '2026-11-20', country: 'DK', distanceM: km * 1000 }
	});
	expect(saved.ok).toBe(true);
	return id;
}

async function submitted({ context, documents }: Device, id: string) {
	const done = await submit(context, id);
	if (!done.ok) throw new Error(done.refusal.code);
	const { amountMinor, yearBeforeM } = (await documents.get('submission', done.value))!.document
		.body;
	return { id: done.value, amountMinor, yearBeforeM };
}

/** The server has all of it and refused nothing. */
async function taken({ sync }: Device): Promise<void> {
	const left = await until(
		sync.queue,
		(queue) => queue.length === 0 || queue.some(({ refusal }) => refusal !== null)
	);
	expect(left).toEqual([]);
}

it('pays less above the limit, the same on phone and server, and a declined drive makes room again', async () => {
	const cards = await commands.startOutlay();
	const cardOf = (name: string) =>
		cards.find(({ workEmail }) => workEmail.startsWith(`${name}.`)) ?? cards[0]!;
	const worker = await openDevice(await signInHere(cardOf('jonas')));
	open.push(worker);
	await until(worker.documents.watchNewest('setting', 500), (settings) =>
		settings.some(({ document }) => document.body.name === 'mileage-rates')
	);

	expect(await submitted(worker, await drive(worker, 9_995))).toMatchObject({ yearBeforeM: 0 });
	const second = await drive(worker, 10_000);
	const declined = await submitted(worker, second);
	expect(declined).toMatchObject({ amountMinor: 3_940_000, yearBeforeM: 9_995_000 });
	const crossing = await submitted(worker, await drive(worker, 10));
	expect(crossing).toMatchObject({ amountMinor: 5 * 394 + 5 * 228, yearBeforeM: 19_995_000 });
	expect(await submitted(worker, await drive(worker, 10))).toMatchObject({ amountMinor: 2280 });
	await taken(worker);
	await worker.close();
	open.pop();

	const manager = await openDevice(await signInHere(cardOf('mette')));
	open.push(manager);
	await until(manager.documents.watch('submission', declined.id), (found) => found !== null);
	expect(await decide(manager.context, declined.id, 'decline', 'Wrong car', [])).toMatchObject({
		ok: true
	});
	await untilSent(manager);
	await manager.close();
	open.pop();

	const again = await openDevice(await signInHere(cardOf('jonas')));
	open.push(again);
	await until(
		again.documents.watch('case', second.replace('transaction', 'case')),
		(found) => found?.document.body.state === 'declined'
	);
	expect(await submitted(again, await drive(again, 10))).toMatchObject({
		...{ amountMinor: 3940, yearBeforeM: 10_000_000 }
	});
	// What is declined and submitted again is counted once more, at once.
	const other = await saveMileage(again.context, second, { distanceM: 9_000_000 });
	expect(other.ok).toBe(true);
	expect(await submitted(again, second)).toMatchObject({ yearBeforeM: 10_010_000 });
	expect(await submitted(again, await drive(again, 10))).toMatchObject({ yearBeforeM: 19_010_000 });
	await taken(again);
});
