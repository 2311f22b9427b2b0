import type { Refusal } from '@outlay/domain/refusal';
import type { WriteDenial } from './access-port.ts';

/** For people at a CouchDB client; the app has its own words, in the person's language, by the code. */
const WORDS: Readonly<Record<string, string>> = {
	'document.unknown_type': 'The id is none this server knows.',
	'document.not_writable': 'Only the server writes documents of this type.',
	'document.not_yours': 'The id names somebody else as its owner.',
	'document.other_company': 'The document belongs to another company.',
	'document.id_mismatch': 'The document names another owner than its id.',
	'document.too_new': 'The document is newer than this server.',
	'document.shape': 'The document does not have the shape of its type.',
	'document.attachments': 'Bytes belong in a blob document.',
	'document.immutable': 'This document can not be changed once it is written.',
	'document.not_deletable': 'This document can not be deleted.',
	'document.tombstone_body': 'A deleted document has no content.',
	'document.removed': 'The document was removed for good.',
	'blob.body': 'A blob document has no content beside its bytes.',
	'blob.attachment': 'A blob document has one attachment, data.',
	'blob.media_type': 'Only JPEG, PNG, WebP and PDF files are stored.',
	'blob.too_large': 'The file is larger than 8 MB.',
	'blob.other_content': 'The bytes are not those the id names.',
	'trace.open': 'A chunk of fixes is sent when it is closed.',
	'submission.content_hash': 'The content hash does not fit the content.',
	'submission.not_yours': 'The submission names what belongs to somebody else.',
	'submission.trip_differs': 'The submission names another trip than its snapshot.',
	'submission.receipts_differ': 'The submission lists other receipts than its snapshot.',
	'submission.no_approver': 'Nobody is set to approve this.',
	'submission.amount_differs': 'The amount is not the one the rules give.',
	'submission.year_kilometres': 'Drives of the year were submitted that it does not count.',
	'recall.not_yours': 'Only the submitter takes a submission back.',
	'decision.not_approver': 'Only approvers decide.',
	'decision.own_submission': 'Nobody decides about their own submission.',
	'decision.not_deputy': 'Deciding for somebody else is not set up.',
	'decision.unknown_submission': 'The submission is not in this mailbox.',
	'decision.other_content': 'The decision names other content than was submitted.',
	'decision.reason_missing': 'A reason is needed.'
};

/** A CouchDB error row for a refusal: the code first, then words. Never a value of the document. */
export function denialOf(refusal: Refusal): WriteDenial {
	const words = WORDS[refusal.code] ?? 'The rules do not allow this document.';
	const place = refusal.field ? ` (${refusal.field})` : '';
	return { error: 'forbidden', reason: `${refusal.code}: ${words}${place}` };
}
