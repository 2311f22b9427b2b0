import { databaseName } from '@outlay/domain/addresses';
import type { Case } from '@outlay/domain/case';
import { deliveriesOf, type CompanyPeople } from '@outlay/domain/deliveries';
import type { OutlayDocument } from '@outlay/domain/documents';
import { caseIdOf, ownerOf } from '@outlay/domain/identifiers';
import { openStageOf } from '@outlay/domain/open-stage';
import type { Database, StoredRevision } from '../store/document-store.ts';
import type { Awaited } from './awaited.ts';
import { Bags } from './bags.ts';
import { caseDocument } from './case-documents.ts';
import { deliverBags, openOrCreate, type DeliveryParts } from './deliver-bags.ts';
import type { Dockets } from './dockets.ts';
import { carried, judgesAt, mayTravel, postOf, type Post } from './post.ts';
import type { Stamps } from './stamps.ts';

/** Keeps the case of each transaction as its papers have it, and hands them on to whose turn it is. */
export class CaseKeeping {
	readonly #delivery: DeliveryParts;
	readonly #books: { stamps: Stamps; dockets: Dockets; awaited: Awaited };

	constructor(
		delivery: DeliveryParts,
		books: { stamps: Stamps; dockets: Dockets; awaited: Awaited }
	) {
		this.#delivery = delivery;
		this.#books = books;
	}

	/** Notes which case each document belongs to; gives the transactions whose case may have changed. */
	async file(companyId: string, post: readonly Post[]): Promise<Set<string>> {
		const subjectIds = new Set<string>();
		this.#delivery.requireTurn?.(companyId);
		for (const document of post) {
			if (document.type === 'submission') {
				const { subjectId } = document.body;
				await this.#books.dockets.addSubmission(companyId, subjectId, document._id);
				subjectIds.add(subjectId);
			} else {
				const { submissionId } = document.body;
				const subjectId = await this.#books.dockets.addAnswer(
					companyId,
					submissionId,
					document._id
				);
				if (subjectId !== null) subjectIds.add(subjectId);
			}
		}
		return subjectIds;
	}

	/** Makes the cases of these transactions anew, and brings them to whoever sees them. */
	async keep(company: CompanyPeople, subjectIds: ReadonlySet<string>): Promise<void> {
		const { companyId } = company;
		const { store } = this.#delivery;
		const ledger = await openOrCreate(store, databaseName({ kind: 'ledger', companyId }));
		const bags = new Bags();
		for (const subjectId of subjectIds) {
			// Read before what the case is made of: whoever made a newer one meanwhile wins, and this one is made again.
			const before = await ledger.read(caseIdOf(subjectId));
			const ids = await this.#books.dockets.documentsOf(companyId, subjectId);
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
				stamps: await this.#books.stamps.read(companyId, ids),
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
		await deliverBags(this.#delivery, companyId, bags);
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
		const { store } = this.#delivery;
		for (const userId of judgesAt(turn.stage)) {
			const target = databaseName({ kind: 'mailbox', companyId, userId });
			if ((await (await openOrCreate(store, target)).read(submission._id)) !== null) continue;
			const judgesOf = new Map([[submission._id, [userId]]]);
			for (const { documentId, to } of deliveriesOf([submission], { ...company, judgesOf })) {
				if (databaseName(to) !== target || !mayTravel(documentId, ownerId)) continue;
				const stored = await ledger.read(documentId);
				if (stored !== null && !stored.deleted) bags.put(target, carried(stored));
				else {
					const from = databaseName({ kind: 'mailbox', companyId, userId: ownerId });
					await this.#books.awaited.add(from, documentId, [target]);
				}
			}
		}
	}
}

/** A case only ever gains steps: one with more was made of more papers. */
function isOvertaken(made: Case, there: StoredRevision): boolean {
	const { steps } = (there.body as unknown as Case).body;
	return steps.length > made.body.steps.length;
}
