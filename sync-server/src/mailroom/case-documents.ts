import type { Case } from '@outlay/domain/case';
import { caseOf } from '@outlay/domain/case-of';
import type { KeptStamp } from './stamps.ts';
import { DOCUMENT_VERSIONS, type OutlayDocument } from '@outlay/domain/documents';
import { caseIdOf, ownerOf } from '@outlay/domain/identifiers';

/** Steps shown at most; a case with more keeps its newest. */
const MOST_STEPS = 1000;

export interface CasePapers {
	companyId: string;
	subjectId: string;
	/** Submissions, recalls and decisions, in any order. */
	documents: readonly OutlayDocument[];
	stamps: ReadonlyMap<string, KeptStamp>;
	approverId: string | null;
}

/**
 * The `case` document as the papers have it; null without a submission. Its times are the server's stamps, so the
 * same papers always give the same document.
 */
export function caseDocument(papers: CasePapers): Case | null {
	const { companyId, subjectId, documents, stamps, approverId } = papers;
	const view = caseOf({
		submissions: documents.filter((document) => document.type === 'submission'),
		recalls: documents.filter((document) => document.type === 'recall'),
		decisions: documents.filter((document) => document.type === 'decision'),
		stamps,
		stages: new Map([...stamps].map(([id, stamp]) => [id, stamp.stages ?? []])),
		approverId
	});
	const ownerId = ownerOf(subjectId);
	const received = [...stamps.values()].map(({ receivedAt }) => receivedAt).sort();
	const [createdAt] = received;
	const updatedAt = received.at(-1);
	if (view === null || ownerId === null || createdAt === undefined || updatedAt === undefined) {
		return null;
	}
	const { state, submissionId, holderId, steps } = view;
	return {
		_id: caseIdOf(subjectId),
		type: 'case',
		schema: DOCUMENT_VERSIONS.case,
		companyId,
		ownerId,
		createdAt,
		updatedAt,
		body: { subjectId, state, submissionId, holderId, steps: steps.slice(-MOST_STEPS) }
	};
}
