import { mayDecideAt } from './approval-stages.ts';
import { canonicalJson, contentHashOf, type HashText } from './canonical-json.ts';
import type { ApprovalStage } from './case.ts';
import { refuseContent, refuseStoring } from './content-guard.ts';
import { checkDocument } from './document-schemas.ts';
import { upcast, type OutlayDocument } from './documents.ts';
import { ProfileBody, type Role } from './person.ts';
import { blobHash, parseDocumentId, type DocumentType } from './identifiers.ts';
import { RECEIPT_MAX_BYTES, RECEIPT_MEDIA_TYPES } from './receipt.ts';
import { refuse, type Refusal } from './refusal.ts';
import type { Setting } from './setting.ts';
import { DecisionBody, type Decision, type Recall, type Submission } from './submission.ts';
import type { StatedDrive } from './mileage/year-kilometres.ts';
import { judgeArrivedSubmission } from './submission-rules.ts';
import { TransactionBody } from './transaction.ts';

/** One revision, about to be written or written before, without CouchDB's own members. */
export interface Version {
	isDeleted: boolean;
	/** Members without a leading underscore. */
	members: Readonly<Record<string, unknown>>;
	attachments: readonly StoredBytes[];
}

export interface StoredBytes {
	name: string;
	mediaType: string;
	byteLength: number;
	/** Lower-case hex, of the bytes as they lie in the store. */
	sha256: string;
}

export interface Writer {
	userId: string;
	companyId: string;
	roles: readonly Role[];
	/** Null when nobody judges what they submit. */
	approverId: string | null;
}

/** What the rules look up, in the writer's own mailbox and their company's settings. */
export interface WriteFacts {
	/** The winning version before the write, a tombstone too; null for an unknown document. */
	current: Version | null;
	submissionWith(id: string): Promise<Submission | null>;
	/** Who has to approve it, as the server wrote it down; empty where it has not. */
	stagesOf(submission: Submission): Promise<readonly ApprovalStage[]>;
	settings(): Promise<readonly Setting[]>;
	/** The writer's drives that stand, without this one's. */
	drivesBeside(subjectId: string): Promise<readonly StatedDrive[]>;
	nowMs: number;
	hashText: HashText;
}

type Personal = Exclude<DocumentType, 'case' | 'person' | 'setting'>;

/** What people write in their own mailbox; everything else the server writes. */
const RULES: { readonly [T in Personal]: { isImmutable: boolean; isDeletable: boolean } } = {
	transaction: { isImmutable: false, isDeletable: true },
	receipt: { isImmutable: true, isDeletable: true },
	trip: { isImmutable: false, isDeletable: true },
	trace: { isImmutable: true, isDeletable: true },
	route: { isImmutable: true, isDeletable: true },
	submission: { isImmutable: true, isDeletable: false },
	recall: { isImmutable: true, isDeletable: false },
	decision: { isImmutable: true, isDeletable: false },
	kept: { isImmutable: false, isDeletable: true },
	profile: { isImmutable: false, isDeletable: false }
};

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Whether a person may write this version of a document into their own mailbox; null when they may. A working copy
 * is refused only for owner, shape, size and prohibited content: the rules of business judge submissions and
 * decisions. Writing the same content again is always allowed. The same on device and server.
 */
export async function judgeWrite(
	id: string,
	version: Version,
	writer: Writer,
	facts: WriteFacts
): Promise<Refusal | null> {
	const { current } = facts;
	if (current?.isDeleted && 'removal' in current.members) return no('document.removed');
	const sha256 = blobHash(id);
	if (sha256 !== null) return judgeBlob(sha256, version);

	const parsed = parseDocumentId(id);
	if (parsed === null) return no('document.unknown_type');
	const rule = ruleOf(parsed.type);
	if (rule === null) return no('document.not_writable');
	if (parsed.ownerId !== writer.userId) return no('document.not_yours');
	if (version.attachments.length > 0) return no('document.attachments');
	if (version.isDeleted) {
		if (!rule.isDeletable) return no('document.not_deletable');
		return isEmpty(version.members) ? null : no('document.tombstone_body');
	}

	const checked = checkDocument({ ...version.members, _id: id });
	if (!checked.ok) return checked.refusal;
	if (checked.value.companyId !== writer.companyId) return no('document.other_company');
	if (current !== null && !current.isDeleted) {
		if (canonicalJson(current.members) === canonicalJson(version.members)) return null;
		if (rule.isImmutable) return no('document.immutable');
	}
	// The check above lets older schemas pass; the rules know the newest.
	const { document } = upcast(checked.value as unknown as Parameters<typeof upcast>[0]);
	return judgeContent(document, version, writer, facts);
}

async function judgeContent(
	document: OutlayDocument,
	version: Version,
	writer: Writer,
	facts: WriteFacts
): Promise<Refusal | null> {
	switch (document.type) {
		case 'transaction':
			return refuseStoring(TransactionBody, document.body);
		case 'trace':
			return document.body.isOpen ? no('trace.open') : null;
		case 'submission':
			return judgeArriving(document, version, writer, facts);
		case 'recall':
			return judgeRecall(document, writer);
		case 'decision':
			return judgeDecision(document, writer, facts);
		case 'kept':
			if (document.body.removal !== null) return no('document.removed');
			return refuseStoring(
				'kind' in document.body.lost ? TransactionBody : ProfileBody,
				document.body.lost
			);
		case 'profile':
			return refuseStoring(ProfileBody, document.body);
		case 'receipt':
		case 'trip':
		case 'route':
			return null;
		case 'case':
		case 'person':
		case 'setting':
			return no('document.not_writable');
	}
}

async function judgeArriving(
	document: Submission,
	version: Version,
	writer: Writer,
	facts: WriteFacts
): Promise<Refusal | null> {
	const { body } = document;
	const written = version.members['body'];
	if (typeof written !== 'object' || written === null) return no('document.shape', 'body');
	if ((await contentHashOf(written, facts.hashText)) !== body.contentHash) {
		return no('submission.content_hash');
	}
	const isMine = (id: string, type: DocumentType) => isOwned(id, type, writer.userId);
	if (!isMine(body.subjectId, 'transaction')) return no('submission.not_yours', 'subjectId');
	if (body.previousId !== null && !isMine(body.previousId, 'submission')) {
		return no('submission.not_yours', 'previousId');
	}
	const tripId = body.snapshot.kind === 'mileage' ? body.snapshot.tripId : null;
	if (body.tripId !== tripId) return no('submission.trip_differs', 'tripId');
	if (tripId !== null && !isMine(tripId, 'trip')) return no('submission.not_yours', 'tripId');
	// A corrected trip has a route of its own: what was sent before stays as it was.
	if (body.routeId !== null && tripId === null) return no('submission.trip_differs', 'routeId');
	if (body.routeId !== null && !isMine(body.routeId, 'route')) {
		return no('submission.not_yours', 'routeId');
	}
	const receiptIds = body.snapshot.kind === 'expense' ? body.snapshot.receiptIds : [];
	const enclosedIds = new Set(body.receipts.map(({ receiptId }) => receiptId));
	const areEnclosed =
		enclosedIds.size === body.receipts.length &&
		enclosedIds.size === new Set(receiptIds).size &&
		receiptIds.every((receiptId) => enclosedIds.has(receiptId)) &&
		body.receipts.every(
			({ receiptId, mediaType }) => isMine(receiptId, 'receipt') && isReceiptMediaType(mediaType)
		);
	if (!areEnclosed) return no('submission.receipts_differ', 'receiptIds');
	if (writer.approverId === null) return no('submission.no_approver');
	const tomorrow = new Date(facts.nowMs + DAY_MS).toISOString().slice(0, 10);
	const judged = await judgeArrivedSubmission(body, await facts.settings(), tomorrow, () =>
		facts.drivesBeside(body.subjectId)
	);
	return judged.ok ? null : judged.refusal;
}

function judgeRecall(document: Recall, writer: Writer): Refusal | null {
	const { submissionId } = document.body;
	return isOwned(submissionId, 'submission', writer.userId) ? null : no('recall.not_yours');
}

async function judgeDecision(
	document: Decision,
	writer: Writer,
	facts: WriteFacts
): Promise<Refusal | null> {
	const { submissionId, submissionHash, verdict, reason, actedFor } = document.body;
	if (!writer.roles.includes('approver')) return no('decision.not_approver');
	if (isOwned(submissionId, 'submission', writer.userId)) return no('decision.own_submission');
	const submission = await facts.submissionWith(submissionId);
	if (submission === null) return no('decision.unknown_submission', 'submissionId');
	if (submission.ownerId === writer.userId) return no('decision.own_submission');
	if (submission.body.contentHash !== submissionHash) return no('decision.other_content');
	const stages = await facts.stagesOf(submission);
	const isTheirs =
		stages.length === 0
			? actedFor === null
			: stages.some((stage) => mayDecideAt(stage, writer.userId, actedFor));
	if (!isTheirs) return no(actedFor === null ? 'decision.not_yours' : 'decision.not_deputy');
	if (verdict !== 'approve' && reason.trim() === '') {
		return no('decision.reason_missing', 'reason');
	}
	return refuseContent(DecisionBody, document.body);
}

/** Bytes stand for themselves: the id is their hash, so what is there can't be replaced by anything else. */
function judgeBlob(sha256: string, version: Version): Refusal | null {
	if (!isEmpty(version.members)) return no('blob.body');
	if (version.isDeleted) return version.attachments.length > 0 ? no('blob.attachment') : null;
	const [data, ...more] = version.attachments;
	if (data?.name !== 'data' || more.length > 0) return no('blob.attachment');
	if (!isReceiptMediaType(data.mediaType)) return no('blob.media_type');
	if (data.byteLength > RECEIPT_MAX_BYTES) {
		return no('blob.too_large', undefined, { largestBytes: RECEIPT_MAX_BYTES });
	}
	return data.sha256 === sha256 ? null : no('blob.other_content');
}

function ruleOf(type: DocumentType): (typeof RULES)[Personal] | null {
	return type === 'case' || type === 'person' || type === 'setting' ? null : RULES[type];
}

function isOwned(id: string, type: DocumentType, userId: string): boolean {
	const parsed = parseDocumentId(id);
	return parsed?.type === type && parsed.ownerId === userId;
}

function isReceiptMediaType(mediaType: string): boolean {
	return RECEIPT_MEDIA_TYPES.some((known) => known === mediaType);
}

function isEmpty(members: object): boolean {
	return Object.keys(members).length === 0;
}

function no(code: string, field?: string, values?: Record<string, string | number>): Refusal {
	return refuse(code, field, values).refusal;
}
