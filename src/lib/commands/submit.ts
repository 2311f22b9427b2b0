import { isApproved } from '@outlay/domain/case-states';
import { contentHashOf } from '@outlay/domain/canonical-json';
import { withoutHomePoints } from '@outlay/domain/home-blur';
import { documentId } from '@outlay/domain/identifiers';
import { refuse } from '@outlay/domain/refusal';
import { settingOn } from '@outlay/domain/setting-on';
import type { SubmissionBody } from '@outlay/domain/submission';
import { judgeSubmission } from '@outlay/domain/submission-rules';
import type { TransactionBody } from '@outlay/domain/transaction';
import { judgeTrip } from '@outlay/domain/trip-rules';
import type { Done } from './app.ts';
import { receiptsOf } from './attach-receipt.ts';
import { kilometresOfYear } from './confirmed-drives.ts';
import { localDay, newEnvelope, type DeedContext } from './context.ts';
import { dropTrimmed } from './cut-trip.ts';
import { encloseRoute, homesOf } from './enclose-route.ts';
import { stoppedTrip } from './measure-trip.ts';

/**
 * Freezes a transaction as a submission. Works offline: it is judged here by the same rules as on the server.
 * Refuses with the first thing missing, `transaction.waiting` and `transaction.approved` for what was submitted
 * already, and `submission.no_approver`. The value is the submission's id.
 */
export async function submit(context: DeedContext, transactionId: string): Promise<Done<string>> {
	const stored = await context.documents.get('transaction', transactionId);
	if (stored === null) return refuse('transaction.not_found');
	if (stored.isReadOnly) return refuse('transaction.newer_app');
	const standing = await context.caseOf(transactionId);
	if (standing?.state === 'waiting') return refuse('transaction.waiting');
	if (standing && isApproved(standing.state)) return refuse('transaction.approved');

	const settings = await context.settings();
	const today = localDay(context.clock);
	const { body } = stored.document;
	const snapshot = body.kind === 'mileage' ? withoutHomePoints(body, await homesOf(context)) : body;
	const year =
		snapshot.kind === 'mileage' ? await kilometresOfYear(context, transactionId, snapshot) : null;
	const yearBeforeM = year?.beforeM ?? 0;
	const judged = judgeSubmission(snapshot, settings, today, yearBeforeM);
	if (!judged.ok) return judged;
	const me = await context.documents.get('person', `person:${context.me.userId}`);
	if (me !== null && me.document.body.approverId === null) return refuse('submission.no_approver');

	const receipts = await receiptsOf(context, transactionId);
	if (snapshot.kind === 'expense' && receipts.length < snapshot.receiptIds.length) {
		return refuse('submission.receipt_not_here', 'receiptIds');
	}
	const before = standing === null ? null : await sentRoute(context, standing.submissionId);
	const trip = await tripFacts(context, snapshot, before);
	if (!trip.ok) return trip;

	const envelope = newEnvelope(context, 'submission');
	const content: Omit<SubmissionBody, 'contentHash'> = {
		subjectId: transactionId,
		previousId: standing?.submissionId ?? null,
		snapshot,
		...judged.value,
		receipts,
		...trip.value,
		yearBeforeM,
		settingsFrom: settingOn(settings, 'company', today)?.validFrom ?? today,
		submittedAt: envelope.createdAt
	};
	const contentHash = await contentHashOf(content, (text) => context.hashing.text(text));
	const submissionId = documentId('submission', context.me.userId, context.identities.ulid());
	await context.documents.add({
		_id: submissionId,
		type: 'submission',
		...envelope,
		body: { ...content, contentHash }
	});
	if (content.tripId !== null) await dropTrimmed(context, content.tripId);
	return { ok: true, value: submissionId };
}

async function sentRoute(context: DeedContext, submissionId: string): Promise<string | null> {
	const sent = await context.documents.get('submission', submissionId);
	return sent?.document.body.routeId ?? null;
}

async function tripFacts(
	context: DeedContext,
	snapshot: TransactionBody,
	routeBefore: string | null
): Promise<Done<Pick<SubmissionBody, 'tripId' | 'routeId' | 'fixesSha256'>>> {
	if (snapshot.kind !== 'mileage' || snapshot.tripId === null) {
		return { ok: true, value: { tripId: null, routeId: null, fixesSha256: null } };
	}
	const { tripId } = snapshot;
	const trip = await stoppedTrip(context, tripId);
	if (!trip.ok) return refuse('trip.still_recording');
	const judged = judgeTrip(trip.value, snapshot.distanceSource);
	if (!judged.ok) return judged;
	return {
		ok: true,
		value: {
			tripId,
			routeId: await encloseRoute(context, tripId, routeBefore),
			fixesSha256: trip.value.fixesSha256
		}
	};
}
