import { blobId } from '@outlay/domain/identifiers';
import { changeRow } from '#lib/storage/row-store.ts';
import type { OutlayDatabase } from '#lib/storage/open-collections.ts';
import type { VaultRow } from '#lib/storage/collections.ts';
import { bytesInVault, sha256Of } from '#lib/storage/vault.ts';
import { oneAtATime, type Locks } from './one-at-a-time.ts';
import type { Outstanding, OutstandingPhoto } from './outstanding.ts';
import { sendInParts } from './send-in-parts.ts';
import { ServerError, SignInNeeded, Unreachable, codeOf, jsonOf } from './server-answer.ts';
import type { ServerLine } from './server-line.ts';
import type { Upload } from './upload.ts';

/** After this long another tab with the lock counts as frozen, or its link as too slow to wait for. */
const PHOTO_PATIENCE_MS = 300_000;
/** Up to here one request is all; sending it again costs no more than asking how far it was. */
const ONE_GO_BYTES = 64 * 1024;

export interface OutboxParts {
	database: OutlayDatabase;
	databaseName: string;
	line: ServerLine;
	outstanding: Outstanding;
	upload: Upload;
	locks: Locks;
	signal: AbortSignal;
	/** The small pictures of receipts, or the originals: each kind is a lane of its own. */
	kind: 'thumbnails' | 'originals';
	/** How far the photo on its way is; null when none is. */
	onProgress: (progress: { sha256: string; sentBytes: number } | null) => void;
}

/**
 * Sends the photos receipts need, small before large: thumbnails as soon as the documents are through, also while an
 * original is on its way, and originals once no thumbnail waits. They lie at the server under their hash: the same bytes
 * twice are one, an upload needs no revision, and a photo that is there is the right one, since the server
 * checks the bytes against the name. They are never removed here before the server has said so.
 */
export async function sendPhotos(parts: OutboxParts): Promise<void> {
	const { outstanding, line, onProgress, kind } = parts;
	for (;;) {
		// Documents go first; the lane of photos is asked again when they are through.
		if (line.isStopped || outstanding.sendableDocuments().length > 0) return;
		const [thumbnail] = outstanding.sendableThumbnails();
		if (kind === 'originals' && thumbnail !== undefined) return;
		const photo = kind === 'thumbnails' ? thumbnail : outstanding.sendablePhotos()[0];
		if (photo === undefined) return;
		const turn = async () => {
			try {
				await sendPhoto(parts, photo);
			} finally {
				// A broken line waits; nothing is on its way meanwhile.
				onProgress(null);
			}
		};
		await line.persist(() =>
			oneAtATime(
				parts.locks,
				`${parts.database.name}-${kind}`,
				PHOTO_PATIENCE_MS,
				parts.signal,
				turn
			)
		);
	}
}

async function sendPhoto(parts: OutboxParts, photo: OutstandingPhoto): Promise<void> {
	const { database, onProgress } = parts;
	const { sha256 } = photo;
	const bytes = await bytesInVault(database, sha256);
	// Sent by another tab, or taken back by the person, while this one waited.
	if (bytes === null || !parts.outstanding.photos.has(sha256)) {
		parts.outstanding.photos.delete(sha256);
		return;
	}
	onProgress({ sha256, sentBytes: 0 });
	const begun = await changePhoto(database, sha256, (row) => ({
		...row,
		attempts: row.attempts + 1
	}));
	const isBegun = begun !== null && begun.attempts > 1;
	const refused =
		bytes.size > ONE_GO_BYTES
			? await sendInParts({
					line: parts.line,
					upload: parts.upload,
					signal: parts.signal,
					sha256,
					bytes,
					isBegun,
					onProgress: (sentBytes) => {
						onProgress({ sha256, sentBytes });
					}
				})
			: await sendInOneGo(parts, photo, bytes, isBegun);
	if (refused === null) {
		await markSent(database, sha256);
		return;
	}
	const { status } = refused;
	// A proxy with a limit of its own says so in a page, not in JSON.
	const answer = await jsonOf(refused).catch((error: unknown) => {
		if (status === 413) return null;
		throw error;
	});
	if (status === 401 || status === 404) throw new SignInNeeded();
	if (status >= 500 || status === 429 || status === 408) {
		throw new ServerError(status, codeOf(answer));
	}
	// What came was not what left, or is gone: it is sent again, unless it is the bytes here that are broken.
	if (status === 409 && (await sha256Of(bytes)) === sha256) throw new Unreachable();
	await changePhoto(database, sha256, (row) => ({
		...row,
		state: 'refused',
		refusalCode: refusalCodeOf(status, answer)
	}));
}

/** Null once the server has it, else its answer. */
async function sendInOneGo(
	parts: OutboxParts,
	photo: OutstandingPhoto,
	bytes: Blob,
	isBegun: boolean
): Promise<Response | null> {
	const { databaseName, upload, signal, onProgress } = parts;
	const { sha256 } = photo;
	// The last try may have arrived although its answer did not.
	if (isBegun && (await isThere(parts, photo))) return null;
	const path = `/${databaseName}/${encodeURIComponent(blobId(sha256))}/data`;
	const response = await upload(
		path,
		bytes,
		(sentBytes) => {
			onProgress({ sha256, sentBytes: Math.min(sentBytes, photo.byteLength) });
		},
		signal
	);
	if (response.status === 409 && (await isThere(parts, photo))) return null;
	if (!response.ok) return response;
	const answer = (await jsonOf(response)) as { id?: unknown } | null;
	if (answer?.id !== blobId(sha256)) throw new Unreachable();
	return null;
}

/** Asks for the document, not the bytes: its JSON can't be mistaken for a captive portal's page. */
async function isThere(
	{ line, databaseName }: OutboxParts,
	{ sha256, byteLength }: OutstandingPhoto
): Promise<boolean> {
	try {
		const document = (await line.ask(`/${databaseName}/${encodeURIComponent(blobId(sha256))}`)) as {
			_attachments?: { data?: { length?: number } };
		} | null;
		return document?._attachments?.data?.length === byteLength;
	} catch (error) {
		if (error instanceof ServerError && error.status === 404) return false;
		throw error;
	}
}

/** Sends a refused photo again. */
export async function retryPhoto(database: OutlayDatabase, sha256: string): Promise<void> {
	await changePhoto(database, sha256, (row) =>
		row.state === 'refused' ? { ...row, state: 'pending', refusalCode: '' } : row
	);
}

async function markSent(database: OutlayDatabase, sha256: string): Promise<void> {
	await changePhoto(database, sha256, (row) => ({ ...row, state: 'sent', refusalCode: '' }));
}

async function changePhoto(
	database: OutlayDatabase,
	sha256: string,
	change: (row: VaultRow) => VaultRow
): Promise<VaultRow | null> {
	return changeRow(database.vault, sha256, (row) =>
		row === null || row._deleted ? null : { ...change(row), _deleted: false }
	);
}

function refusalCodeOf(status: number, answer: unknown): string {
	const { reason } = (answer ?? {}) as { reason?: unknown };
	const code =
		typeof reason === 'string' ? /^([a-z0-9_]+(?:\.[a-z0-9_]+)+):/.exec(reason)?.[1] : null;
	return code ?? (status === 413 ? 'photo.too_large' : 'sync.refused');
}
