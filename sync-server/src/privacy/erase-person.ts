import { databaseName, parseDatabaseName } from '@outlay/domain/addresses';
import { blobHash, blobId, OPAQUE_ID, ownerOf, parseDocumentId } from '@outlay/domain/identifiers';
import { readAccountName } from '../company/account-name.ts';
import type { Accounts } from '../company/accounts.ts';
import { copyDocuments } from '../company/copy-documents.ts';
import { endSessions } from '../company/end-sessions.ts';
import { personDocumentsOf } from '../company/person-documents.ts';
import { REGISTRY, type Registry } from '../company/registry.ts';
import { companyOf } from '../store/company-of.ts';
import type { Database, DocumentStore, StoredRevision } from '../store/document-store.ts';

export interface ErasureParts {
	store: DocumentStore;
	registry: Registry;
	accounts: Accounts;
	/** Does something while no mailroom carries documents of the company about. */
	alone: <T>(companyId: string, deed: () => Promise<T>) => Promise<T>;
}

export type PersonErasure =
	| { ok: true; companyId: string; userId: string; documents: number; databases: number }
	| { ok: false; refusal: { code: 'company.unknown' | 'person.unknown' } };

const ROWS_AT_ONCE = 1_000;
/** What was on its way while the first look was made is found by the next. */
const MOST_LOOKS = 5;

/**
 * Erases a person for good. Their sessions end and nobody signs in as them; of every document in their mailbox, and of
 * what others and the ledger have from and about them (submissions with receipts, pictures and routes, recalls, decisions
 * about them, cases, who they are), only tombstones with `removal: erased` are left, which are refused when offered again. What they decided about
 * items of others stays with these, under a user id that names nobody any more. The words are in none of the store's
 * files when it resolves; on CouchDB, as far as its compaction goes. It may be repeated if it breaks off, then by the
 * user id.
 *
 * @param company id or code.
 * @param user id or work e-mail.
 */
export async function erasePerson(
	parts: ErasureParts,
	company: string,
	user: string
): Promise<PersonErasure> {
	const { accounts, store } = parts;
	const companyId = await accounts.companyIdOf(company.trim().toLowerCase());
	if (companyId === null) return { ok: false, refusal: { code: 'company.unknown' } };
	const userId = await userIdOf(parts, companyId, user);
	if (userId === null) return { ok: false, refusal: { code: 'person.unknown' } };
	return parts.alone(companyId, async () => {
		await endSessions(parts.registry, companyId, userId);
		const account = await accounts.remove(companyId, userId);
		await tellWhoTheOthersAre(parts, companyId);
		const erased = new Map<string, Set<string>>();
		for (let look = 0; look < MOST_LOOKS; look++) {
			const found = await find(store, companyId, userId);
			if (look > 0 && found.size === 0) break;
			// The account is named each time: whatever broke off before, the files are cleaned.
			await store.erase(new Map([[REGISTRY, account.ids], ...found]));
			for (const [name, ids] of found) {
				erased.set(name, new Set([...(erased.get(name) ?? []), ...ids]));
			}
		}
		const documents = [...erased.values()].reduce((sum, ids) => sum + ids.size, 0);
		return { ok: true, companyId, userId, documents, databases: erased.size };
	});
}

/** Null when nobody of that name is, or was, there. */
async function userIdOf(
	{ accounts, store }: ErasureParts,
	companyId: string,
	user: string
): Promise<string | null> {
	if (user.includes('@')) {
		const name = readAccountName(companyId, user);
		return name === null ? null : ((await accounts.named(name))?.userId ?? null);
	}
	const userId = user.trim().toLowerCase();
	if (!OPAQUE_ID.test(userId)) return null;
	const isThere =
		(await accounts.account(companyId, userId)) !== null ||
		(await store.open(databaseName({ kind: 'mailbox', companyId, userId }))) !== null;
	return isThere ? userId : null;
}

/** Whose approver was erased has another now, which stands in documents of their own. */
async function tellWhoTheOthersAre({ store, accounts }: ErasureParts, companyId: string) {
	const people = [...(await accounts.people(companyId)).values()];
	for (const [userId, documents] of personDocumentsOf(people)) {
		const mailbox = await store.open(databaseName({ kind: 'mailbox', companyId, userId }));
		if (mailbox === null) continue;
		await copyDocuments(
			mailbox,
			documents.map(({ _id, ...body }) => ({ id: _id, body, attachments: {}, replaces: true }))
		);
	}
}

/** What stands of a person where, by database; what was erased before is left out. */
async function find(
	store: DocumentStore,
	companyId: string,
	userId: string
): Promise<Map<string, string[]>> {
	const found = new Map<string, string[]>();
	for (const name of await store.names()) {
		const database = companyOf(name) === companyId ? await store.open(name) : null;
		if (database === null) continue;
		const address = parseDatabaseName(name);
		const isOwn = address?.kind === 'mailbox' && address.userId === userId;
		if (isOwn) await removeLocals(database);
		const ids = isOwn
			? await everythingIn(database)
			: address === null
				? // Pieces of uploads that are not whole begin with whose they are.
					await everythingIn(database, `${userId}:`)
				: await theirsIn(database, userId);
		if (ids.length > 0) found.set(name, ids);
	}
	return found;
}

/** Checkpoints of their devices, and whatever else they put there. */
async function removeLocals(mailbox: Database): Promise<void> {
	for (;;) {
		const ids = await mailbox.localIds(ROWS_AT_ONCE);
		if (ids.length === 0) return;
		for (const id of ids) await mailbox.removeLocal(id);
	}
}

async function everythingIn(database: Database, prefix = ''): Promise<string[]> {
	const ids: string[] = [];
	for await (const { id, deleted } of rowsOf(database)) {
		if (!id.startsWith(prefix)) continue;
		if (!deleted || !isErased(await database.read(id))) ids.push(id);
	}
	return ids;
}

/** Pictures first, so that one that is broken off finds them again by the papers that name them. */
async function theirsIn(database: Database, userId: string): Promise<string[]> {
	const papers: string[] = [];
	const pictures = new Set<string>();
	const kept = new Set<string>();
	for await (const { id, deleted } of rowsOf(database)) {
		if (blobHash(id) !== null) continue;
		const parsed = parseDocumentId(id);
		const isDecision = parsed?.type === 'decision';
		const isOwn = parsed?.ownerId === userId && !isDecision;
		const namesPictures = parsed?.type === 'receipt' || parsed?.type === 'submission';
		if (!isOwn && !isDecision && !(namesPictures && !deleted)) continue;
		const stored = await database.read(id);
		if (isErased(stored)) continue;
		// Decisions belong to what they are about.
		const isTheirs = isDecision ? judgedOwnerOf(stored) === userId : isOwn;
		if (isTheirs) papers.push(id);
		for (const sha256 of picturesOf(stored)) (isTheirs ? pictures : kept).add(sha256);
	}
	const blobs: string[] = [];
	for (const sha256 of pictures) {
		const stored = kept.has(sha256) ? null : await database.read(blobId(sha256));
		if (stored !== null && !isErased(stored)) blobs.push(stored.id);
	}
	return [...blobs, ...papers];
}

async function* rowsOf(database: Database) {
	let since = '0';
	for (;;) {
		const { rows, lastSeq, pending } = await database.changes({ since, limit: ROWS_AT_ONCE });
		yield* rows;
		if (pending === 0) return;
		since = lastSeq;
	}
}

function isErased(stored: StoredRevision | null): boolean {
	return stored?.deleted === true && stored.body['removal'] === 'erased';
}

/** Whose submission a decision is about. */
function judgedOwnerOf(decision: StoredRevision | null): string | null {
	const { submissionId } = (decision?.body['body'] ?? {}) as { submissionId?: string };
	return submissionId === undefined ? null : ownerOf(submissionId);
}

interface Pictured {
	sha256: string;
	/** Older documents have none. */
	thumbnailSha256?: string | null;
}

/** Hashes of the pictures, small ones too, a receipt or a submission names. */
function picturesOf(stored: StoredRevision | null): string[] {
	const body = stored?.body['body'] as
		(Partial<Pictured> & { receipts?: readonly Pictured[] }) | undefined;
	return [body ?? {}, ...(body?.receipts ?? [])].flatMap(({ sha256, thumbnailSha256 }) => [
		...(sha256 === undefined ? [] : [sha256]),
		...(thumbnailSha256 ? [thumbnailSha256] : [])
	]);
}
