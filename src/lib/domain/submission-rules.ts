import { isDate } from './calendar-date.ts';
import { parseKilometres } from './distance-input.ts';
import { areLegsOf, isLegSource, weakestSource } from './mileage/distance-source.ts';
import { legsM } from './mileage/known-distance.ts';
import { mileageAmount } from './mileage/mileage-amount.ts';
import { yearKilometres, type StatedDrive } from './mileage/year-kilometres.ts';
import { wordsKey } from './mileage/way.ts';
import { parseAmount } from './money.ts';
import { refuseContent } from './content-guard.ts';
import { ok, refuse, type Result } from './refusal.ts';
import { settingOn } from './setting-on.ts';
import type { Setting } from './setting.ts';
import type { DerivationLine, SubmissionBody } from './submission.ts';
import { TransactionBody, type ExpenseBody, type MileageBody } from './transaction.ts';

export interface SubmittedAmount {
	amountMinor: number;
	currency: string;
	derivation: DerivationLine[];
}

/**
 * Whether a transaction may be submitted, with what it comes to. `today` (`YYYY-MM-DD`) is the submitter's day. The
 * first thing missing is refused, its field named: `expense.amount_missing`, `expense.date_future`,
 * `expense.receipt_missing`, `mileage.zero_distance`, … `yearBeforeM` is `mileageAmount`'s. The same on device and
 * server.
 */
export function judgeSubmission(
	body: TransactionBody,
	settings: readonly Setting[],
	today: string,
	yearBeforeM: number
): Result<SubmittedAmount> {
	const prohibited = refuseContent(TransactionBody, body);
	if (prohibited) return { ok: false, refusal: prohibited };
	return body.kind === 'expense'
		? judgeExpense(body, settings, today)
		: judgeMileage(body, settings, today, yearBeforeM);
}

function judgeExpense(
	body: ExpenseBody,
	settings: readonly Setting[],
	today: string
): Result<SubmittedAmount> {
	if (body.amountMinor === null) {
		const read = parseAmount(body.amountText, body.currency);
		const why = read.ok ? 'amount.unreadable' : read.refusal.code;
		return refuse(why === 'amount.missing' ? 'expense.amount_missing' : why, 'amountMinor');
	}
	if (body.amountMinor <= 0) return refuse('amount.zero', 'amountMinor');
	if (body.spentOn === null || !isDate(body.spentOn)) {
		return refuse('expense.date_missing', 'spentOn');
	}
	if (body.spentOn > today) return refuse('expense.date_future', 'spentOn');
	if (body.costTypeId === null) return refuse('expense.cost_type_missing', 'costTypeId');
	const costTypes = settingOn(settings, 'cost-types', today)?.body.costTypes ?? [];
	const costType = costTypes.find(({ costTypeId }) => costTypeId === body.costTypeId);
	if (costType === undefined) return refuse('expense.cost_type_unknown', 'costTypeId');
	if (costType.needsReceipt && body.receiptIds.length === 0) {
		return refuse('expense.receipt_missing', 'receiptIds');
	}
	if (body.purpose.trim() === '') return refuse('expense.purpose_missing', 'purpose');
	return ok({ amountMinor: body.amountMinor, currency: body.currency, derivation: [] });
}

function judgeMileage(
	body: MileageBody,
	settings: readonly Setting[],
	today: string,
	yearBeforeM: number
): Result<SubmittedAmount> {
	if (body.from.trim() === '') return refuse('mileage.from_missing', 'from');
	if (body.to.trim() === '') return refuse('mileage.to_missing', 'to');
	if (body.vias.some(({ name }) => name.trim() === ''))
		return refuse('mileage.via_missing', 'vias');
	const isRound = wordsKey(body.from) === wordsKey(body.to);
	// A recorded round trip shows where it went.
	if (isRound && body.vias.length === 0 && body.tripId === null) {
		return refuse('mileage.same_place', 'to');
	}
	const said = judgeDistanceSource(body);
	if (said) return said;
	if (body.distanceM === null && body.distanceText !== '') {
		const read = parseKilometres(body.distanceText);
		return read.ok ? refuse('mileage.distance_unreadable', 'distanceM') : read;
	}
	if (body.drivenOn !== null && body.drivenOn > today) {
		return refuse('mileage.date_future', 'drivenOn');
	}
	const amount = mileageAmount(body, settings, yearBeforeM);
	if (!amount.ok) return amount;
	if (body.purpose.trim() === '') return refuse('mileage.purpose_missing', 'purpose');
	return amount;
}

/** What is wrong with where a distance comes from; null when its figures belong together. */
function judgeDistanceSource(body: MileageBody): Result<never> | null {
	const { distanceSource, distanceM, legs, odometerStartKm, odometerEndKm } = body;
	if (isLegSource(distanceSource)) {
		const isMeasuredSo =
			areLegsOf(legs, body.wayMark, body) &&
			legs.every(({ source }) => isLegSource(source)) &&
			weakestSource(legs.map(({ source }) => source).filter(isLegSource)) === distanceSource &&
			legsM(legs) === distanceM;
		if (!isMeasuredSo) return refuse('mileage.distance_outdated', 'distanceM');
		if (distanceSource === 'straight-estimate' && !body.isEstimateConfirmed) {
			return refuse('mileage.estimate_unconfirmed', 'distanceM');
		}
	}
	// A recorded trip has its readings in itself.
	if (distanceSource === 'odometer' && body.tripId === null) {
		if (odometerStartKm === null) return refuse('mileage.odometer_missing', 'odometerStartKm');
		if (odometerEndKm === null) return refuse('mileage.odometer_missing', 'odometerEndKm');
		if (odometerEndKm <= odometerStartKm) {
			return refuse('mileage.odometer_backwards', 'odometerEndKm');
		}
		if ((odometerEndKm - odometerStartKm) * 1000 !== distanceM) {
			return refuse('mileage.distance_outdated', 'odometerEndKm');
		}
	}
	return null;
}

/**
 * Judges a submission as it arrived. The amounts are worked out again from its snapshot, so that a forged figure is
 * refused (`submission.amount_differs`). A day of grace covers clocks and time zones.
 *
 * `others` gives the person's other drives that stand. A drive may state more kilometres before it than they come to
 * (what was driven before the company used this is the person's word), never fewer where that would pay more:
 * `submission.year_kilometres`.
 */
export async function judgeArrivedSubmission(
	body: SubmissionBody,
	settings: readonly Setting[],
	tomorrow: string,
	others: () => Promise<readonly StatedDrive[]>
): Promise<Result<SubmittedAmount>> {
	const { snapshot, yearBeforeM, amountMinor, currency } = body;
	const judged = judgeSubmission(snapshot, settings, tomorrow, yearBeforeM);
	if (!judged.ok) return judged;
	if (judged.value.amountMinor !== amountMinor || judged.value.currency !== currency) {
		return refuse('submission.amount_differs', 'amountMinor');
	}
	// Most drives have no limit, and nothing has to be read for them.
	if (snapshot.kind !== 'mileage' || yearKilometres(snapshot, [], settings) === null) return judged;
	const beforeM = yearKilometres(snapshot, await others(), settings)?.beforeM ?? 0;
	if (beforeM <= yearBeforeM) return judged;
	const due = mileageAmount(snapshot, settings, beforeM);
	return due.ok && due.value.amountMinor === amountMinor
		? judged
		: refuse('submission.year_kilometres', 'distanceM');
}
