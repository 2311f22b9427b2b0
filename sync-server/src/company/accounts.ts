import { createHash } from 'node:crypto';
import { OPAQUE_ID } from '@outlay/domain/identifiers';
import type { PersonBody } from '@outlay/domain/person';
import type { CompanyPeople } from '@outlay/domain/deliveries';
import type { AccountName } from './account-name.ts';
import type { Registry } from './registry.ts';

export interface Company {
	companyId: string;
	/** What people type at sign-in; may change, the id never does. */
	code: string;
	name: string;
	createdAt: string;
}

export interface Account {
	companyId: string;
	userId: string;
	person: PersonBody;
	/** argon2id, in its own text form. */
	passwordHash: string;
	createdAt: string;
	updatedAt: string;
	/** Since when they may not come in; left out while they may. */
	disabledAt?: string;
}

/** Companies and the people in them, as the registry holds them. */
export class Accounts {
	readonly #registry: Registry;
	/** People of a company, until `heard` tells that somebody changed. */
	readonly #people = new Map<string, Promise<ReadonlyMap<string, Account>>>();

	constructor(registry: Registry) {
		this.#registry = registry;
	}

	async company(companyId: string): Promise<Company | null> {
		return this.#registry.read<Company>(`company:${companyId}`);
	}

	async companyIds(): Promise<string[]> {
		const ids: string[] = [];
		for await (const id of this.#registry.idsWith('company:'))
			ids.push(id.slice('company:'.length));
		return ids;
	}

	async account(companyId: string, userId: string): Promise<Account | null> {
		return this.#registry.read<Account>(accountId(companyId, userId));
	}

	/** By company code, or id, and e-mail; null when there is none, without saying which part is wrong. */
	async named(name: AccountName): Promise<Account | null> {
		const byCode = await this.#registry.read<{ companyId: string }>(codeId(name.company));
		const companyId = byCode?.companyId ?? name.company;
		if (!OPAQUE_ID.test(companyId)) return null;
		const byEmail =
			(await this.#registry.read<{ userId: string }>(emailId(companyId, name.workEmail))) ??
			(await this.#registry.read<{ userId: string }>(plainEmailId(companyId, name.workEmail)));
		return byEmail === null ? null : this.account(companyId, byEmail.userId);
	}

	/**
	 * Lets nobody in with an account from `at` on, or, with null, lets them in again; everything of theirs stays. Null
	 * when there is no such account, else as it is now.
	 */
	async setDisabled(companyId: string, userId: string, at: string | null): Promise<Account | null> {
		await this.#registry.update<Account>(accountId(companyId, userId), (before) => {
			if (before === null || (before.disabledAt !== undefined) === (at !== null)) return before;
			const { disabledAt: _, ...rest } = before;
			return at === null ? rest : { ...rest, disabledAt: at };
		});
		this.#people.delete(companyId);
		return this.account(companyId, userId);
	}

	/** The id of a company by its id or code; null when there is none. */
	async companyIdOf(idOrCode: string): Promise<string | null> {
		const byCode = await this.#registry.read<{ companyId: string }>(codeId(idOrCode));
		const companyId = byCode?.companyId ?? idOrCode;
		return (await this.company(companyId)) === null ? null : companyId;
	}

	/** Everybody in a company, by user id. */
	async people(companyId: string): Promise<ReadonlyMap<string, Account>> {
		let people = this.#people.get(companyId);
		if (people === undefined) {
			people = this.#readPeople(companyId);
			this.#people.set(companyId, people);
			people.catch(() => this.#people.delete(companyId));
		}
		return people;
	}

	/** Who judges whom, as the mailroom needs it. */
	async companyPeople(companyId: string): Promise<CompanyPeople> {
		const people = await this.people(companyId);
		return {
			companyId,
			approverOf: new Map(
				[...people.values()].map(({ userId, person }) => [userId, person.approverId])
			)
		};
	}

	/**
	 * Adds a company with its people. The company's own documents come last: until they are there nobody can sign in,
	 * so a crash half-way leaves no half company. False when the code is taken.
	 */
	async add(company: Company, accounts: readonly Account[]): Promise<boolean> {
		await this.#registry.create(
			accounts.flatMap((account) => [
				{ id: accountId(company.companyId, account.userId), body: account },
				{
					id: emailId(company.companyId, account.person.workEmail),
					body: { userId: account.userId }
				}
			])
		);
		this.#people.delete(company.companyId);
		const [isFree] = await this.#registry.create([
			{ id: codeId(company.code), body: { companyId: company.companyId } }
		]);
		if (!isFree) return false;
		await this.#registry.create([{ id: `company:${company.companyId}`, body: company }]);
		return true;
	}

	/**
	 * Takes an account out: nobody signs in with it any more, and no document keeps its e-mail address. Whom they
	 * approved for is judged by whoever judged them. What it said stays in the files until `ids` are erased.
	 */
	async remove(companyId: string, userId: string): Promise<{ ids: string[] }> {
		const account = await this.account(companyId, userId);
		if (account !== null) {
			const { workEmail, approverId } = account.person;
			for (const other of (await this.people(companyId)).values()) {
				if (other.person.approverId !== userId) continue;
				await this.#registry.update<Account>(accountId(companyId, other.userId), (before) =>
					before === null
						? null
						: {
								...before,
								person: { ...before.person, approverId: nextApprover(other, approverId) }
							}
				);
			}
			await this.#registry.purge([
				emailId(companyId, workEmail),
				plainEmailId(companyId, workEmail)
			]);
			await this.#registry.update(accountId(companyId, userId), () => null);
		}
		this.#people.delete(companyId);
		return { ids: [accountId(companyId, userId)] };
	}

	/**
	 * Told of each registry document that changed, by whichever server. Answers whose account it is, null for anything
	 * else.
	 */
	heard(id: string): { companyId: string; userId: string } | null {
		const [kind, companyId, userId] = id.split(':');
		if (kind !== 'account' || companyId === undefined || userId === undefined) return null;
		this.#people.delete(companyId);
		return { companyId, userId };
	}

	async #readPeople(companyId: string): Promise<ReadonlyMap<string, Account>> {
		const people = new Map<string, Account>();
		for await (const id of this.#registry.idsWith(accountId(companyId, ''))) {
			const account = await this.#registry.read<Account>(id);
			if (account !== null) people.set(account.userId, account);
		}
		return people;
	}
}

function accountId(companyId: string, userId: string): string {
	return `account:${companyId}:${userId}`;
}

function codeId(code: string): string {
	return `company-code:${code}`;
}

/** A hash, since ids outlive what they name: in tombstones, backups and journals. */
function emailId(companyId: string, workEmail: string): string {
	const hash = createHash('sha256').update(`${companyId}:${workEmail}`).digest('hex');
	return `account-email:${companyId}:${hash}`;
}

/** As it was written before, and still is for accounts of that time. */
function plainEmailId(companyId: string, workEmail: string): string {
	return `account-email:${companyId}:${workEmail}`;
}

/** Nobody judges themselves. */
function nextApprover({ userId }: Account, approverId: string | null): string | null {
	return approverId === userId ? null : approverId;
}
