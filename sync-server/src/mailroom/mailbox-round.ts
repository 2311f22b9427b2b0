import { databaseName } from '@outlay/domain/addresses';
import { deliveriesOf } from '@outlay/domain/deliveries';
import { stagesOfSubmission } from '@outlay/domain/approval-stages';
import type { ApprovalStage } from '@outlay/domain/case';
import type { Accounts } from '../company/accounts.ts';
import type { CompanySettings } from '../company/company-settings.ts';
import type { Registry } from '../company/registry.ts';
import type { Database, StoredRevision } from '../store/document-store.ts';
import { Awaited } from './awaited.ts';
import { Bags } from './bags.ts';
import { CaseKeeping } from './case-keeping.ts';
import { deliverBags, type DeliveryParts } from './deliver-bags.ts';
import { Dockets } from './dockets.ts';
import {
	carried,
	isFrom,
	judgesAt,
	mayTravel,
	postOf,
	type MailboxAddress,
	type Post
} from './post.ts';
import { Stamps } from './stamps.ts';

export interface RoundParts extends DeliveryParts {
	registry: Registry;
	accounts: Accounts;
	settings: CompanySettings;
	now: () => number;
}

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
	readonly #cases: CaseKeeping;

	constructor(parts: RoundParts) {
		this.#parts = parts;
		this.#stamps = new Stamps(parts.registry, parts.now);
		this.#dockets = new Dockets(parts.registry);
		this.#awaited = new Awaited(parts.registry);
		this.#cases = new CaseKeeping(parts, {
			stamps: this.#stamps,
			dockets: this.#dockets,
			awaited: this.#awaited
		});
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
		await deliverBags(this.#parts, companyId, bags);
		for (const documentId of arrived) await this.#awaited.remove(mailbox.name, documentId);
		await this.#cases.keep(company, await this.#cases.file(companyId, post));
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

	#requireTurn(companyId: string): void {
		this.#parts.requireTurn?.(companyId);
	}
}
