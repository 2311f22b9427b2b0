import type { Refusal } from '@outlay/domain/refusal';
import { m } from '#lib/paraglide/messages.js';

const SENTENCES: Readonly<Record<string, () => string>> = {
	'amount.missing': m.refusal_amount_missing,
	'amount.negative': m.refusal_amount_negative,
	'amount.unreadable': m.refusal_amount_unreadable,
	'amount.too_many_decimals': m.refusal_amount_too_many_decimals,
	'amount.zero': m.refusal_amount_zero,
	'amount.too_large': m.refusal_amount_too_large,
	'content.identity_number': m.refusal_content_identity_number,
	'content.card_number': m.refusal_content_card_number,
	'expense.amount_missing': m.refusal_expense_amount_missing,
	'expense.date_missing': m.refusal_expense_date_missing,
	'expense.date_future': m.refusal_expense_date_future,
	'expense.cost_type_missing': m.refusal_expense_cost_type_missing,
	'expense.cost_type_unknown': m.refusal_expense_cost_type_unknown,
	'expense.receipt_missing': m.refusal_expense_receipt_missing,
	'expense.purpose_missing': m.refusal_expense_purpose_missing,
	'mileage.from_missing': m.refusal_mileage_from_missing,
	'mileage.to_missing': m.refusal_mileage_to_missing,
	'mileage.distance_missing': m.refusal_mileage_distance_missing,
	'mileage.distance_unreadable': m.refusal_mileage_distance_unreadable,
	'mileage.distance_too_long': m.refusal_mileage_distance_too_long,
	'mileage.zero_distance': m.refusal_mileage_zero_distance,
	'mileage.date_missing': m.refusal_mileage_date_missing,
	'mileage.date_future': m.refusal_mileage_date_future,
	'mileage.purpose_missing': m.refusal_mileage_purpose_missing,
	'rate.missing': m.refusal_rate_missing,
	'photo.empty': m.refusal_photo_empty,
	'photo.not_a_picture': m.refusal_photo_not_a_picture,
	'photo.broken': m.refusal_photo_broken,
	'photo.too_large': m.refusal_photo_too_large,
	'photo.unsupported': m.refusal_photo_unsupported,
	'photo.encrypted_pdf': m.refusal_photo_encrypted_pdf,
	'photo.twice': m.refusal_photo_twice,
	'photo.camera_denied': m.refusal_photo_camera_denied,
	'submission.no_approver': m.refusal_submission_no_approver,
	'submission.receipt_not_here': m.refusal_submission_receipt_not_here,
	'submission.amount_differs': m.refusal_submission_amount_differs,
	'transaction.approved': m.refusal_transaction_approved,
	'transaction.waiting': m.refusal_transaction_waiting,
	'transaction.was_submitted': m.refusal_transaction_was_submitted,
	'transaction.newer_app': m.refusal_transaction_newer_app,
	'transaction.not_found': m.refusal_transaction_not_found,
	'recall.nothing_waits': m.refusal_recall_nothing_waits,
	'decision.reason_missing': m.refusal_decision_reason_missing,
	'decision.not_waiting': m.refusal_decision_not_waiting,
	'decision.own_submission': m.refusal_decision_own_submission,
	'decision.not_approver': m.refusal_decision_not_approver,
	'decision.not_found': m.refusal_decision_not_found,
	'trip.location_off': m.refusal_trip_location_off,
	'trip.already_recording': m.refusal_trip_already_recording,
	'trip.still_recording': m.refusal_trip_still_recording,
	'trip.not_recording': m.refusal_trip_not_recording,
	'trip.no_movement': m.refusal_trip_no_movement,
	'trip.not_found': m.refusal_trip_not_found,
	'sign_in.refused': m.refusal_sign_in_refused,
	'sign_in.too_many': m.refusal_sign_in_too_many,
	'sign_in.incomplete': m.refusal_sign_in_incomplete,
	'sign_in.unreachable': m.refusal_sign_in_unreachable,
	'sign_in.overloaded': m.refusal_sign_in_overloaded,
	'session.expired': m.refusal_session_expired,
	'document.too_new': m.refusal_document_too_new,
	'storage.full': m.refusal_storage_full
};

/**
 * The one place that turns a refusal's code into a sentence that says what to do. Codes that only a broken app or a
 * forged document can meet share one sentence that names the code.
 */
export function refusalWords({ code }: Refusal): string {
	return SENTENCES[code]?.() ?? m.refusal_other({ code });
}
