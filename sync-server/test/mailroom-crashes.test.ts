import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseName, type DatabaseAddress } from '@outlay/domain/addresses';
import type { Case } from '@outlay/domain/case';
import { blobId, caseIdOf } from '@outlay/domain/identifiers';
import { remove, temporaryDirectory } from '../../tests/support/server.ts';
import {
	aDecision,
	aReceipt,
	aRecall,
	aSubmission,
	ulidOf
} from '../../tests/support/documents.ts';
import { Accounts } from '../src/company/accounts.ts';
import { CompanySettings } from '../src/company/company-settings.ts';
import { createCompany } from '../src/company/create-company.ts';
import { Registry } from '../src/company/registry.ts';
import { MailboxRounds } from '../src/mailroom/mailbox-round.ts';
import type { AttachmentStub, DocumentStore, DocumentWrite } from '../src/store/document-store.ts';
import { openLmdbStore } from '../src/store/lmdb/open-lmdb-store.ts';
import { Crash, dyingStore, beforeWrites } from './dying-store.ts';

type MailboxAddress = Extract<DatabaseAddress, { kind: 'mailbox' }>;

let directory: string;
let store: DocumentStore;

beforeEach(async () => {
	directory = await temporaryDirectory();
	store = await openLmdbStore(directory);
});
afterEach(async () => {
	await store.close();
	await remove(directory);
});

/** Reads a mailbox to its end, as the mailroom does; a crash ends it. */
async function readMailboxes(
	through: DocumentStore,
	mailboxes: readonly MailboxAddress[]
): Promise<void> {
	try {
		const registry = await Registry.open(through);
		const parts = {
			store: through,
			registry,
			accounts: new Accounts(registry),
			settings: new CompanySettings(through),
			now: Date.now
		};
		const rounds = new MailboxRounds(parts);
		for (const mailbox of mailboxes) {
			let isRead = false;
			while (!isRead) isRead = await rounds.page(mailbox);
		}
	} catch (error) {
		if (!(error instanceof Crash)) throw error;
	}
}

async function put(
	address: DatabaseAddress,
	document: { _id: string } & object,
	attachments: Record<string, AttachmentStub> = {}
): Promise<void> {
	const database = await store.open(databaseName(address));
	const { _id: id, ...members } = document;
	const body = members as DocumentWrite['body'];
	const [outcome] =
		(await database?.write([{ id, body, deleted: false, attachments, parentRev: null }])) ?? [];
	expect(outcome).toMatchObject({ ok: true });
}

let companies = 0;

async function newCompany() {
	const registry = await Registry.open(store);
	const accounts = new Accounts(registry);
	const code = `run${(companies += 1)}`;
	const person = { employeeNumber: '', approvalLimitMinor: null };
	await createCompany(
		{ store, accounts, now: Date.now },
		{
			code,
			name: code,
			settings: [],
			people: [
				{
					...person,
					name: 'Worker',
					initials: 'W',
					workEmail: 'worker@run.example',
					approverEmail: 'manager@run.example',
					roles: ['worker']
				},
				{
					...person,
					name: 'Manager',
					initials: 'M',
					workEmail: 'manager@run.example',
					approverEmail: null,
					roles: ['worker', 'approver']
				}
			]
		}
	);
	const accountOf = async (workEmail: string) => accounts.named({ company: code, workEmail });
	const worker = await accountOf('worker@run.example');
	const manager = await accountOf('manager@run.example');
	if (!worker || !manager) throw new TypeError('both were created');
	const { companyId } = worker;
	return { registry, companyId, worker: worker.userId, manager: manager.userId };
}

async function content(address: DatabaseAddress) {
	const database = await store.open(databaseName(address));
	const { rows = [] } = (await database?.allDocs({})) ?? {};
	return new Map(rows.map(({ id, rev }) => [id, rev]));
}

describe('the mailroom', () => {
	test('gives the same ledger whatever the order, and however often it dies', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }),
				fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.boolean()), {
					minLength: 7,
					maxLength: 7
				}),
				async (order, crashes) => {
					const { registry, companyId, worker, manager } = await newCompany();
					const mailbox = (userId: string): MailboxAddress => ({
						kind: 'mailbox',
						companyId,
						userId
					});
					const ledger: DatabaseAddress = { kind: 'ledger', companyId };

					const bytes = Buffer.from(`picture ${companyId}`);
					const stored = await store.files.write(companyId, Readable.from([bytes]), 1000);
					const own = { companyId, ownerId: worker };
					const receipt = {
						...aReceipt(1, stored.sha256),
						...own,
						_id: `receipt:${worker}:${ulidOf(1)}`
					};
					const enclosed = {
						receiptId: receipt._id,
						sha256: stored.sha256,
						mediaType: 'image/webp' as const,
						byteLength: 1000,
						thumbnailSha256: null
					};
					const submission = { ...aSubmission(1, { receipts: [enclosed] }, worker), companyId };
					const second = {
						...aSubmission(2, { previousId: submission._id }, worker),
						companyId
					};
					const recall = {
						...aRecall(3, submission._id),
						...own,
						_id: `recall:${worker}:${ulidOf(3)}`
					};
					const decision = { ...aDecision(4, second._id, 'approve', manager), companyId };
					const stub = { contentType: 'image/webp', revpos: 0, ...stored };
					const steps = [
						() => put(mailbox(worker), receipt),
						() => put(mailbox(worker), { _id: blobId(stored.sha256) }, { data: stub }),
						() => put(mailbox(worker), submission),
						() => put(mailbox(worker), second),
						() => put(mailbox(worker), recall),
						() => put(mailbox(manager), decision),
						() =>
							put(mailbox(worker), {
								...aReceipt(9),
								...own,
								_id: `receipt:${worker}:${ulidOf(9)}`
							})
					];
					const mailboxes = [mailbox(worker), mailbox(manager)];
					for (const [i, step] of order.entries()) {
						await steps[step]?.();
						const [atWrite, isAfter] = crashes[i] ?? [1, false];
						await readMailboxes(dyingStore(store, atWrite, isAfter), mailboxes);
					}
					await readMailboxes(store, mailboxes);

					const found = await content(ledger);
					const subjectCase = caseIdOf(submission.body.subjectId);
					const papers = [receipt, submission, second, recall, decision].map(({ _id }) => _id);
					const expected = [...papers, blobId(stored.sha256), subjectCase].sort();
					expect([...found.keys()].sort()).toEqual(expected);
					for (const [id, rev] of found) if (id !== subjectCase) expect(rev).toMatch(/^1-/);
					const atManager = await content(mailbox(manager));
					expect(expected.filter((id) => !atManager.has(id))).toEqual([]);
					expect((await content(mailbox(worker))).has(decision._id)).toBe(true);

					const database = await store.open(databaseName(ledger));
					const { body } = (await database?.read(subjectCase)) ?? {};
					const { state, steps: made } = (body as unknown as Case).body;
					expect(state).toBe('approved');
					const orders = made.map((step) => step.order);
					expect(new Set(orders).size).toBe(4);
					expect(orders).not.toContain(null);

					// All of it once more, as after a checkpoint that was lost: nothing changes anywhere.
					const before = await Promise.all([ledger, ...mailboxes].map(content));
					for (const each of mailboxes)
						await registry.removeNote(`checkpoint:${databaseName(each)}`);
					await readMailboxes(store, mailboxes);
					expect(await Promise.all([ledger, ...mailboxes].map(content))).toEqual(before);
				}
			),
			{ numRuns: 25 }
		);
	}, 120_000);

	test('makes a case again that another server made anew in the meantime', async () => {
		const { companyId, worker, manager } = await newCompany();
		const mailbox = (userId: string): MailboxAddress => ({ kind: 'mailbox', companyId, userId });
		const submission = { ...aSubmission(1, {}, worker), companyId };
		const decision = { ...aDecision(2, submission._id, 'approve', manager), companyId };
		await put(mailbox(worker), submission);
		const caseId = caseIdOf(submission.body.subjectId);
		let isOvertaken = false;
		// The other server delivers the decision while this one is about to write the case without it.
		const overtaken = beforeWrites(store, async (writes) => {
			if (isOvertaken || !writes.some(({ id }) => id === caseId)) return;
			isOvertaken = true;
			await put(mailbox(manager), decision);
			await readMailboxes(store, [mailbox(worker), mailbox(manager)]);
		});
		await expect(readMailboxes(overtaken, [mailbox(worker)])).rejects.toThrow(/conflict/);
		const statesNow = () =>
			Promise.all(
				[{ kind: 'ledger', companyId } as const, mailbox(worker), mailbox(manager)].map(
					async (address) => {
						const database = await store.open(databaseName(address));
						const { body } = (await database?.read(caseId)) ?? {};
						return (body as unknown as Case).body.state;
					}
				)
			);
		expect(await statesNow()).toEqual(['approved', 'approved', 'approved']);
		await readMailboxes(overtaken, [mailbox(worker), mailbox(manager)]);
		expect(await statesNow()).toEqual(['approved', 'approved', 'approved']);
	});

	test('carries nothing a mailbox holds under somebody else\u2019s name', async () => {
		const { companyId, worker, manager } = await newCompany();
		const address: MailboxAddress = { kind: 'mailbox', companyId, userId: worker };
		const forged = [
			{ ...aSubmission(1, {}, manager), companyId },
			{ ...aSubmission(2, {}, worker), companyId, ownerId: manager },
			{ ...aSubmission(3, {}, worker), companyId: 'other' },
			{ ...aSubmission(4, {}, worker), companyId, type: 'transaction' }
		];
		for (const document of forged) await put(address, document);
		await readMailboxes(store, [address]);
		expect(await content({ kind: 'ledger', companyId })).toEqual(new Map());
	});
});
