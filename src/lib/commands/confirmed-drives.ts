import { isApproved, type CaseState } from '@outlay/domain/case-states';
import type { ConfirmedDrive } from '@outlay/domain/mileage/known-distance';
import { yearKilometres, type YearKilometres } from '@outlay/domain/mileage/year-kilometres';
import type { MileageBody } from '@outlay/domain/transaction';
import { documentsOf, firstOf, type DeedContext } from './context.ts';

/** A drive of the person's that stands. */
export interface StandingDrive extends ConfirmedDrive {
	subjectId: string;
	yearBeforeM: number;
}

/**
 * The drives the person submitted and nobody declined or took back, each as it was last submitted, among their newest
 * `limit` submissions. Where one stands is what the server last said: one that was taken back, and the server doesn't
 * know, still counts there, too.
 */
export async function confirmedDrives(
	context: DeedContext,
	limit: number
): Promise<StandingDrive[]> {
	return (await newestDrives(context, limit)).drives;
}

async function newestDrives(
	{ documents, me }: DeedContext,
	limit: number
): Promise<{ drives: StandingDrive[]; oldest: string | null }> {
	const [submissions, cases] = await Promise.all([
		firstOf(documents.watchNewest('submission', limit)),
		firstOf(documents.watchNewest('case', limit))
	]);
	const states = new Map<string, CaseState>();
	for (const { body } of documentsOf(cases)) {
		states.set(body.submissionId, body.state);
		for (const { documentId } of body.steps) states.set(documentId, body.state);
	}
	const seen = new Set<string>();
	const drives: StandingDrive[] = [];
	for (const { _id, ownerId, body } of documentsOf(submissions)) {
		const { subjectId, snapshot, yearBeforeM } = body;
		// The newest submission of a drive is the one that counts.
		if (ownerId !== me.userId || snapshot.kind !== 'mileage' || seen.has(subjectId)) continue;
		seen.add(subjectId);
		// One the server has not seen yet waits, whatever became of the one before.
		const state = states.get(_id) ?? 'waiting';
		if (state === 'declined' || state === 'recalled') continue;
		drives.push({ body: snapshot, isApproved: isApproved(state), subjectId, yearBeforeM });
	}
	const isAll = submissions.length < limit && cases.length < limit;
	return { drives, oldest: isAll ? null : (submissions.at(-1)?.document.createdAt ?? null) };
}

/** Read at first; twice as many as long as they may not reach back to the year's first day. */
const FIRST_READ = 1000;

/** Every drive of the person's that stands and may have been driven in the year (`2026`) or later. */
export async function drivesSince(context: DeedContext, year: string): Promise<StandingDrive[]> {
	for (let limit = FIRST_READ; ; limit *= 2) {
		const { drives, oldest } = await newestDrives(context, limit);
		// Nothing is submitted before the day it was driven; a day of grace for the zones.
		if (oldest === null || oldest.slice(0, 10) < `${Number(year) - 1}-12-31`) return drives;
	}
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
	const settings = await context.settings();
	// Most drives have no limit, and nothing has to be read for them.
	if (drive.drivenOn === null || yearKilometres(drive, [], settings) === null) return null;
	const drives = await drivesSince(context, drive.drivenOn.slice(0, 4));
	const others = drives.filter(({ subjectId }) => subjectId !== transactionId);
	return yearKilometres(
		drive,
		others.map(({ body, yearBeforeM }) => ({ drive: body, yearBeforeM })),
		settings
	);
}
