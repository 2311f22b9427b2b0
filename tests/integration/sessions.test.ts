import { commands } from 'vitest/browser';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { removeEverything } from '#lib/storage/open-database.ts';
import { rememberSignedIn } from '#lib/storage/signed-in.ts';
import { createSessions, finishSigningOut } from '#lib/sync/sessions.ts';
import { aPicture, openDevice, until, type SignInCard } from '../support/device.ts';

let cards: SignInCard[];

const sessionsHere = (closeAccount: () => Promise<void> = () => Promise.resolve()) => {
	const memory = rememberSignedIn();
	return createSessions({
		memory,
		fetch: (...asked) => fetch(...asked),
		closeAccount,
		removeEverything
	});
};

beforeAll(async () => {
	cards = await commands.startOutlay();
});

afterEach(async () => {
	await removeEverything();
	await commands.startOutlay();
});

afterAll(async () => {
	await commands.removeOutlay();
});

describe('signing in', () => {
	it('is refused without saying which part was wrong', async () => {
		const sessions = sessionsHere();
		const { companyCode = '', workEmail = '', password = '' } = cards[0] ?? {};
		const wrongParts: [string, string, string][] = [
			['other', workEmail, password],
			[companyCode, 'nobody@nordlys.example', password],
			[companyCode, workEmail, 'wrong password']
		];
		for (const wrong of wrongParts) {
			expect(await sessions.signIn(...wrong)).toEqual({
				ok: false,
				refusal: { code: 'sign_in.refused' }
			});
		}
		expect(await sessions.signIn(companyCode, ' ', password)).toEqual({
			ok: false,
			refusal: { code: 'sign_in.incomplete' }
		});
	});

	it('says when the server is away', async () => {
		await commands.killOutlay();
		expect(await sessionsHere().signIn('nordlys', 'a@b.example', 'password')).toEqual({
			ok: false,
			refusal: { code: 'sign_in.unreachable' }
		});
	});

	it('is remembered without network, and leaves nothing behind when it ends', async () => {
		const { companyCode = '', workEmail = '', password = '' } = cards[1] ?? {};
		let close: () => Promise<void> = () => Promise.resolve();
		const sessions = sessionsHere(() => close());
		expect(await sessions.signIn(companyCode, workEmail, password)).toEqual({ ok: true });
		const me = await until(sessions.current, (view) => view !== null);
		if (me === null) throw new Error('nobody signed in');
		const device = await openDevice(me);
		close = () => device.close();
		await until(device.documents.watchNewest('setting', 5), (settings) => settings.length > 0);
		await device.draftExpense(await aPicture(50));

		await commands.killOutlay();
		expect(await until(sessionsHere().current, (view) => view !== null)).toEqual(me);

		await sessions.signOut();
		expect(await until(sessions.current, (view) => view === null)).toBeNull();
		const left = (await indexedDB.databases()).filter(({ name }) => name?.includes('outlay'));
		expect(left).toEqual([]);

		// Signed out without network: the server hears of it at the next start.
		await commands.startOutlay();
		expect((await fetch('/_outlay/session')).status).toBe(200);
		sessionsHere();
		await expect.poll(async () => (await fetch('/_outlay/session')).status).toBe(401);
	});

	describe('ended in a tab that was closed while it removed everything', () => {
		async function closedWhileRemoving(): Promise<SignInCard> {
			const [, , card] = cards;
			if (card === undefined) throw new Error('nobody to sign in');
			let close: () => Promise<void> = () => Promise.resolve();
			const sessions = createSessions({
				memory: rememberSignedIn(),
				fetch: (...asked) => fetch(...asked),
				closeAccount: () => close(),
				// A closed tab lets go of its locks, as one does that fails.
				removeEverything: () => Promise.reject(new Error('the tab was closed'))
			});
			const { companyCode, workEmail, password } = card;
			expect(await sessions.signIn(companyCode, workEmail, password)).toEqual({ ok: true });
			const me = await until(sessions.current, (view) => view !== null);
			if (me === null) throw new Error('nobody signed in');
			const device = await openDevice(me);
			close = () => device.close();
			await expect(sessions.signOut()).rejects.toThrow('the tab was closed');
			expect(await ourDatabases()).not.toEqual([]);
			return card;
		}

		it('is ended for good at the next start, once', async () => {
			await closedWhileRemoving();
			await finishSigningOut(removeEverything);
			expect(await ourDatabases()).toEqual([]);
			await finishSigningOut(() => Promise.reject(new Error('removed again')));
		});

		it('is ended for good before somebody signs in in another tab, and not after', async () => {
			const { companyCode, workEmail, password } = await closedWhileRemoving();
			const before: unknown[] = [];
			const sessions = createSessions({
				memory: rememberSignedIn(),
				fetch: async (...asked) => {
					before.push(...(await ourDatabases()));
					return fetch(...asked);
				},
				closeAccount: () => Promise.resolve(),
				removeEverything
			});
			expect(await sessions.signIn(companyCode, workEmail, password)).toEqual({ ok: true });
			expect(before).toEqual([]);
			await finishSigningOut(() => Promise.reject(new Error('what came after is removed')));
		});
	});
});

async function ourDatabases(): Promise<IDBDatabaseInfo[]> {
	return (await indexedDB.databases()).filter(({ name }) => name?.includes('outlay'));
}
