import type { Account } from '#lib/commands/app.ts';
import {
	base64Of,
	UNSENT_FILE_VERSION,
	type UnsentHead,
	type UnsentLine
} from '#lib/commands/unsent-lines.ts';
import { RECEIPT_MEDIA_TYPES } from '@outlay/domain/receipt';
import { dayOfMs } from './formats.ts';

/**
 * Everything on this device that has not reached the server, as one file: documents with what they were edited from, and
 * pictures by their hash. For who has to sign out or hand in a phone without a connection.
 */
export async function unsentFile(
	account: Pick<Account, 'me' | 'documents' | 'vault'>,
	nowMs: number
): Promise<File> {
	const { me, documents, vault } = account;
	const head: UnsentHead = {
		madeBy: 'outlay',
		version: UNSENT_FILE_VERSION,
		companyId: me.companyId,
		userId: me.userId
	};
	const parts: Blob[] = [lineOf(head)];
	for (const unsent of await documents.unsent()) parts.push(lineOf(unsent));
	for (const sha256 of await vault.unsent()) {
		const blob = await vault.get(sha256);
		const mediaType = RECEIPT_MEDIA_TYPES.find((known) => known === blob?.type);
		if (blob === null || mediaType === undefined) continue;
		const base64 = base64Of(new Uint8Array(await blob.arrayBuffer()));
		parts.push(lineOf({ picture: { sha256, mediaType, base64 } }));
	}
	parts.push(lineOf({ isWhole: true }));
	return new File(parts, `outlay-unsent-${dayOfMs(nowMs)}.jsonl`, { type: 'application/jsonl' });
}

/** A blob, which the browser may keep outside memory. */
function lineOf(line: UnsentHead | UnsentLine): Blob {
	return new Blob([JSON.stringify(line), '\n']);
}
