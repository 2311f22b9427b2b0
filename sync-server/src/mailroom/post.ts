import type { DatabaseAddress } from '@outlay/domain/addresses';
import type { ApprovalStage } from '@outlay/domain/case';
import { blobHash, parseDocumentId } from '@outlay/domain/identifiers';
import type { Decision, Recall, Submission } from '@outlay/domain/submission';
import type { Carried } from '../company/copy-documents.ts';
import { liftedDocument } from '../company/lifted-document.ts';
import type { StoredRevision } from '../store/document-store.ts';
import { isPostId } from './bags.ts';

export type MailboxAddress = Extract<DatabaseAddress, { kind: 'mailbox' }>;

/** What is delivered for its own sake; everything else travels as its enclosure. */
export type Post = Submission | Recall | Decision;

/** Working copies, trips and raw fixes never leave their mailbox, nor does what somebody else wrote. */
export function mayTravel(id: string, userId: string): boolean {
	if (blobHash(id) !== null) return true;
	const parsed = parseDocumentId(id);
	return (
		parsed?.ownerId === userId &&
		(isPostId(id) || parsed.type === 'receipt' || parsed.type === 'route')
	);
}

/** The access rules said so when it was written; it is asked again, since everything after depends on it. */
export function isFrom(stored: StoredRevision, address: MailboxAddress): boolean {
	if (blobHash(stored.id) !== null) return true;
	const { body } = stored;
	return (
		body['ownerId'] === address.userId &&
		body['companyId'] === address.companyId &&
		body['type'] === parseDocumentId(stored.id)?.type
	);
}

/** Null for an enclosure. */
export function postOf(stored: StoredRevision): Post | null {
	// Its shape was checked when it was written.
	if (!isPostId(stored.id)) return null;
	return liftedDocument(stored) as Post;
}

/** Who may decide at a stage. */
export function judgesAt({ approverId, substituteIds }: ApprovalStage): string[] {
	return [approverId, ...substituteIds];
}

/** As it is put into a bag: it replaces nothing that is there. */
export function carried({ id, body, attachments }: StoredRevision): Carried {
	return { id, body, attachments, replaces: false };
}
