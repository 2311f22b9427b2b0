import { databaseName, type DatabaseAddress } from '@outlay/domain/addresses';
import type { CompanyPeople } from '@outlay/domain/deliveries';
import { deliveriesOf } from '@outlay/domain/deliveries';
import { stagesOfSubmission } from '@outlay/domain/approval-stages';
import { openStageOf, type ApprovalStage, type Case } from '@outlay/domain/case';
import { upcast, type OutlayDocument } from '@outlay/domain/documents';
import { blobHash, caseIdOf, ownerOf, parseDocumentId } from '@outlay/domain/identifiers';
import type { Decision, Recall, Submission } from '@outlay/domain/submission';
import type { Accounts } from '../company/accounts.ts';
import type { CompanySettings } from '../company/company-settings.ts';
import type { Registry } from '../company/registry.ts';
import type { Database, DocumentStore, StoredRevision } from '../store/document-store.ts';
import { Awaited } from './awaited.ts';
import { Bags, isPostId } from './bags.ts';
import { caseDocument } from './case-documents.ts';
import { copyDocuments, type Carried } from '../company/copy-documents.ts';
import { Dockets } from './dockets.ts';
import { Stamps } from './stamps.ts';

export interface RoundParts {
	store: DocumentStore;
	registry: Registry;
	accounts: Accounts;
	settings: CompanySettings;
	now: () => number;
	/** Throws when this server may not, or no longer, work on a company; asked before each write. */
	requireTurn?: (companyId: string) => void;
}

type MailboxAddress = Extract<DatabaseAddress, { kind: 'mailbox' }>;
type Post = Submission | Recall | Decision;

const ROWS_A_PAGE = 200;

/**
 * One look through what is new in a mailbox. Everything is delivered before the checkpoint moves, and every step may
 * be done twice: after a crash the page is simply done again. Rounds of one company run one after the other.
 */
export class MailboxRounds {
	readonly #parts: RoundParts;
	readonly #stamps: Stamps;
	readonly #dockets: Dockets;
	readonly #awaited: Awaited;

	constructor(parts: RoundParts) {
		this.#parts = parts;
		this.#stamps = new Stamps(parts.registry, parts.now);
		this.#dockets = new Dockets(parts.registry);
		this.#awaited = new Awaited(parts.registry);
	}

	/** False when there may be more; true when the mailbox is read to its end. */
	async page(address: MailboxAddress): Promise<boolean> {
		const { store, registry, accounts } = this.#parts;
		const name = databaseName(address);
		const mailbox = await store.open(name);
		if (mailbox === null || (await accounts.company(address.companyId)) === null) return true;
		const noteId = `checkpoint:${name}`;
		const since = (await registry.readNote<{ since: string }>(noteId))?.since ?? '0';
		const { rows, lastSeq, pending } = await mailbox.changes({ since, limit: ROWS_A_PAGE });
		if (rows.length === 0) return true;

		const post: Post[] = [];
		const enclosures: StoredRevision[] = [];
		for (const row of rows) {
			if (row.deleted || !mayTravel(row.id, address.userId)) continue;
			const stored = await mailbox.read(row.id);
			if (stored === null || stored.deleted || !isFrom(stored, address)) continue;
			const document = postOf(stored);
			if (document === null) enclosures.push(stored);
			else post.push(document);
		}
		await this.#deliver(mailbox, address, post, enclosures);
		this.#requireTurn(address.companyId);
		await registry.writeNote(noteId, { since: lastSeq });
		return pending === 0;
	}

	async #deliver(
		mailbox: Database,
		address: MailboxAddress,
		post: readonly Post[],
		enclosures: readonly StoredRevision[]
	): Promise<void> {
		if (post.length === 0 && enclosures.length === 0) return;
		const { companyId, userId } = address;
		const company = await this.#parts.accounts.companyPeople(companyId);
		this.#requireTurn(companyId);
		await this.#stamps.give(
			companyId,
			await this.#inOrder(companyId, post),
			await this.#stagesOf(companyId, post)
		);
		const judgesOf = await this.#firstJudgesOf(companyId, post);

		const bags = new Bags();
		const arrived: string[] = [];
		for (const enclosure of enclosures) {
			const targets = await this.#awaited.targetsOf(mailbox.name, enclosure.id);
			for (const target of targets) bags.put(target, carried(enclosure));
			if (targets.length > 0) arrived.push(enclosure.id);
		}
		const missing = new Map<string, string[]>();
		for (const { documentId, to } of deliveriesOf(post, { ...company, judgesOf })) {
			// A submission may name what belongs to somebody else; only its owner's papers go with it.
			if (!mayTravel(documentId, userId)) continue;
			const target = databaseName(to);
			const stored = await mailbox.read(documentId);
			if (stored !== null && !stored.deleted && isFrom(stored, address)) {
				bags.put(target, carried(stored));
			} else {
				missing.set(documentId, [...(missing.get(documentId) ?? []), target]);
			}
		}
		this.#requireTurn(companyId);
		for (const [documentId, targets] of missing) {
			await this.#awaited.add(mailbox.name, documentId, targets);
		}
		await this.#empty(companyId, bags);
		for (const documentId of arrived) await this.#awaited.remove(mailbox.name, documentId);
		await this.#keepCases(company, await this.#file(companyId, post));
	}

	/** Who has to approve what arrives now. What was stamped before keeps what was written down then. */
	async #stagesOf(
		companyId: string,
		post: readonly Post[]
	): Promise<Map<string, readonly ApprovalStage[]>> {
		const submissions = post.filter((document) => document.type === 'submission');
		if (submissions.length === 0) return new Map();
		const { accounts, settings, now } = this.#parts;
		const people = new Map(
			[...(await accounts.people(companyId))].map(([userId, { person }]) => [userId, person])
		);
		const rules = await settings.of(companyId);
		const day = new Date(now()).toISOString().slice(0, 10);
		return new Map(
			submissions.map((submission) => [
				submission._id,
				stagesOfSubmission(submission, people, rules, day)
			])
		);
	}

	/** Whose turn comes first with each submission that is named. */
	async #firstJudgesOf(
		companyId: string,
		post: readonly Post[]
	): Promise<Map<string, readonly string[]>> {
		const ids = post.map((document) =>
			document.type === 'submission' ? document._id : document.body.submissionId
		);
		const judges = new Map<string, readonly string[]>();
		for (const [id, { stages }] of await this.#stamps.read(companyId, new Set(ids))) {
			const [first] = stages ?? [];
			if (first) judges.set(id, judgesAt(first));
		}
		return judges;
	}

	/**
	 * As they came, but nothing before what it answers: a recall or decision that was faster than its submission is
	 * stamped with it.
	 */
	async #inOrder(companyId: string, post: readonly Post[]): Promise<string[]> {
		const ids: string[] = [];
		const early = new Map<string, string[]>();
		const here = new Set<string>();
		for (const document of post) {
			if (document.type === 'submission') {
				const waiting = await this.#dockets.answersOf(companyId, document._id);
				ids.push(document._id, ...waiting, ...(early.get(document._id) ?? []));
				here.add(document._id);
				continue;
			}
			const { submissionId } = document.body;
			if (here.has(submissionId) || (await this.#dockets.isKnown(companyId, submissionId))) {
				ids.push(document._id);
			} else {
				early.set(submissionId, [...(early.get(submissionId) ?? []), document._id]);
			}
		}
		return [...new Set(ids)];
	}

	/** Notes which case each document belongs to; gives the transactions whose case may have changed. */
	async #file(companyId: string, post: readonly Post[]): Promise<Set<string>> {
		const subjectIds = new Set<string>();
		this.#requireTurn(companyId);
		for (const document of post) {
			if (document.type === 'submission') {
				const { subjectId } = document.body;
				await this.#dockets.addSubmission(companyId, subjectId, document._id);
				subjectIds.add(subjectId);
			} else {
				const { submissionId } = document.body;
				const subjectId = await this.#dockets.addAnswer(companyId, submissionId, document._id);
				if (subjectId !== null) subjectIds.add(subjectId);
			}
		}
		return subjectIds;
	}

	async #keepCases(company: CompanyPeople, subjectIds: ReadonlySet<string>): Promise<void> {
		const { companyId } = company;
		const ledger = await this.#open(databaseName({ kind: 'ledger', companyId }));
		const bags = new Bags();
		for (const subjectId of subjectIds) {
			// Read before what the case is made of: whoever made a newer one meanwhile wins, and this one is made again.
			const before = await ledger.read(caseIdOf(subjectId));
			const ids = await this.#dockets.documentsOf(companyId, subjectId);
			const documents: OutlayDocument[] = [];
			for (const id of ids) {
				const stored = await ledger.read(id);
				const document = stored === null || stored.deleted ? null : postOf(stored);
				if (document !== null) documents.push(document);
			}
			const found = caseDocument({
				companyId,
				subjectId,
				documents,
				stamps: await this.#stamps.read(companyId, ids),
				approverId: company.approverOf.get(ownerOf(subjectId) ?? '') ?? null
			});
			if (found === null) continue;
			const { _id, ...members } = found;
			const turn = openStageOf(found.body);
			const judgesOf = turn
				? new Map([[found.body.submissionId, judgesAt(turn.stage)]])
				: new Map<string, readonly string[]>();
			if (turn && turn.approvals > 0) await this.#handOn(company, found, documents, ledger, bags);
			for (const { to } of deliveriesOf([found], { ...company, judgesOf })) {
				bags.put(databaseName(to), {
					id: _id,
					body: members,
					attachments: {},
					...(to.kind === 'ledger'
						? { replaces: true, basedOn: before?.rev ?? null }
						: { replaces: (there) => !isOvertaken(found, there) })
				});
			}
		}
		await this.#empty(companyId, bags);
	}

	/** A submission whose turn has come with somebody who never had it goes to them, from the ledger, with its papers. */
	async #handOn(
		company: CompanyPeople,
		{ ownerId, body }: Case,
		documents: readonly OutlayDocument[],
		ledger: Database,
		bags: Bags
	): Promise<void> {
		const turn = openStageOf(body);
		const submission = documents.find(({ _id }) => _id === body.submissionId);
		if (turn === null || submission === undefined) return;
		const { companyId } = company;
		for (const userId of judgesAt(turn.stage)) {
			const target = databaseName({ kind: 'mailbox', companyId, userId });
			if ((await (await this.#open(target)).read(submission._id)) !== null) continue;
			const judgesOf = new Map([[submission._id, [userId]]]);
			for (const { documentId, to } of deliveriesOf([submission], { ...company, judgesOf })) {
				if (databaseName(to) !== target || !mayTravel(documentId, ownerId)) continue;
				const stored = await ledger.read(documentId);
				if (stored !== null && !stored.deleted) bags.put(target, carried(stored));
				else {
					const from = databaseName({ kind: 'mailbox', companyId, userId: ownerId });
					await this.#awaited.add(from, documentId, [target]);
				}
			}
		}
	}

	async #empty(companyId: string, bags: Bags): Promise<void> {
		for (const [target, documents] of bags.inOrder()) {
			this.#requireTurn(companyId);
			await copyDocuments(await this.#open(target), documents);
		}
	}

	#requireTurn(companyId: string): void {
		this.#parts.requireTurn?.(companyId);
	}

	async #open(name: string): Promise<Database> {
		const { store } = this.#parts;
		let database = await store.open(name);
		while (database === null) {
			await store.create(name);
			database = await store.open(name);
		}
		return database;
	}
}

/** Working copies, trips and raw fixes never leave their mailbox, nor does what somebody else wrote. */
function mayTravel(id: string, userId: string): boolean {
	if (blobHash(id) !== null) return true;
	const parsed = parseDocumentId(id);
	return (
		parsed?.ownerId === userId &&
		(isPostId(id) || parsed.type === 'receipt' || parsed.type === 'route')
	);
}

/** The access rules said so when it was written; it is asked again, since everything after depends on it. */
function isFrom(stored: StoredRevision, address: MailboxAddress): boolean {
	if (blobHash(stored.id) !== null) return true;
	const { body } = stored;
	return (
		body['ownerId'] === address.userId &&
		body['companyId'] === address.companyId &&
		body['type'] === parseDocumentId(stored.id)?.type
	);
}

function postOf(stored: StoredRevision): Post | null {
	// Its shape was checked when it was written.
	if (!isPostId(stored.id)) return null;
	const written = { ...stored.body, _id: stored.id } as unknown as Parameters<typeof upcast>[0];
	return upcast(written).document as Post;
}

/** A case only ever gains steps: one with more was made of more papers. */
function isOvertaken(made: Case, there: StoredRevision): boolean {
	const { steps } = (there.body as unknown as Case).body;
	return steps.length > made.body.steps.length;
}

function judgesAt({ approverId, substituteIds }: ApprovalStage): string[] {
	return [approverId, ...substituteIds];
}

function carried({ id, body, attachments }: StoredRevision): Carried {
	return { id, body, attachments, replaces: false };
}
