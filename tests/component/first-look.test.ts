import { afterEach, describe, expect, it, vi } from 'vitest';
import { accountAhead } from '#lib/account-ahead.ts';
import type { Account } from '#lib/commands/app.ts';
import { createIdentities } from '#lib/device/identities.ts';
import { databasePrefix, lockName } from '#lib/storage/account-name.ts';
import { documentsIn } from '#lib/storage/documents.ts';
import { lookAhead, type FirstLook } from '#lib/storage/first-look.ts';
import { openDatabase, removeEverything } from '#lib/storage/open-database.ts';
import { PasscodeKey } from '#lib/storage/passcode-key.ts';
import { createStretch } from '#lib/workers/passcode-client.ts';
import { until } from '../support/device.ts';
import { COMPANY, WORKER, aTransaction } from '../support/documents.ts';
import { ACCOUNT_NAME, StartedApp } from '../support/started-app.ts';

const ACCOUNT = { companyId: COMPANY, userId: WORKER };
const clock = { nowMs: () => 1_700_000_000_000 };

async function withStored<T>(use: (stored: ReturnType<typeof documentsIn>) => Promise<T>) {
	const database = await openDatabase(ACCOUNT);
	const done = await use(documentsIn(database, clock));
	await database.close();
	return done;
}

async function looked(dataKey: CryptoKey | null = null): Promise<FirstLook> {
	const look = await lookAhead(ACCOUNT, dataKey);
	if (look === null) throw new Error('nothing to look at');
	return look;
}

describe('the first look', () => {
	afterEach(() => removeEverything());

	it('sees what the store shows: newest first, drafts and edits, nothing deleted', async () => {
		const shown = await withStored(async (documents) => {
			for (let n = 1; n <= 12; n++) await documents.add(aTransaction(n));
			for (let n = 5; n <= 12; n++) await documents.remove('transaction', aTransaction(n)._id);
			await documents.edit('transaction', aTransaction(4)._id, (document) => ({
				...document,
				body: { ...document.body, purpose: 'edited' }
			}));
			return until(documents.watchNewest('transaction', 3), (list) => list.length === 3);
		});
		const look = await looked();
		const seen = await look.newest('transaction', 3);
		expect(seen).toEqual(shown);
		expect(seen?.map(({ document }) => document._id)).toEqual(
			[4, 3, 2].map((n) => aTransaction(n)._id)
		);
		expect(seen?.[0]?.document.body.purpose).toBe('edited');
		expect(await look.newest('case', 3)).toEqual([]);

		expect((await look.one('transaction', aTransaction(2)._id))?.document).toEqual(aTransaction(2));
		expect(await look.one('transaction', aTransaction(9)._id)).toBeNull();
		expect(await look.one('transaction', aTransaction(99)._id)).toBeNull();
	});

	it('has what the first screen asks for begun: the first who asks gets it, who comes later what is there then', async () => {
		await withStored((documents) => documents.add(aTransaction(1)));
		const look = await looked();
		look.begin();
		expect(await look.newest('case', 1)).toEqual([]);
		await withStored((documents) => documents.add(aTransaction(2)));
		const idsOf = async (limit: number) =>
			(await look.newest('transaction', limit))?.map(({ document }) => document._id);
		const [first, second] = [aTransaction(1)._id, aTransaction(2)._id];
		expect(await idsOf(1)).toEqual([first]);
		expect(await idsOf(2)).toEqual([second, first]);
		look.begin();
		// More than was begun with.
		expect(await idsOf(1000)).toEqual([second, first]);
	});

	it('makes nothing where nothing is stored', async () => {
		expect(await lookAhead(ACCOUNT, null)).toBeNull();
		const names = (await indexedDB.databases()).map(({ name }) => name);
		expect(names.filter((name) => name?.startsWith(databasePrefix(ACCOUNT_NAME)))).toEqual([]);
	});

	it('leaves the data of another version alone', async () => {
		await withStored((documents) => documents.add(aTransaction(1)));
		await new Promise((resolve) => {
			const newer = indexedDB.open(`${databasePrefix(ACCOUNT_NAME)}99--documents`);
			newer.onsuccess = () => {
				newer.result.close();
				resolve(null);
			};
		});
		expect(await lookAhead(ACCOUNT, null)).toBeNull();
	});

	it('sees nothing while another tab has the data to itself', async () => {
		await withStored((documents) => documents.add(aTransaction(1)));
		const look = await looked();
		await navigator.locks.request(lockName(ACCOUNT_NAME), async () => {
			expect(await look.newest('transaction', 1)).toBeNull();
			expect(await look.one('transaction', aTransaction(1)._id)).toBeUndefined();
			expect(await lookAhead(ACCOUNT, null)).toBeNull();
		});
		expect(await look.newest('transaction', 1)).toHaveLength(1);
	});

	it('needs the key where a passcode guards the data', async () => {
		await withStored((documents) => documents.add(aTransaction(1)));
		const passcode = new PasscodeKey(ACCOUNT_NAME, createStretch(), () => Date.now());
		await passcode.set(null, 'seven green tractors');
		expect(await lookAhead(ACCOUNT, null)).toBeNull();
		const opened = await passcode.unlock('seven green tractors');
		if (!opened.ok) throw new Error(opened.refusal.code);
		expect(await (await looked(opened.value)).newest('transaction', 1)).toHaveLength(1);
		// Of other data: it sees nothing, and the store will say why.
		const other = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
			'encrypt',
			'decrypt'
		]);
		expect(await (await looked(other)).newest('transaction', 1)).toBeNull();
	});
});

describe('an account that is shown before it is open', () => {
	const started = new StartedApp();
	afterEach(() => started.signOut());

	it('shows what is stored, then what changes; what is saved waits until it is open', async () => {
		const whole = await started.openAccount();
		const id = whole.deeds.newTransactionId();
		await whole.deeds.saveExpense(id, { merchant: 'Stark' });
		const opening = Promise.withResolvers<Account>();
		const { account, wanted, settled } = accountAhead({
			me: whole.me,
			look: await looked(),
			identities: createIdentities(),
			protection: whole.protection,
			opening: () => opening.promise
		});
		const shown: string[][] = [];
		const stop = account.documents.watchNewest('transaction', 40).subscribe((list) => {
			shown.push(
				list.map(({ document: { body } }) => (body.kind === 'expense' ? body.merchant : ''))
			);
		});
		await expect.poll(() => shown).toEqual([['Stark']]);
		await wanted;

		let isSaved = false;
		const saving = account.deeds.saveExpense(id, { merchant: 'Bauhaus' }).then((done) => {
			isSaved = true;
			return done;
		});
		expect(account.deeds.newTransactionId()).not.toBe(id);
		const entry = await until(account.documents.watch('transaction', id), () => true);
		expect(entry?.document.body).toMatchObject({ merchant: 'Stark' });
		expect(isSaved).toBe(false);
		expect(shown).toEqual([['Stark']]);

		opening.resolve(whole);
		await settled();
		expect(isSaved).toBe(true);
		expect(await saving).toMatchObject({ ok: true });
		await expect.poll(() => shown.at(-1)).toEqual(['Bauhaus']);
		// Nothing jumped: no list was ever empty.
		expect(shown.every((list) => list.length === 1)).toBe(true);
		stop();
	});

	it('asks for the rest once all that the list shows was read, not after its first part', async () => {
		const whole = await started.openAccount();
		await whole.deeds.saveExpense(whole.deeds.newTransactionId(), { merchant: 'Stark' });
		const look = await looked();
		const cases = Promise.withResolvers<void>();
		// No patience: what is seen is not how long something took.
		vi.useFakeTimers({ toFake: ['setTimeout'] });
		try {
			const { account, wanted } = accountAhead({
				me: whole.me,
				look: {
					...look,
					async newest(type, limit) {
						if (type === 'case') await cases.promise;
						return look.newest(type, limit);
					}
				},
				identities: createIdentities(),
				protection: whole.protection,
				opening: () => Promise.withResolvers<Account>().promise
			});
			let isWanted = false;
			const asked = wanted.then(() => (isWanted = true));
			const stops = [account.documents.watchNewest('case', 80).subscribe(() => undefined)];
			await new Promise<void>((resolve) => {
				const run = () => {
					resolve();
				};
				stops.push(account.documents.watchNewest('transaction', 40).subscribe(run));
			});
			for (let n = 0; n < 4; n += 1) await new Promise(requestAnimationFrame);
			expect(isWanted).toBe(false);
			cases.resolve();
			await asked;
			stops.forEach((stop) => {
				stop();
			});
		} finally {
			vi.useRealTimers();
		}
	});

	it('saves nothing where it can not be opened', async () => {
		const whole = await started.openAccount();
		const id = whole.deeds.newTransactionId();
		await whole.deeds.saveExpense(id, { merchant: 'Stark' });
		const { account } = accountAhead({
			me: whole.me,
			look: await looked(),
			identities: createIdentities(),
			protection: whole.protection,
			opening: () => Promise.reject(new Error('not opened'))
		});
		await expect(account.deeds.saveExpense(id, { merchant: 'Bauhaus' })).rejects.toThrow(
			'not opened'
		);
		expect(await (await looked()).one('transaction', id)).toMatchObject({
			document: { body: { merchant: 'Stark' } }
		});
	});
});
