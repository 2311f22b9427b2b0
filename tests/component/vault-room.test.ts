import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase, removeEverything } from '#lib/storage/open-database.ts';
import { changeRow } from '#lib/storage/row-store.ts';
import { bytesInVault, vaultIn, type FetchBlob } from '#lib/storage/vault.ts';
import { COMPANY, WORKER } from '../support/documents.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const clock = { atMs: 1_700_000_000_000, nowMs: () => clock.atMs };
const picture = (n: number) => new Uint8Array(30_000).fill(n);
const undo: (() => void)[] = [];

/** From now on there is room for so many pictures: Chromium's quota can't be lowered for a test page. */
function roomForPictures(most: number): void {
	// eslint-disable-next-line @typescript-eslint/unbound-method -- called with their store below
	const { put, delete: remove } = IDBObjectStore.prototype;
	let count = 0;
	IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
		if (this.name !== 'attachments') return put.call(this, value, key);
		if (count >= most) throw new DOMException('full', 'QuotaExceededError');
		count += 1;
		return put.call(this, value, key);
	};
	IDBObjectStore.prototype.delete = function (key: IDBValidKey | IDBKeyRange) {
		if (this.name === 'attachments') count -= 1;
		return remove.call(this, key);
	};
	undo.push(() => {
		Object.assign(IDBObjectStore.prototype, { put, delete: remove });
	});
}

async function aVault(fetchBlob: FetchBlob) {
	const database = await openDatabase({ companyId: COMPANY, userId: WORKER });
	const vault = vaultIn(database, clock, fetchBlob);
	return {
		vault,
		put: async (n: number, state: 'sent' | 'pending') => {
			const { sha256 } = await vault.put(picture(n), 'image/webp');
			await changeRow(database.vault, sha256, (row) => row && { ...row, state });
			clock.atMs += 1000;
			return sha256;
		},
		isHere: async (sha256: string) => (await bytesInVault(database, sha256)) !== null
	};
}

afterEach(async () => {
	for (const restore of undo.splice(0)) restore();
	await removeEverything();
});

describe('a full disk', () => {
	it('lets go of old pictures that the server has, to make room for a new one, and fetches them again', async () => {
		const asked: string[] = [];
		const { vault, put, isHere } = await aVault((sha256) => {
			asked.push(sha256);
			const bytes = picture(asked.length === 1 ? 99 : 2).buffer;
			return Promise.resolve({ bytes, mediaType: 'image/webp' });
		});
		roomForPictures(4);
		const small = await vault.put(new Uint8Array(15_000).fill(9), 'image/webp');
		const unsent = await put(1, 'pending');
		const oldest = await put(2, 'sent');
		const old = await put(3, 'sent');
		clock.atMs += 8 * DAY_MS;
		const { sha256 } = await vault.put(picture(4), 'image/webp');
		expect(await Promise.all([sha256, unsent].map(isHere))).toEqual([true, true]);
		expect(await Promise.all([oldest, old].map(isHere))).toEqual([false, false]);
		// What lists show stays, however old.
		expect(await isHere(small.sha256)).toBe(true);

		// Bytes of another picture are not believed.
		expect(await vault.get(oldest)).toBeNull();
		const again = await vault.get(oldest);
		expect(new Uint8Array((await again?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(picture(2));
		expect(asked).toEqual([oldest, oldest]);
		expect(await isHere(oldest)).toBe(true);
	});

	it('never takes what is unsent or of this week: then nothing is stored, and what is looked at is shown', async () => {
		const { vault, put, isHere } = await aVault(() =>
			Promise.resolve({ bytes: picture(7).buffer, mediaType: 'image/webp' })
		);
		roomForPictures(2);
		const unsent = await put(1, 'pending');
		const young = await put(2, 'sent');
		await expect(vault.put(picture(4), 'image/webp')).rejects.toMatchObject({
			code: 'storage.full'
		});
		expect(await Promise.all([unsent, young].map(isHere))).toEqual([true, true]);
		const digest = await crypto.subtle.digest('SHA-256', picture(7));
		const sha256 = [...new Uint8Array(digest)]
			.map((byte) => byte.toString(16).padStart(2, '0'))
			.join('');
		expect((await vault.get(sha256))?.size).toBe(30_000);
		expect(await isHere(sha256)).toBe(false);
	});
});
