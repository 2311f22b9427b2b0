import type { CaseView } from '@outlay/domain/case-of';
import { caseIdOf } from '@outlay/domain/identifiers';
import { standingOf } from '@outlay/domain/standing';
import { documentsOf, firstOf } from './context.ts';
import type { Documents, SignedIn } from './ports.ts';

/** Where a transaction stands on this device now; null when it was never submitted. */
export async function standingHere(
	documents: Documents,
	me: SignedIn,
	subjectId: string
): Promise<CaseView | null> {
	const [about, serverCase, person] = await Promise.all([
		firstOf(documents.watchAbout(subjectId)),
		documents.get('case', caseIdOf(subjectId)),
		documents.get('person', `person:${me.userId}`)
	]);
	return standingOf(
		documentsOf(about),
		serverCase?.document ?? null,
		person?.document.body.approverId ?? null
	);
}
