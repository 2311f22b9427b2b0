import { isApproved } from '@outlay/domain/case';
import type { ConfirmedDrive } from '@outlay/domain/mileage/known-distance';
import { yearKilometres, type YearKilometres } from '@outlay/domain/mileage/year-kilometres';
import type { MileageBody } from '@outlay/domain/transaction';
import { documentsOf, firstOf, type DeedContext } from './context.ts';

/** More than anybody submits in a year. */
const A_YEAR_OF_SUBMISSIONS = 2000;

/**
 * The drives the person submitted and nobody declined or took back, each as it was last submitted, among their newest
 * `limit` submissions.
 */
export async function confirmedDrives(
	{ documents, me }: DeedContext,
	limit: number
): Promise<(ConfirmedDrive & { subjectId: string })[]> {
	const [submissions, cases] = await Promise.all([
		firstOf(documents.watchNewest('submission', limit)),
		firstOf(documents.watchNewest('case', limit))
	]);
	const states = new Map(documentsOf(cases).map(({ body }) => [body.subjectId, body.state]));
	const seen = new Set<string>();
	const drives: (ConfirmedDrive & { subjectId: string })[] = [];
	for (const { ownerId, body } of documentsOf(submissions)) {
		const { subjectId, snapshot } = body;
		// The newest submission of a drive is the one that counts.
		if (ownerId !== me.userId || snapshot.kind !== 'mileage' || seen.has(subjectId)) continue;
		seen.add(subjectId);
		const state = states.get(subjectId) ?? 'waiting';
		if (state === 'declined' || state === 'recalled') continue;
		drives.push({ body: snapshot, isApproved: isApproved(state), subjectId });
	}
	return drives;
}

/**
 * How far the person's submitted drives of the year, without this one, have come towards the limit of the high rate;
 * null where there is none for such a drive.
 */
export async function kilometresOfYear(
	context: DeedContext,
	transactionId: string,
	drive: MileageBody
): Promise<YearKilometres | null> {
	const [settings, drives] = await Promise.all([
		context.settings(),
		confirmedDrives(context, A_YEAR_OF_SUBMISSIONS)
	]);
	const others = drives.filter(({ subjectId }) => subjectId !== transactionId);
	return yearKilometres(
		drive,
		others.map(({ body }) => body),
		settings
	);
}
