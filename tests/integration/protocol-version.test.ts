import { afterEach, expect, it, vi } from 'vitest';
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '@outlay/domain/session-view';
import { removeEverything } from '#lib/storage/open-database.ts';
import { rememberSignedIn } from '#lib/storage/signed-in.ts';
import { OtherVersion } from '#lib/sync/protocol-version.ts';
import { createSessions } from '#lib/sync/sessions.ts';
import { uploadByXhr } from '#lib/sync/upload.ts';
import { aPicture, until, untilSent, type Fetch } from '../support/device.ts';
import { oneWorker } from '../support/one-worker.ts';

const jonas = oneWorker();

afterEach(() => {
	vi.restoreAllMocks();
});

it('goes on locally beside a newer server and takes nothing of it, until the versions fit', async () => {
	const server = serverOfVersion(PROTOCOL_VERSION);
	const device = await jonas.readyDevice(server.fetch);

	// The server is updated under the running app: the open poll and every later answer say so.
	server.version = PROTOCOL_VERSION + 1;
	device.sync.wake();
	const id = await device.draftExpense(await aPicture(50));
	const status = await until(device.sync.status, ({ state }) => state === 'app-too-old');
	expect('unsentCount' in status && status.unsentCount).toBeGreaterThan(0);
	await device.save(id, { purpose: 'still working' });
	expect((await device.documents.get('transaction', id))?.unsentSinceMs).not.toBeNull();

	server.version = PROTOCOL_VERSION;
	device.sync.wake();
	await untilSent(device);
	const stored = await jonas.serverDocument(id);
	expect(stored?.['body']).toMatchObject({ purpose: 'still working' });
});

it('says when the server is the older one, and pulls nothing from it', async () => {
	const server = serverOfVersion(PROTOCOL_VERSION - 1);
	const device = await jonas.device(server.fetch);
	await until(device.sync.status, ({ state }) => state === 'server-too-old');
	expect(await until(device.documents.watchNewest('setting', 10), () => true)).toEqual([]);
	expect(server.paths).toEqual(['/_outlay/session']);
});

it('refuses a first sign-in to a server of another version', async () => {
	const sessions = createSessions({
		memory: rememberSignedIn(),
		fetch: serverOfVersion(PROTOCOL_VERSION + 1).fetch,
		closeAccount: () => Promise.resolve(),
		removeEverything
	});
	const { companyCode, workEmail, password } = jonas.card;
	expect(await sessions.signIn(companyCode, workEmail, password)).toEqual({
		ok: false,
		refusal: { code: 'sign_in.other_version' }
	});
});

it('a request of an app of another version is refused before anything of it is read', async () => {
	const response = await fetch(`/${jonas.me.databases.mailbox}/_bulk_docs`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', [PROTOCOL_HEADER]: '2' },
		body: JSON.stringify({ docs: [{ _id: `transaction:${jonas.me.userId}:${'0'.repeat(26)}` }] })
	});
	expect(response.status).toBe(426);
	expect(response.headers.get(PROTOCOL_HEADER)).toBe(String(PROTOCOL_VERSION));
	expect(await response.json()).toEqual({ code: 'protocol.other_version' });
	const found = await fetch(`/${jonas.me.databases.mailbox}/_all_docs`, {
		headers: { accept: 'application/json' }
	});
	expect(found.status).toBe(200);
	expect(await found.text()).not.toContain('0'.repeat(26));
});

it('hears the version with each picture too, and one it does not speak is no refusal of the picture', async () => {
	const { mailbox } = jonas.me.databases;
	const picture = await aPicture(50);
	const send = () =>
		uploadByXhr(
			`/${mailbox}/blob%3Anone/data`,
			picture,
			() => undefined,
			new AbortController().signal
		);
	const set = vi.spyOn(XMLHttpRequest.prototype, 'setRequestHeader');
	expect((await send()).status).toBe(403);
	expect(set).toHaveBeenCalledWith(PROTOCOL_HEADER, String(PROTOCOL_VERSION));

	// A server of tomorrow names itself in every answer.
	vi.spyOn(XMLHttpRequest.prototype, 'getResponseHeader').mockReturnValue(
		String(PROTOCOL_VERSION + 1)
	);
	await expect(send()).rejects.toBeInstanceOf(OtherVersion);
});

/** The real server, as one of another version would name itself, and refuse what does not speak its own. */
function serverOfVersion(version: number) {
	const server = {
		version,
		paths: [] as string[],
		fetch: (async (input, init) => {
			const address = input instanceof Request ? input.url : input.toString();
			server.paths.push(address);
			const spoken = new Headers(init?.headers).get(PROTOCOL_HEADER);
			if (spoken !== null && spoken !== String(server.version) && init?.method === 'POST') {
				const headers = { [PROTOCOL_HEADER]: String(server.version) };
				return Response.json({ code: 'protocol.other_version' }, { status: 426, headers });
			}
			const response = await fetch(input, init);
			const headers = new Headers(response.headers);
			headers.set(PROTOCOL_HEADER, String(server.version));
			if (!address.startsWith('/_outlay/session')) {
				return new Response(response.body, { status: response.status, headers });
			}
			const view = (await response.json()) as object;
			headers.delete('content-length');
			return Response.json('userId' in view ? { ...view, protocolVersion: server.version } : view, {
				status: response.status,
				headers
			});
		}) as Fetch
	};
	return server;
}
