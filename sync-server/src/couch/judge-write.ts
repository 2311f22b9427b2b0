import type { Caller, WriteDenial } from '../access/access-port.ts';
import type { Database, DocumentWrite, StoredRevision } from '../store/document-store.ts';
import type { CouchDeps } from './couch-deps.ts';
import type { Refused } from './refused.ts';
import { unusableDesign } from './views/design-document.ts';

/** What must still be so when a person's write is committed: they extend the winner, and the one that was judged. */
export function conditionsOf(
	caller: Caller,
	current: Pick<StoredRevision, 'rev'> | null
): Pick<DocumentWrite, 'winnerOnly' | 'judgedRev'> {
	return caller.kind === 'person' ? { winnerOnly: true, judgedRev: current?.rev ?? null } : {};
}

/** Asks access control, then the database's own functions; a refusal comes with the status it has alone. */
export async function judge(
	deps: CouchDeps,
	{ db, caller }: { db: Database; caller: Caller },
	write: DocumentWrite,
	current: StoredRevision | null
): Promise<Refused | null> {
	return (
		refuseDesign(caller, write) ??
		refusedBy(await deps.access.judgeWrite(caller, db.name, write, current)) ??
		(await deps.validators.judge(db, caller, write, current))
	);
}

/** As `judge`, before the bytes of the attachment arrive. */
export async function judgeUpload(
	deps: CouchDeps,
	{ db, caller }: { db: Database; caller: Caller },
	write: DocumentWrite,
	attachmentName: string,
	current: StoredRevision | null
): Promise<Refused | null> {
	return (
		refuseDesign(caller, write) ??
		refusedBy(await deps.access.judgeUpload(caller, db.name, write, attachmentName, current))
	);
}

function refuseDesign(caller: Caller, { id, deleted, body }: DocumentWrite): Refused | null {
	if (!id.startsWith('_design/')) return null;
	if (caller.kind === 'administrator') return deleted ? null : unusableDesign(body);
	const reason = 'document.design: Design documents are for the server administrator alone.';
	return { error: 'forbidden', reason, statusCode: 403 };
}

function refusedBy(denial: WriteDenial | null): Refused | null {
	return denial && { ...denial, statusCode: denial.error === 'unauthorized' ? 401 : 403 };
}
