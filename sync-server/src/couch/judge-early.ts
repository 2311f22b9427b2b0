import type { Caller } from '../access/access-port.ts';
import type { Database, DocumentWrite } from '../store/document-store.ts';
import type { CouchDeps } from './couch-deps.ts';
import { conditionsOf, judge, judgeUpload } from './judge-write.ts';
import { followersOf, type SentDocument } from './parse-document.ts';
import type { Refused } from './refused.ts';
import { resolveAttachments } from './resolve-attachments.ts';
import { historyOf } from './sent-history.ts';
import { REFUSALS } from './write-refusals.ts';

/**
 * What is wrong with a document whose attachments' bytes are still to come, as far as that is known: they are taken to
 * be what their sender says. Null when nothing is; it is judged again once they are there.
 */
export async function judgeEarly(
	deps: CouchDeps,
	{ db, caller }: { db: Database; caller: Caller },
	sent: SentDocument & { id: string },
	replicated: boolean
): Promise<Refused | null> {
	const revisions = replicated ? historyOf(sent) : undefined;
	if (replicated && !revisions) return REFUSALS.bad_rev;
	const current = await db.read(sent.id);
	const attachments = await resolveAttachments(db, sent, revisions);
	if (!attachments) return REFUSALS.missing_stub;
	const write: DocumentWrite = {
		id: sent.id,
		deleted: sent.deleted,
		body: sent.body,
		attachments,
		parentRev: replicated ? null : sent.rev,
		...(revisions ? { revisions } : {}),
		...conditionsOf(caller, current)
	};
	const [first, ...others] = followersOf(sent);
	return first && others.length === 0
		? judgeUpload(deps, { db, caller }, write, first[0], current)
		: judge(deps, { db, caller }, write, current);
}
