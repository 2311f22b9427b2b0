import type { CaseView } from '@outlay/domain/case-of';
import { DOCUMENT_VERSIONS } from '@outlay/domain/documents';
import type { DocumentType } from '@outlay/domain/identifiers';
import type { Setting } from '@outlay/domain/setting';
import type {
	Clock,
	Documents,
	Hashing,
	Identities,
	Live,
	Photos,
	SignedIn,
	Stored,
	TripMeasuring,
	Vault
} from './ports.ts';

/** What every deed may reach for; made once by the composition root. */
export interface DeedContext {
	me: SignedIn;
	documents: Documents;
	vault: Vault;
	clock: Clock;
	identities: Identities;
	hashing: Hashing;
	photos: Photos;
	measuring: TripMeasuring;
	settings: () => Promise<readonly Setting[]>;
	/** Where a transaction stands now, unsent decisions included; null when it was never submitted. */
	caseOf: (subjectId: string) => Promise<CaseView | null>;
}

/** The members that every document has, with the version its type has now. */
export function newEnvelope(context: Pick<DeedContext, 'me' | 'clock'>, type: DocumentType) {
	const now = new Date(context.clock.nowMs()).toISOString();
	return {
		schema: DOCUMENT_VERSIONS[type],
		companyId: context.me.companyId,
		ownerId: context.me.userId,
		createdAt: now,
		updatedAt: now
	};
}

/** A changed body, with the time of the change. */
export function withBody<D extends { body: unknown; updatedAt: string }>(
	document: D,
	body: D['body'],
	clock: Clock
): D {
	return { ...document, body, updatedAt: new Date(clock.nowMs()).toISOString() };
}

/** Today (`YYYY-MM-DD`) where the device is. */
export function localDay(clock: Clock): string {
	return localDayOf(clock.nowMs());
}

/** The day (`YYYY-MM-DD`) of a time (epoch milliseconds) where the device is. */
export function localDayOf(timeMs: number): string {
	const at = new Date(timeMs);
	const two = (n: number) => String(n).padStart(2, '0');
	return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The first value of a live one. */
export function firstOf<T>(live: Live<T>): Promise<T> {
	return new Promise((resolve) => {
		let stop: (() => void) | null = null;
		let isDone = false;
		stop = live.subscribe((value) => {
			isDone = true;
			resolve(value);
			stop?.();
		});
		if (isDone) stop();
	});
}

export function documentsOf<D>(stored: readonly Stored<D>[]): D[] {
	return stored.map(({ document }) => document);
}
