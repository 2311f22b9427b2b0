import { blobId } from '@outlay/domain/identifiers';
import { RECEIPT_MEDIA_TYPES } from '@outlay/domain/receipt';
import type { FetchBlob } from '#lib/storage/vault.ts';

const TIMEOUT_MS = 60_000;

/** Fetches receipt bytes from a mailbox, for the vault; null without network, session or such a blob. */
export function blobFetcher(databaseName: string, fetch: typeof globalThis.fetch): FetchBlob {
	return async (sha256) => {
		try {
			const response = await fetch(`/${databaseName}/${encodeURIComponent(blobId(sha256))}/data`, {
				signal: AbortSignal.timeout(TIMEOUT_MS)
			});
			const mediaType = RECEIPT_MEDIA_TYPES.find(
				(known) => known === response.headers.get('content-type')
			);
			if (!response.ok || mediaType === undefined) return null;
			return { bytes: await response.arrayBuffer(), mediaType };
		} catch {
			// Without network a picture that isn't here can't be shown; the next look tries again.
			return null;
		}
	};
}
