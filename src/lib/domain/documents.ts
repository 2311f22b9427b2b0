import {
	keptOfMerge,
	routeFromVersion1,
	tripFromVersion1,
	tripFromVersion2,
	withBooks,
	withHomeRadius,
	withWays,
	withoutClearances,
	withoutStages,
	withoutThumbnail
} from './body-upcasts.ts';
import type { Case } from './case.ts';
import type { DocumentType } from './identifiers.ts';
import type { Kept, Person, Profile } from './person.ts';
import type { Receipt } from './receipt.ts';
import type { Route } from './route.ts';
import { withDatedMileageRates, withoutDemandedLock } from './setting-upcasts.ts';
import type { Setting } from './setting.ts';
import type { Decision, Recall, Submission } from './submission.ts';
import type { Transaction } from './transaction.ts';
import type { Trace, Trip } from './trip.ts';

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

/** The version of each type's schema: see `DOCUMENT_SCHEMAS`. Apart from these, so that reading needs no checking. */
export const DOCUMENT_VERSIONS = {
	transaction: 3,
	receipt: 2,
	trip: 3,
	trace: 1,
	submission: 5,
	route: 2,
	recall: 1,
	decision: 2,
	case: 2,
	kept: 2,
	person: 1,
	profile: 3,
	setting: 5
} as const satisfies Record<DocumentType, number>;

/** Lifts a body of one version to the next. */
type Upcast = (body: Record<string, unknown>) => Record<string, unknown>;

/** `UPCASTS[type][n]` lifts version n to n + 1. */
const UPCASTS: { readonly [T in DocumentType]?: Readonly<Record<number, Upcast>> } = {
	transaction: { 1: withoutClearances, 2: withWays },
	receipt: { 1: withoutThumbnail },
	trip: { 1: tripFromVersion1, 2: tripFromVersion2 },
	route: { 1: routeFromVersion1 },
	submission: {
		1: (body) => ({
			...body,
			snapshot: withoutClearances(body['snapshot'] as Record<string, unknown>)
		}),
		2: (body) => ({ ...body, snapshot: withWays(body['snapshot'] as Record<string, unknown>) }),
		3: (body) => ({
			...body,
			receipts: (body['receipts'] as Record<string, unknown>[]).map(withoutThumbnail)
		}),
		// Each drive counted as if it were the year's first.
		4: (body) => ({ ...body, yearBeforeM: 0 })
	},
	profile: { 1: withBooks, 2: withHomeRadius },
	kept: { 1: keptOfMerge },
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
	const version = DOCUMENT_VERSIONS[document.type];
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
