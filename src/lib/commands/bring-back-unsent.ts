import { checkDocument } from '@outlay/domain/document-schemas';
import { upcast } from '@outlay/domain/documents';
import { SHA256_HEX, WRITTEN_BY_PEOPLE } from '@outlay/domain/identifiers';
import { RECEIPT_MEDIA_TYPES } from '@outlay/domain/receipt';
import { refuse } from '@outlay/domain/refusal';
import type { Done } from './app.ts';
import type { DeedContext } from './context.ts';
import type { BroughtBackFile, UnsentDocument } from './unsent-ports.ts';
import { bytesOf, linesOf, objectIn, UNSENT_FILE_VERSION } from './unsent-lines.ts';

type Bringing = Pick<DeedContext, 'me' | 'documents' | 'vault'>;

/**
 * Takes up again what a file of unsent work holds, as far as it can be read; done twice, or half and then again, it does
 * no harm. Refusals: `unsent_file.not_ours`, `unsent_file.other_version`, `unsent_file.other_company`,
 * `unsent_file.other_person`. Throws `storage.full`: what came before is here, and the file can be chosen again.
 */
export async function bringBackUnsent(
	context: Bringing,
	file: Blob
): Promise<Done<BroughtBackFile>> {
	const { companyId, userId } = context.me;
	const found: BroughtBackFile = {
		documents: { added: 0, merged: 0, kept: 0, there: 0, removed: 0 },
		pictures: 0,
		unreadable: 0,
		tooNew: 0,
		isWhole: false
	};
	let isHead = true;
	for await (const line of linesOf(file)) {
		const read = objectIn(line);
		if (isHead) {
			if (read?.['madeBy'] !== 'outlay') return refuse('unsent_file.not_ours');
			if (read['version'] !== UNSENT_FILE_VERSION) return refuse('unsent_file.other_version');
			if (read['companyId'] !== companyId) return refuse('unsent_file.other_company');
			if (read['userId'] !== userId) return refuse('unsent_file.other_person');
			isHead = false;
		} else if (read === null) {
			found.unreadable += 1;
		} else if (read['isWhole'] === true) {
			found.isWhole = true;
		} else if ('picture' in read) {
			if (await bringPicture(context, read['picture'])) found.pictures += 1;
			else found.unreadable += 1;
		} else {
			await bringDocument(context, read, found);
		}
	}
	return isHead ? refuse('unsent_file.not_ours') : { ok: true, value: found };
}

async function bringDocument(
	{ me, documents }: Bringing,
	read: Record<string, unknown>,
	found: BroughtBackFile
): Promise<void> {
	const candidate = objectOrNull(read['document']);
	const checked = candidate === null ? null : checkDocument(candidate);
	if (checked?.ok === false && checked.refusal.code === 'document.too_new') {
		found.tooNew += 1;
		return;
	}
	const isMine =
		checked?.ok === true &&
		checked.value.ownerId === me.userId &&
		checked.value.companyId === me.companyId &&
		WRITTEN_BY_PEOPLE.has(checked.value.type);
	if (!isMine) {
		found.unreadable += 1;
		return;
	}
	const { document } = upcast(checked.value as unknown as Parameters<typeof upcast>[0]);
	const outcome = await documents.bringBack({ document, base: baseIn(read['base']) });
	found.documents[outcome] += 1;
}

/** True once the bytes are here and are those their name says. */
async function bringPicture({ vault }: Bringing, read: unknown): Promise<boolean> {
	const { sha256, mediaType, base64 } = objectOrNull(read) ?? {};
	const known = RECEIPT_MEDIA_TYPES.find((one) => one === mediaType);
	if (typeof sha256 !== 'string' || !SHA256_HEX.test(sha256)) return false;
	if (known === undefined || typeof base64 !== 'string') return false;
	const bytes = bytesOf(base64);
	return bytes !== null && vault.bringBack(sha256, bytes, known);
}

function baseIn(read: unknown): UnsentDocument['base'] {
	const { schema, body } = objectOrNull(read) ?? {};
	const known = objectOrNull(body);
	return typeof schema === 'number' && known !== null ? { schema, body: known } : null;
}

function objectOrNull(value: unknown): Record<string, unknown> | null {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}
