import { commands } from 'vitest/browser';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { SignedIn } from '#lib/commands/ports.ts';
import { removeEverything } from '#lib/storage/open-database.ts';
import {
	openDevice,
	signInHere,
	until,
	type Device,
	type Fetch,
	type SignInCard
} from './device.ts';

export type ServerDocument = Record<string, unknown>;

/**
 * A field worker of the demo company on the real server: devices of theirs on the real store of this browser, and the
 * server's databases as the administrator sees them. Each test of the file begins with the server up, nobody's data in the
 * browser, and the worker signed in.
 */
export function oneWorker() {
	let card: SignInCard;
	let me: SignedIn;
	let manager: SignedIn;
	let open: Device[] = [];

	beforeAll(async () => {
		const cards = await commands.startOutlay();
		const [first] = cards;
		const last = cards.find(({ workEmail }) => workEmail.startsWith('mette.'));
		if (first === undefined || last === undefined) throw new Error('no sign-ins');
		card = first;
		manager = await signInHere(last);
		me = await signInHere(card);
	});

	afterEach(async () => {
		for (const opened of open) await opened.close();
		open = [];
		await removeEverything();
		await commands.standBehindPortal(null);
		await commands.startOutlay();
		await signInHere(card);
	});

	afterAll(() => commands.removeOutlay());

	const addressOf = (id: string) => `/${me.databases.mailbox}/${encodeURIComponent(id)}`;
	/** Null while the server is away, and for what it does not have. */
	const documentIn = async (database: string, id: string): Promise<ServerDocument | null> => {
		const found = (await commands.askOutlay(
			`/${database}/${encodeURIComponent(id)}`
		)) as ServerDocument | null;
		return found === null || 'error' in found ? null : found;
	};

	return {
		/** What the worker signs in with. */
		get card() {
			return card;
		},
		get me() {
			return me;
		},
		get manager() {
			return manager;
		},
		documentIn,
		/** Of the worker's mailbox. */
		serverDocument: (id: string) => documentIn(me.databases.mailbox, id),
		/** Closed after the test. */
		async device(fetch?: Fetch): Promise<Device> {
			const opened = await openDevice(me, fetch ? { fetch } : {});
			open.push(opened);
			return opened;
		},
		/** A device that has the settings, so that a draft can be made without signal. */
		async readyDevice(fetch?: Fetch): Promise<Device> {
			const worker = await this.device(fetch);
			await until(worker.documents.watchNewest('setting', 10), (settings) => settings.length > 0);
			await until(worker.sync.status, ({ state }) => state === 'up-to-date');
			return worker;
		},
		signInAgain: () => signInHere(card),
		/** Starts the killed server, and the person taps: waiting for the next attempt is another test's affair. */
		async startServer(): Promise<void> {
			await commands.startOutlay();
			for (const { sync } of open) sync.wake();
		},
		/** What another device of the same person does, past this page's store. */
		async editElsewhere(id: string, change: ServerDocument): Promise<void> {
			const document = (await (await fetch(addressOf(id))).json()) as { body: ServerDocument };
			const response = await fetch(addressOf(id), {
				method: 'PUT',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ ...document, body: { ...document.body, ...change } })
			});
			expect(response.status).toBe(201);
		},
		async removeElsewhere(id: string): Promise<void> {
			const { _rev } = (await (await fetch(addressOf(id))).json()) as { _rev: string };
			const response = await fetch(`${addressOf(id)}?rev=${_rev}`, { method: 'DELETE' });
			expect(response.status).toBe(200);
		},
		/** As the company does: for good, and nobody's write brings it back. */
		async removeForGood(id: string): Promise<void> {
			const { _rev } = (await commands.askOutlay(addressOf(id))) as { _rev: string };
			const answer = await commands.askOutlay(addressOf(id), {
				method: 'PUT',
				body: JSON.stringify({ _id: id, _rev, _deleted: true, removal: 'erased' })
			});
			expect(answer).toMatchObject({ ok: true });
		},
		/** Of the mailbox, as its changes list them. */
		async idsAsTheyArrived(): Promise<string[]> {
			const { results } = (await commands.askOutlay(`/${me.databases.mailbox}/_changes`)) as {
				results: { id: string }[];
			};
			return results.map(({ id }) => id);
		}
	};
}

/** A link that keeps what a device wants to send back from `hold` to `release`. */
export function heldLink(): { fetch: Fetch; hold: () => void; release: () => void } {
	let holding = Promise.resolve();
	let release: () => void = () => undefined;
	return {
		async fetch(...asked) {
			if (isPush(asked[0])) await holding;
			return fetch(...asked);
		},
		hold() {
			holding = new Promise((resolve) => (release = resolve));
		},
		release() {
			release();
		}
	};
}

export function isPush(asked: Parameters<Fetch>[0]): boolean {
	return addressOf(asked).includes('_bulk_docs');
}

export function addressOf(asked: Parameters<Fetch>[0]): string {
	return asked instanceof Request ? asked.url : String(asked);
}

export async function receiptIdsOf(device: Device, transactionId: string): Promise<string[]> {
	const body = (await device.documents.get('transaction', transactionId))?.document.body;
	return body?.kind === 'expense' ? body.receiptIds : [];
}

export async function keptOf(device: Device) {
	const kept = await until(device.documents.watchNewest('kept', 100), () => true);
	return kept.map(({ document }) => document);
}
