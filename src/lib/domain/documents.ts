import type { TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { CaseSchema, type Case } from './case.ts';
import { parseDocumentId, type DocumentType } from './identifiers.ts';
import {
	KeptSchema,
	PersonSchema,
	ProfileSchema,
	withBooks,
	type Kept,
	type Person,
	type Profile
} from './person.ts';
import { ReceiptSchema, type Receipt } from './receipt.ts';
import { refuse, ok, type Result } from './refusal.ts';
import { withDatedMileageRates, withoutDemandedLock } from './setting-upcasts.ts';
import { RouteSchema, routeFromVersion1, type Route } from './route.ts';
import { SettingSchema, type Setting } from './setting.ts';
import {
	DecisionSchema,
	RecallSchema,
	SubmissionSchema,
	type Decision,
	type Recall,
	type Submission
} from './submission.ts';
import { TransactionSchema, withWays, type Transaction } from './transaction.ts';
import {
	TraceSchema,
	TripSchema,
	tripFromVersion1,
	tripFromVersion2,
	type Trace,
	type Trip
} from './trip.ts';

export type OutlayDocument =
	| Transaction
	| Receipt
	| Trip
	| Trace
	| Route
	| Submission
	| Recall
	| Decision
	| Case
	| Kept
	| Person
	| Profile
	| Setting;

export type DocumentOf<T extends DocumentType> = Extract<OutlayDocument, { type: T }>;

/** Each type's schema and its version. A changed schema needs a new version and an upcast: a test holds the hashes. */
export const DOCUMENT_SCHEMAS: {
	readonly [T in DocumentType]: { version: number; schema: TSchema };
} = {
	transaction: { version: 3, schema: TransactionSchema },
	receipt: { version: 1, schema: ReceiptSchema },
	trip: { version: 3, schema: TripSchema },
	trace: { version: 1, schema: TraceSchema },
	submission: { version: 3, schema: SubmissionSchema },
	route: { version: 2, schema: RouteSchema },
	recall: { version: 1, schema: RecallSchema },
	decision: { version: 2, schema: DecisionSchema },
	case: { version: 2, schema: CaseSchema },
	kept: { version: 1, schema: KeptSchema },
	person: { version: 1, schema: PersonSchema },
	profile: { version: 2, schema: ProfileSchema },
	setting: { version: 5, schema: SettingSchema }
};

/** Lifts a body of one version to the next. */
type Upcast = (body: Record<string, unknown>) => Record<string, unknown>;

/** `UPCASTS[type][n]` lifts version n to n + 1. */
const UPCASTS: { readonly [T in DocumentType]?: Readonly<Record<number, Upcast>> } = {
	transaction: { 1: withoutClearances, 2: withWays },
	trip: { 1: tripFromVersion1, 2: tripFromVersion2 },
	route: { 1: routeFromVersion1 },
	submission: {
		1: (body) => ({
			...body,
			snapshot: withoutClearances(body['snapshot'] as Record<string, unknown>)
		}),
		2: (body) => ({ ...body, snapshot: withWays(body['snapshot'] as Record<string, unknown>) })
	},
	profile: { 1: withBooks },
	decision: { 1: withoutClearances },
	case: { 1: withoutStages },
	// Version 3 adds the approval setting and 4 the places; what was there stays. Version 5: the lock of devices.
	setting: {
		1: withDatedMileageRates,
		2: (body) => body,
		3: (body) => body,
		4: withoutDemandedLock
	}
};

/** Version 1 knew one approver for a submission, and steps did not say which submission they were about. */
function withoutStages(body: Record<string, unknown>): Record<string, unknown> {
	const steps = body['steps'] as Record<string, unknown>[];
	return {
		...body,
		steps: steps.map((step) => ({
			...step,
			submissionId: step['deed'] === 'submitted' ? step['documentId'] : body['submissionId'],
			actedFor: null,
			stages: []
		}))
	};
}

/** Before version 2 nobody could say that a number is no identity number. */
function withoutClearances(body: Record<string, unknown>): Record<string, unknown> {
	return { ...body, clearances: [] };
}

/**
 * Lifts a stored document to the schema this app knows; serves pull, migrations and server. A document newer
 * than the app comes back as it is, `isNewer`, and is read-only until the app is updated. Throws a TypeError
 * where a step is missing: that is a bug of ours, not of the document.
 */
export function upcast(document: {
	type: DocumentType;
	schema: number;
	body: Record<string, unknown>;
	[member: string]: unknown;
}): { document: OutlayDocument; isNewer: boolean } {
	const { version } = DOCUMENT_SCHEMAS[document.type];
	let { schema, body } = document;
	while (schema < version) {
		const step = UPCASTS[document.type]?.[schema];
		if (step === undefined) throw new TypeError(`no upcast for ${document.type} version ${schema}`);
		body = step(body);
		schema += 1;
	}
	// The shape was checked when it was written; upcasts keep it.
	return {
		document: { ...document, schema, body } as unknown as OutlayDocument,
		isNewer: document.schema > version
	};
}

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
