/** The CouchDB verbs as people may use them: what is theirs, and nothing else. */

import { beforeAll, describe, expect, test } from 'vitest';
import { call, onCouchServer, textLike } from './couch-server.ts';

const couch = onCouchServer();

describe('people', () => {
	const anna = { 'x-person': 'anna' };
	beforeAll(async () => {
		for (const one of ['mailbox-acme-anna', 'mailbox-acme-bob', 'settings-acme']) {
			await call('PUT', `${couch.server.origin}/${one}`);
		}
	});

	test('cannot tell a forbidden database from none', async () => {
		for (const verb of [
			'',
			'/_all_docs',
			'/_changes',
			'/doc',
			'/doc/photo',
			'/_local/x',
			'/_find'
		]) {
			for (const one of ['mailbox-acme-bob', 'mailbox-acme-none', 'registry']) {
				const address = `${couch.server.origin}/${one}${verb}`;
				expect(await call('GET', address, undefined, anna)).toMatchObject({
					status: 404,
					json: { error: 'not_found', reason: 'Database does not exist.' }
				});
				const nobody = await call('GET', address, undefined, { 'x-person': 'nobody' });
				expect(nobody).toMatchObject({
					status: 401,
					json: { error: 'unauthorized', reason: 'You are not authorized to access this db.' }
				});
				expect(nobody.headers.get('www-authenticate')).toBeNull();
			}
		}
		const bobs = `${couch.server.origin}/mailbox-acme-bob`;
		expect(await call('POST', `${bobs}/_bulk_docs`, { docs: [] }, anna)).toMatchObject({
			status: 404
		});
		for (const method of ['PUT', 'DELETE']) {
			for (const one of ['mailbox-acme-anna', 'mailbox-acme-new']) {
				expect(await call(method, `${couch.server.origin}/${one}`, undefined, anna)).toMatchObject({
					status: 403
				});
			}
		}
		expect(await call('PUT', `${couch.server.origin}/settings-acme/a`, {}, anna)).toMatchObject({
			status: 403
		});
		expect(
			await call('GET', `${couch.server.origin}/settings-acme`, undefined, anna)
		).toMatchObject({
			status: 200
		});
	});

	test('are left out by the members a database names, and never let in by them', async () => {
		const mine = `${couch.server.origin}/mailbox-acme-anna`;
		const status = async (address: string) => (await call('GET', address, undefined, anna)).status;
		const leave = (names: string[], roles: string[] = []) =>
			call('PUT', `${mine}/_security`, { members: { names, roles } });
		await leave(['somebody else']);
		expect(await status(mine)).toBe(404);
		await leave(['acme/anna@example.com']);
		expect(await status(mine)).toBe(200);
		// What a new database of CouchDB has.
		await leave([], ['_admin']);
		expect(await status(mine)).toBe(200);
		const other = `${couch.server.origin}/mailbox-acme-bob`;
		await call('PUT', `${other}/_security`, { members: { names: ['acme/anna@example.com'] } });
		expect(await status(other)).toBe(404);
		const odd = await call('PUT', `${mine}/_security`, { members: { names: 'anna' } });
		expect(odd.status).toBe(400);
	});

	test('copy only what they may write', async () => {
		const mine = `${couch.server.origin}/mailbox-acme-anna`;
		await call('PUT', `${mine}/own`, { n: 1 });
		const copy = (destination: string) =>
			call('COPY', `${mine}/own`, undefined, { ...anna, destination });
		expect((await copy('own2')).status).toBe(201);
		expect(await copy('locked2')).toMatchObject({ status: 403, json: { error: 'forbidden' } });
		expect((await copy('_design%2Fx')).status).toBe(403);
	});

	test('write no design documents', async () => {
		const mine = `${couch.server.origin}/mailbox-acme-anna`;
		const [row] = (await call('POST', `${mine}/_bulk_docs`, { docs: [{ _id: '_design/x' }] }, anna))
			.json as unknown as { error: string }[];
		expect(row).toMatchObject({ error: 'forbidden' });
		for (const slash of ['/', '%2F']) {
			const answer = await call('PUT', `${mine}/_design${slash}x`, {}, anna);
			expect(answer.status).toBeGreaterThanOrEqual(403);
		}
		expect(await call('GET', `${mine}/_design/x`, undefined, anna)).toMatchObject({ status: 404 });
	});

	test('are refused row by row, and only extend the winner', async () => {
		const mine = `${couch.server.origin}/mailbox-acme-anna`;
		const docs = [{ _id: 'mine' }, { _id: 'locked' }];
		const rows = (await call('POST', `${mine}/_bulk_docs`, { docs }, anna)).json;
		expect(rows).toEqual([
			{ ok: true, id: 'mine', rev: textLike(/./) },
			{
				id: 'locked',
				error: 'forbidden',
				reason: 'document.not_yours: This document is not yours.'
			}
		]);
		expect(await call('PUT', `${mine}/locked`, {}, anna)).toMatchObject({ status: 403 });
		const branch = { _id: 'mine', _rev: '9-z', _revisions: { start: 9, ids: ['z', 'y'] } };
		const refused = await call(
			'POST',
			`${mine}/_bulk_docs`,
			{ docs: [branch, { _id: 'r', _rev: '1-r' }], new_edits: false },
			anna
		);
		expect(refused.json).toMatchObject([{ id: 'mine', rev: '9-z', error: 'forbidden' }]);
		const regex = { selector: { a: { $regex: '(a+)+$' } } };
		expect(await call('POST', `${mine}/_changes?filter=_selector`, regex, anna)).toMatchObject({
			status: 403
		});
	});
});
