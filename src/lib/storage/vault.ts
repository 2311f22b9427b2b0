import { THUMBNAIL_MAX_BYTES, type ReceiptMediaType } from '@outlay/domain/receipt';
import type { Clock, Vault } from '#lib/commands/ports.ts';
import type { VaultRow } from './collections.ts';
import type { OutlayDatabase } from './open-collections.ts';
import { changeRow, findRows, readRows } from './row-store.ts';
import { StorageError } from './storage-error.ts';

/** Fetches a blob's bytes from the server; null while they can't be had. */
export type FetchBlob = (
	sha256: string
) => Promise<{ bytes: ArrayBuffer; mediaType: ReceiptMediaType } | null>;

/**
 * Receipt bytes by their hash. `fetchBlob` is asked for what is not here; its bytes are believed only when
 * their hash is the one asked for.
 */
export function vaultIn(database: OutlayDatabase, clock: Clock, fetchBlob: FetchBlob): Vault {
	const store = async (
		bytes: BufferSource,
		mediaType: ReceiptMediaType,
		sha256: string,
		state: VaultRow['state']
	) => {
		const blob = new Blob([bytes], { type: mediaType });
		await changeRow(
			database.vault,
			sha256,
			(row) =>
				row !== null && !row._deleted
					? null
					: {
							id: sha256,
							mediaType,
							byteLength: blob.size,
							state,
							attempts: 0,
							addedAtMs: clock.nowMs(),
							refusalCode: '',
							_deleted: false
						},
			{ blob, digest: sha256 }
		);
		return blob;
	};

	return {
		async put(bytes, mediaType) {
			// A view on shared memory can't be hashed; pictures never are one.
			const exact = bytes as Uint8Array<ArrayBuffer>;
			const sha256 = await sha256Of(exact);
			await roomFor(database, clock, exact.byteLength, () =>
				store(exact, mediaType, sha256, 'pending')
			);
			return { sha256, byteLength: bytes.byteLength };
		},

		async get(sha256) {
			const kept = await bytesInVault(database, sha256);
			if (kept !== null) return kept;
			const fetched = await fetchBlob(sha256);
			if (fetched === null || (await sha256Of(fetched.bytes)) !== sha256) return null;
			try {
				return await store(fetched.bytes, fetched.mediaType, sha256, 'sent');
			} catch (error) {
				if (!isFull(error)) throw error;
				// It is shown all the same; the next look fetches it again.
				return new Blob([fetched.bytes], { type: fetched.mediaType });
			}
		},

		async bringBack(sha256, bytes, mediaType) {
			// A view on shared memory can't be hashed; what was read from a file never is one.
			const exact = bytes as Uint8Array<ArrayBuffer>;
			if ((await sha256Of(exact)) !== sha256) return false;
			await roomFor(database, clock, exact.byteLength, () =>
				store(exact, mediaType, sha256, 'pending')
			);
			return true;
		},

		async unsent() {
			const waiting = await findRows(database.vault, {
				selector: { _deleted: { $eq: false }, state: { $in: ['pending', 'refused'] } },
				sort: [{ state: 'asc' }, { byteLength: 'asc' }]
			});
			return waiting.map(({ id }) => id);
		},

		async forget({ sha256, thumbnailSha256 }) {
			const needing = await findRows(database.documents, {
				selector: { _deleted: { $eq: false }, sha256: { $eq: sha256 } },
				sort: [{ sha256: 'asc' }],
				limit: 1
			});
			if (needing.length > 0) return;
			for (const hash of thumbnailSha256 === null ? [sha256] : [sha256, thumbnailSha256]) {
				await changeRow(database.vault, hash, (row) =>
					row === null || row._deleted || row.state === 'sent' ? null : { ...row, _deleted: true }
				);
			}
		}
	};
}

/**
 * Stores, and on a full disk once more after pictures the server has confirmed have made room, those that are here
 * longest first: they are fetched again when somebody looks at them. Throws `storage.full` when that is not enough.
 */
async function roomFor<T>(
	database: OutlayDatabase,
	clock: Clock,
	neededBytes: number,
	write: () => Promise<T>
): Promise<T> {
	try {
		return await write();
	} catch (error) {
		const addedBeforeMs = clock.nowMs() - KEPT_MS;
		if (!isFull(error)) throw error;
		if (!(await evict(database, neededBytes * ROOM_FACTOR, addedBeforeMs))) throw error;
		return write();
	}
}

/** Sealing and the browser's own records take room too. */
const ROOM_FACTOR = 2;
/** Younger pictures stay: a server set back to its last backup gets them from here again. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** Whether so many bytes could be let go. */
async function evict(
	database: OutlayDatabase,
	wantedBytes: number,
	addedBeforeMs: number
): Promise<boolean> {
	const sent = await findRows(database.vault, {
		// Thumbnails stay: they are what a list shows without a connection, and letting them go frees next to nothing.
		selector: {
			_deleted: { $eq: false },
			state: { $eq: 'sent' },
			byteLength: { $gt: THUMBNAIL_MAX_BYTES }
		},
		sort: [{ state: 'asc' }, { byteLength: 'asc' }]
	});
	let freedBytes = 0;
	for (const { id, addedAtMs } of sent.sort((a, b) => a.addedAtMs - b.addedAtMs)) {
		if (freedBytes >= wantedBytes || addedAtMs > addedBeforeMs) break;
		const gone = await changeRow(database.vault, id, (row) =>
			// Meanwhile it may have to be sent again, to a server that was set back.
			row === null || row._deleted || row.state !== 'sent' ? null : { ...row, _deleted: true }
		);
		freedBytes += gone?.byteLength ?? 0;
	}
	return freedBytes > 0;
}

function isFull(error: unknown): boolean {
	return error instanceof StorageError && error.code === 'storage.full';
}

/** The bytes kept here, with their media type; null when they are not here. */
export async function bytesInVault(database: OutlayDatabase, sha256: string): Promise<Blob | null> {
	const row = (await readRows(database.vault, [sha256])).get(sha256);
	if (row === undefined || row._deleted) return null;
	const blob = await database.vault.storageInstance.getAttachmentData(sha256, 'data', sha256);
	return blob.slice(0, blob.size, row.mediaType);
}

/** Lower-case hex. */
export async function sha256Of(bytes: BufferSource | Blob): Promise<string> {
	const content = bytes instanceof Blob ? await bytes.arrayBuffer() : bytes;
	const digest = await crypto.subtle.digest('SHA-256', content);
	return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
