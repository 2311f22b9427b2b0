import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { databaseName, parseDatabaseName } from '@outlay/domain/addresses';
import type { ApprovalStage } from '@outlay/domain/case';
import { blobHash, caseIdOf } from '@outlay/domain/identifiers';
import { RECEIPT_MAX_BYTES } from '@outlay/domain/receipt';
import type { Setting } from '@outlay/domain/setting';
import type { Submission } from '@outlay/domain/submission';
import { judgeWrite, type Version } from '@outlay/domain/write-rules';
import type { Account, Accounts } from '../company/accounts.ts';
import type { CompanySettings } from '../company/company-settings.ts';
import { liftedDocument } from '../company/lifted-document.ts';
import { REGISTRY } from '../company/registry.ts';
import type { DocumentStore, DocumentWrite, StoredRevision } from '../store/document-store.ts';
import type { Access, Caller, Deed, WriteDenial } from './access-port.ts';
import type { AccountSignals } from './account-signals.ts';
import { parseBasic } from './basic-credentials.ts';
import { denialOf } from './denial-words.ts';
import { sessionTokenOf } from './session-cookie.ts';
import { ownerOf, passwordMark, type PersonOwner, type Sessions } from './sessions.ts';
import type { SignInDesk } from './sign-in.ts';
import { StandingDrives } from './standing-drives.ts';

export interface PeopleAccessParts {
	store: DocumentStore;
	accounts: Accounts;
	settings: CompanySettings;
	sessions: Sessions;
	desk: SignInDesk;
	signals: AccountSignals;
	/** Aborts when the server stops; open feeds end with it. */
	stopping: AbortSignal;
	/** Greatest attachment of the server administrator. */
	attachmentBytes: number;
	now: () => number;
}

/** Access control: deny by default, a person's mailbox is all they write. */
export class PeopleAccess implements Access {
	readonly #parts: PeopleAccessParts;
	readonly #drives: StandingDrives;
	readonly #callers = new WeakMap<FastifyRequest, Promise<Caller>>();

	constructor(parts: PeopleAccessParts) {
		this.#parts = parts;
		this.#drives = new StandingDrives(parts.store, parts.now);
	}

	async caller(request: FastifyRequest): Promise<Caller> {
		let caller = this.#callers.get(request);
		if (caller === undefined) {
			caller = this.#identify(request);
			this.#callers.set(request, caller);
		}
		return caller;
	}

	async mayUse(caller: Caller, database: string, deed: Deed): Promise<boolean> {
		if (database === REGISTRY || caller.kind === 'anonymous') return false;
		if (caller.kind === 'administrator') return true;
		const address = parseDatabaseName(database);
		if (address === null || address.companyId !== caller.companyId) return false;
		if (deed === 'administer') return false;
		switch (address.kind) {
			case 'mailbox':
				return address.userId === caller.userId;
			case 'settings':
				return deed === 'read';
			case 'ledger':
				return (
					deed === 'read' &&
					(await this.#account(caller))?.person.roles.includes('finance') === true
				);
		}
	}

	async judgeWrite(
		caller: Caller,
		database: string,
		write: DocumentWrite,
		current: StoredRevision | null
	): Promise<WriteDenial | null> {
		if (!(await this.mayUse(caller, database, 'write'))) {
			return { error: 'forbidden', reason: 'database.not_yours: This is not your mailbox.' };
		}
		if (caller.kind === 'administrator') return null;
		const account = await this.#account(caller);
		if (account === null) return { error: 'forbidden', reason: 'session.expired: Sign in again.' };
		const { companyId, userId, person } = account;
		const refusal = await judgeWrite(
			write.id,
			versionOf(write),
			{ userId, companyId, roles: person.roles, approverId: person.approverId },
			{
				current: current === null ? null : versionOf(current),
				submissionWith: (id) => this.#submission(database, id),
				stagesOf: (submission) => this.#stages(database, submission),
				settings: (): Promise<readonly Setting[]> => this.#parts.settings.of(companyId),
				drivesBeside: (subjectId) => this.#drives.beside(database, userId, subjectId),
				nowMs: this.#parts.now(),
				hashText: (text) => Promise.resolve(createHash('sha256').update(text).digest('hex'))
			}
		);
		if (refusal !== null) return denialOf(refusal);
		if (write.id.startsWith('submission:') && !write.deleted) {
			this.#drives.allow(database, liftedDocument(write) as Submission);
		}
		return null;
	}

	async judgeUpload(
		caller: Caller,
		database: string,
		write: DocumentWrite,
		attachmentName: string,
		current: StoredRevision | null
	): Promise<WriteDenial | null> {
		const sha256 = blobHash(write.id) ?? '';
		const attachments = Object.fromEntries(
			Object.entries(write.attachments).map(([name, stub]) => [
				name,
				name === attachmentName ? { ...stub, sha256 } : stub
			])
		);
		return this.judgeWrite(caller, database, { ...write, attachments }, current);
	}

	attachmentLimitBytes(caller: Caller): number {
		return caller.kind === 'administrator' ? this.#parts.attachmentBytes : RECEIPT_MAX_BYTES;
	}

	async #identify(request: FastifyRequest): Promise<Caller> {
		const { authorization } = request.headers;
		if (authorization !== undefined) {
			const credentials = parseBasic(authorization);
			if (credentials === null) return NOBODY;
			const known = await this.#parts.desk.basic(credentials, request.ip);
			if (known === null) return NOBODY;
			return known.kind === 'administrator'
				? this.#administrator(known.name, this.#parts.stopping)
				: this.#basic(known.account);
		}
		const token = sessionTokenOf(request);
		const session = token === null ? null : await this.#parts.sessions.find(token);
		if (session === null) return NOBODY;
		const { owner, until } = session;
		return owner.kind === 'administrator'
			? this.#administrator(owner.name, until)
			: this.#person(owner, until);
	}

	#administrator(name: string, until: AbortSignal): Caller {
		return { kind: 'administrator', name, until };
	}

	async #basic(account: Account): Promise<Caller> {
		const until = this.#parts.signals.of(account.companyId, account.userId);
		return this.#person(ownerOf(account), until);
	}

	/**
	 * Credentials outlive accounts and passwords: whoever is gone, disabled, or signed in with an older password, is
	 * nobody.
	 */
	async #person(
		{ companyId, userId, passwordMark: mark }: PersonOwner,
		until: AbortSignal
	): Promise<Caller> {
		const account = await this.#parts.accounts.account(companyId, userId);
		if (account === null || passwordMark(account.passwordHash) !== mark) return NOBODY;
		if (account.disabledAt !== undefined) return NOBODY;
		const name = `${companyId}/${account.person.workEmail}`;
		return { kind: 'person', companyId, userId, name, until };
	}

	async #account(caller: Caller): Promise<Account | null> {
		const { companyId, userId } = caller;
		if (companyId === undefined || userId === undefined) return null;
		return this.#parts.accounts.account(companyId, userId);
	}

	/** Who has to approve a submission, by the case the mailroom brought with it. */
	async #stages(mailbox: string, submission: Submission): Promise<readonly ApprovalStage[]> {
		const id = caseIdOf(submission.body.subjectId);
		const stored = await (await this.#parts.store.open(mailbox))?.read(id);
		if (!stored || stored.deleted || stored.body['type'] !== 'case') return [];
		// The server alone writes cases.
		const document = liftedDocument(stored);
		const steps = document.type === 'case' ? document.body.steps : [];
		return steps.find(({ documentId }) => documentId === submission._id)?.stages ?? [];
	}

	/** A submission as the mailroom brought it, or their own. */
	async #submission(mailbox: string, id: string): Promise<Submission | null> {
		const stored = await (await this.#parts.store.open(mailbox))?.read(id);
		if (!stored || stored.deleted || stored.body['type'] !== 'submission') return null;
		return liftedDocument(stored) as Submission;
	}
}

const NOBODY: Caller = { kind: 'anonymous', name: null };

function versionOf(
	revision: Pick<DocumentWrite, 'id' | 'deleted' | 'body' | 'attachments'>
): Version {
	return {
		isDeleted: revision.deleted,
		members: revision.body,
		attachments: Object.entries(revision.attachments).map(([name, stub]) => ({
			name,
			mediaType: stub.contentType,
			byteLength: stub.length,
			// Of a stub that is repeated, the store may not know it; its bytes were verified when they came.
			sha256: stub.sha256 ?? blobHash(revision.id) ?? ''
		}))
	};
}

/** The databases a person uses, by the rules above. */
export function databasesOf(account: Account): {
	mailbox: string;
	settings: string;
	ledger: string | null;
} {
	const { companyId, userId } = account;
	return {
		mailbox: databaseName({ kind: 'mailbox', companyId, userId }),
		settings: databaseName({ kind: 'settings', companyId }),
		ledger: account.person.roles.includes('finance')
			? databaseName({ kind: 'ledger', companyId })
			: null
	};
}
