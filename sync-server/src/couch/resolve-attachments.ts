import type { AttachmentStub, Database, StoredRevision } from '../store/document-store.ts';
import type { SentAttachment, SentDocument } from './parse-document.ts';

/**
 * The attachments a new revision will have. Null when a stub repeats an attachment the revision before doesn't have.
 */
export async function resolveAttachments(
	db: Database,
	sent: SentDocument & { id: string },
	revisions: { start: number; ids: string[] } | undefined
): Promise<Record<string, AttachmentStub> | null> {
	const stubs = [...sent.attachments].some(([, attachment]) => attachment.kind === 'stub');
	const before = stubs ? await revisionBefore(db, sent, revisions) : null;
	const resolved: [string, AttachmentStub][] = [];
	for (const [name, attachment] of sent.attachments) {
		if (attachment.kind === 'bytes') {
			resolved.push([name, stubOfBytes(attachment, revisions !== undefined)]);
			continue;
		}
		if (attachment.kind === 'follows') {
			const { contentType, revpos, file, length } = attachment;
			const { digest, sha256, length: arrived } = file ?? { digest: '', sha256: '', length };
			resolved.push([
				name,
				{ contentType, revpos: revisions ? revpos : 0, digest, sha256, length: arrived }
			]);
			continue;
		}
		if (attachment.kind === 'stored') {
			resolved.push([name, { ...attachment.stub, revpos: 0 }]);
			continue;
		}
		const kept = Object.entries(before?.attachments ?? {}).find(([there]) => there === name);
		const isOther = attachment.revpos !== null && attachment.revpos !== kept?.[1].revpos;
		if (!kept || (isOther && !revisions)) return null;
		resolved.push(kept);
	}
	return Object.fromEntries(resolved);
}

/** Its hashes are reckoned when they are asked for: best while the bytes are being written. */
function stubOfBytes(
	{ contentType, revpos, facts }: SentAttachment & { kind: 'bytes' },
	replicated: boolean
): AttachmentStub {
	return {
		contentType,
		revpos: replicated ? revpos : 0,
		length: facts.length,
		get digest() {
			return facts.digest;
		},
		get sha256() {
			return facts.sha256;
		}
	};
}

async function revisionBefore(
	db: Database,
	sent: SentDocument & { id: string },
	revisions: { start: number; ids: string[] } | undefined
): Promise<StoredRevision | null> {
	if (!revisions) return sent.rev === null ? null : db.read(sent.id, sent.rev);
	for (const [i, hash] of revisions.ids.entries()) {
		const found = await db.read(sent.id, `${revisions.start - i}-${hash}`);
		if (found) return found;
	}
	return null;
}
