import { canonicalJson } from '@outlay/domain/canonical-json';
import type {
	AttachmentStub,
	Database,
	DocumentWrite,
	RevisionId,
	StoredRevision
} from '../store/document-store.ts';
import type { JsonObject } from '../store/json.ts';

/** What a copy carries; revisions are local to a database and stay behind. */
export interface Carried {
	id: string;
	body: JsonObject;
	attachments: Record<string, AttachmentStub>;
	/**
	 * What the server itself keeps up to date replaces what is there; what a person sent never does. A function is asked
	 * about what is there, and may leave it.
	 */
	replaces: boolean | ((there: StoredRevision) => boolean);
	/** Compare-and-set: where another revision is there (null for none), `CopyFailed` is thrown. */
	basedOn?: RevisionId | null;
}

/** A copy could not be written; the round is tried again. */
export class CopyFailed extends Error {
	readonly code = 'company.copy_failed';

	constructor(refusal: string) {
		super(`The store refused a copy: ${refusal}.`);
		this.name = 'CopyFailed';
	}
}

const MOST_ATTEMPTS = 5;

/**
 * Writes copies as ordinary revisions of the target: nothing where the same content is alive, a new revision on a
 * tombstone, so that what was delivered, deleted and delivered again is alive. What was erased or ran out of its
 * retention is not brought back. Doing it twice changes nothing.
 */
export async function copyDocuments(
	target: Database,
	documents: readonly Carried[]
): Promise<void> {
	let left = documents;
	for (let attempt = 0; left.length > 0; attempt++) {
		const writes: DocumentWrite[] = [];
		for (const document of left) {
			const write = writeFor(document, await target.read(document.id));
			if (write !== null) writes.push(write);
		}
		const outcomes = writes.length > 0 ? await target.write(writes) : [];
		const conflicting = new Set<string>();
		for (const outcome of outcomes) {
			if (outcome.ok) continue;
			if (outcome.refusal !== 'conflict' || attempt >= MOST_ATTEMPTS) {
				throw new CopyFailed(outcome.refusal);
			}
			conflicting.add(outcome.id);
		}
		left = left.filter(({ id }) => conflicting.has(id));
	}
}

function writeFor(document: Carried, there: StoredRevision | null): DocumentWrite | null {
	const { id, body, replaces, basedOn } = document;
	if (there !== null) {
		const isAlive = !there.deleted;
		const isReplaced = () => (typeof replaces === 'boolean' ? replaces : replaces(there));
		if (isAlive && (!isReplaced() || isSame(document, there))) return null;
		const removal = there.body['removal'];
		if (!isAlive && (removal === 'erased' || removal === 'retention')) return null;
	}
	if (basedOn !== undefined && basedOn !== (there?.rev ?? null)) throw new CopyFailed('conflict');
	return {
		id,
		body,
		deleted: false,
		// The bytes are shared within the company; this revision brings them into this database.
		attachments: Object.fromEntries(
			Object.entries(document.attachments).map(([name, stub]) => [name, { ...stub, revpos: 0 }])
		),
		parentRev: there?.rev ?? null
	};
}

function isSame(document: Carried, there: StoredRevision): boolean {
	const bytesOf = (attachments: Record<string, AttachmentStub>) =>
		Object.entries(attachments).map(([name, { digest, length, contentType }]) => [
			name,
			digest,
			length,
			contentType
		]);
	return (
		canonicalJson([document.body, bytesOf(document.attachments)]) ===
		canonicalJson([there.body, bytesOf(there.attachments)])
	);
}
