import type { StatedDrive } from '@outlay/domain/mileage/year-kilometres';
import type { Submission } from '@outlay/domain/submission';
import { liftedDocument } from '../company/lifted-document.ts';
import type { Database, DocumentStore } from '../store/document-store.ts';

/** Mailboxes whose drives are kept at hand; the one asked longest ago makes room. */
const MOST_MAILBOXES = 200;
const ROWS_AT_ONCE = 1000;
/** How long what was allowed counts though the store does not show it: it may have failed since. */
const ALLOWED_MS = 60_000;

interface KnownMailbox {
	epoch: string;
	since: string;
	/** In the order they arrived, by submission id. */
	drives: Map<string, StatedDrive & { subjectId: string }>;
	/** By subject: which of the submissions it has seen counts; null when none stands. */
	cases: Map<string, { seen: ReadonlySet<string>; standingId: string | null }>;
	/** Allowed, and on its way into the store, by submission id. */
	allowed: Map<string, { drive: StatedDrive & { subjectId: string }; untilMs: number }>;
	reading: Promise<void>;
}

/**
 * The drives of people that stand: submitted, and not declined or taken back as far as the mailroom got. Read once from
 * a mailbox and followed by its changes since; nothing of it is lost with the process. Several rows of one request, and
 * requests at the same time, see each other through `allow`; two server processes do not, for the blink between
 * judging and writing.
 */
export class StandingDrives {
	readonly #store: DocumentStore;
	readonly #now: () => number;
	readonly #known = new Map<string, KnownMailbox>();

	constructor(store: DocumentStore, now: () => number) {
		this.#store = store;
		this.#now = now;
	}

	/** Without those of the subject. */
	async beside(mailbox: string, userId: string, subjectId: string): Promise<StatedDrive[]> {
		const known = await this.#current(mailbox, userId);
		const bySubject = new Map<string, StatedDrive>();
		for (const [submissionId, drive] of known.drives) {
			const decided = known.cases.get(drive.subjectId);
			// The last to arrive counts, unless the case says otherwise; it may not have seen the newest yet.
			if (!decided?.seen.has(submissionId)) bySubject.set(drive.subjectId, drive);
			else if (decided.standingId === submissionId) bySubject.set(drive.subjectId, drive);
		}
		for (const [submissionId, { drive, untilMs }] of known.allowed) {
			if (known.drives.has(submissionId) || untilMs < this.#now())
				known.allowed.delete(submissionId);
			else bySubject.set(drive.subjectId, drive);
		}
		bySubject.delete(subjectId);
		return [...bySubject.values()];
	}

	/** A submission may be written, and will be seen in the mailbox in a moment. */
	allow(mailbox: string, submission: Submission): void {
		const drive = driveOf(submission);
		const untilMs = this.#now() + ALLOWED_MS;
		if (drive !== null) this.#known.get(mailbox)?.allowed.set(submission._id, { drive, untilMs });
	}

	async #current(mailbox: string, userId: string): Promise<KnownMailbox> {
		const known = this.#known.get(mailbox) ?? nothingOf('');
		this.#known.delete(mailbox);
		this.#known.set(mailbox, known);
		const [oldest] = this.#known.keys();
		if (this.#known.size > MOST_MAILBOXES && oldest !== undefined) this.#known.delete(oldest);
		// One after the other: a reading that began earlier must not end later.
		const reading = known.reading
			.catch(() => undefined)
			.then(() => this.#follow(mailbox, userId, known));
		known.reading = reading;
		await reading;
		return known;
	}

	async #follow(mailbox: string, userId: string, known: KnownMailbox): Promise<void> {
		const database = await this.#store.open(mailbox);
		if (database === null) return;
		const { epoch } = await database.info();
		// Restored from a backup: what is here may not be there.
		if (epoch !== known.epoch)
			Object.assign(known, { ...nothingOf(epoch), reading: known.reading });
		for (let isMore = true; isMore;) {
			const page = await database.changes({ since: known.since, limit: ROWS_AT_ONCE });
			for (const { id } of page.rows) {
				if (id.startsWith(`submission:${userId}:`)) await readSubmission(database, id, known);
				else if (id.startsWith(`case:${userId}:`)) await readCase(database, id, known);
			}
			known.since = page.lastSeq;
			isMore = page.pending > 0;
		}
	}
}

function nothingOf(epoch: string): KnownMailbox {
	return {
		epoch,
		since: '0',
		drives: new Map(),
		cases: new Map(),
		allowed: new Map(),
		reading: Promise.resolve()
	};
}

async function readSubmission(database: Database, id: string, known: KnownMailbox): Promise<void> {
	const document = await readLifted(database, id);
	const drive = document?.type === 'submission' ? driveOf(document) : null;
	if (drive === null) known.drives.delete(id);
	else known.drives.set(id, drive);
}

async function readCase(database: Database, id: string, known: KnownMailbox): Promise<void> {
	const document = await readLifted(database, id);
	if (document?.type !== 'case') return;
	const { subjectId, submissionId, state, steps } = document.body;
	const isStanding = state !== 'declined' && state !== 'recalled';
	known.cases.set(subjectId, {
		seen: new Set([submissionId, ...steps.map(({ documentId }) => documentId)]),
		standingId: isStanding ? submissionId : null
	});
}

async function readLifted(database: Database, id: string) {
	const stored = await database.read(id);
	if (stored === null || stored.deleted) return null;
	return liftedDocument(stored);
}

function driveOf({ body }: Submission): (StatedDrive & { subjectId: string }) | null {
	const { snapshot, yearBeforeM, subjectId } = body;
	if (snapshot.kind !== 'mileage') return null;
	const { distanceM, drivenOn, country, vehicle, vehicleOwner } = snapshot;
	return {
		drive: { distanceM, drivenOn, country, vehicle, vehicleOwner },
		yearBeforeM,
		subjectId
	};
}
