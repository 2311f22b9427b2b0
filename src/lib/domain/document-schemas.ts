import type { TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { CaseSchema } from './case.ts';
import { DOCUMENT_VERSIONS, upcast, type OutlayDocument } from './documents.ts';
import { parseDocumentId, type DocumentType } from './identifiers.ts';
import { KeptSchema, PersonSchema, ProfileSchema } from './person.ts';
import { ReceiptSchema } from './receipt.ts';
import { ok, refuse, type Result } from './refusal.ts';
import { RouteSchema } from './route.ts';
import { SettingSchema } from './setting.ts';
import { DecisionSchema, RecallSchema, SubmissionSchema } from './submission.ts';
import { TransactionSchema } from './transaction.ts';
import { TraceSchema, TripSchema } from './trip.ts';

/** Each type's schema and its version. A changed schema needs a new version and an upcast: a test holds the hashes. */
export const DOCUMENT_SCHEMAS: {
	readonly [T in DocumentType]: { version: number; schema: TSchema };
} = {
	transaction: { version: DOCUMENT_VERSIONS.transaction, schema: TransactionSchema },
	receipt: { version: DOCUMENT_VERSIONS.receipt, schema: ReceiptSchema },
	trip: { version: DOCUMENT_VERSIONS.trip, schema: TripSchema },
	trace: { version: DOCUMENT_VERSIONS.trace, schema: TraceSchema },
	submission: { version: DOCUMENT_VERSIONS.submission, schema: SubmissionSchema },
	route: { version: DOCUMENT_VERSIONS.route, schema: RouteSchema },
	recall: { version: DOCUMENT_VERSIONS.recall, schema: RecallSchema },
	decision: { version: DOCUMENT_VERSIONS.decision, schema: DecisionSchema },
	case: { version: DOCUMENT_VERSIONS.case, schema: CaseSchema },
	kept: { version: DOCUMENT_VERSIONS.kept, schema: KeptSchema },
	person: { version: DOCUMENT_VERSIONS.person, schema: PersonSchema },
	profile: { version: DOCUMENT_VERSIONS.profile, schema: ProfileSchema },
	setting: { version: DOCUMENT_VERSIONS.setting, schema: SettingSchema }
};

/**
 * Checks the shape of a document as it arrives, without CouchDB's own members: `document.unknown_type`,
 * `document.id_mismatch`, `document.too_new`, `document.shape` (with the place, never the value).
 */
export function checkDocument(candidate: Record<string, unknown>): Result<OutlayDocument> {
	const id = candidate['_id'];
	const parsed = typeof id === 'string' ? parseDocumentId(id) : null;
	if (parsed === null || parsed.type !== candidate['type']) return refuse('document.unknown_type');
	if (candidate['ownerId'] !== (parsed.ownerId ?? '')) return refuse('document.id_mismatch');
	const { version, schema } = DOCUMENT_SCHEMAS[parsed.type];
	const written = candidate['schema'];
	if (typeof written !== 'number' || !Number.isInteger(written)) {
		return refuse('document.shape', 'schema');
	}
	if (written > version) return refuse('document.too_new');
	// An older app may still be offline: what it wrote is judged after the lift.
	const lifted =
		written < version
			? upcast(candidate as Parameters<typeof upcast>[0]).document
			: (candidate as unknown as OutlayDocument);
	if (!Check(schema, lifted)) {
		const first = Errors(schema, lifted)[0];
		return refuse('document.shape', (first?.instancePath || '/').slice(1).replaceAll('/', '.'));
	}
	return ok(candidate as unknown as OutlayDocument);
}
