import { databaseName } from '@outlay/domain/addresses';
import { DOCUMENT_VERSIONS } from '@outlay/domain/documents';
import type { PersonBody } from '@outlay/domain/person';
import type { Setting, SettingBody } from '@outlay/domain/setting';
import { randomInt } from 'node:crypto';
import { ulid } from 'ulid';
import { CompanyStores, StoreUnknown } from './company-stores.ts';
import { hashPassword } from './passwords.ts';
import { copyDocuments, type Carried } from './copy-documents.ts';
import type { Database, DocumentStore } from '../store/document-store.ts';
import type { JsonObject } from '../store/json.ts';
import type { Account, Accounts } from './accounts.ts';
import { personDocumentsOf } from './person-documents.ts';

/** What somebody needs to sign in for the first time. The password is nowhere else. */
export interface SignInCard {
	name: string;
	companyCode: string;
	workEmail: string;
	password: string;
	roles: PersonBody['roles'];
}

export interface NewPerson extends Omit<PersonBody, 'approverId'> {
	/** E-mail of the person who judges what they submit; null for nobody. */
	approverEmail: string | null;
}

export interface NewCompany {
	code: string;
	name: string;
	/** Name of the store its data shall lie in; left out, where the registry is. */
	store?: string;
	people: readonly NewPerson[];
	settings: readonly { validFrom: string; body: SettingBody }[];
}

export interface CompanyParts {
	store: DocumentStore | CompanyStores;
	accounts: Accounts;
	now: () => number;
}

/** The company ID people would type belongs to another company. */
export class CompanyCodeTaken extends Error {
	readonly code = 'company.code_taken';

	constructor() {
		super('Another company has this code.');
		this.name = 'CompanyCodeTaken';
	}
}

/**
 * Creates a company's databases, settings and people, with random passwords. Nobody can sign in before all of it is
 * there. Throws `CompanyCodeTaken` and `StoreUnknown`.
 */
export async function createCompany(
	{ store, accounts, now }: CompanyParts,
	company: NewCompany
): Promise<SignInCard[]> {
	const companyId = opaqueId();
	if (company.store !== undefined) {
		if (!(store instanceof CompanyStores)) throw new StoreUnknown(companyId, company.store);
		await store.place(companyId, company.store);
	}
	const createdAt = new Date(now()).toISOString();
	const userIds = new Map(company.people.map(({ workEmail }) => [workEmail, opaqueId()]));
	const cards: SignInCard[] = [];
	const people: Account[] = [];
	for (const { approverEmail, ...person } of company.people) {
		const password = readablePassword();
		const { name, workEmail, roles } = person;
		cards.push({ name, companyCode: company.code, workEmail, password, roles });
		people.push({
			companyId,
			userId: userIds.get(workEmail) ?? opaqueId(),
			person: { ...person, approverId: userIds.get(approverEmail ?? '') ?? null },
			passwordHash: await hashPassword(password),
			createdAt,
			updatedAt: createdAt
		});
	}

	const settings = await createDatabase(store, databaseName({ kind: 'settings', companyId }));
	await copyDocuments(
		settings,
		company.settings.map(({ validFrom, body }): Carried => {
			const setting: Setting = {
				_id: `setting:${body.name}:${validFrom}`,
				type: 'setting',
				schema: DOCUMENT_VERSIONS.setting,
				companyId,
				ownerId: '',
				createdAt,
				updatedAt: createdAt,
				body
			};
			return carriedOf(setting);
		})
	);
	await createDatabase(store, databaseName({ kind: 'ledger', companyId }));
	for (const [userId, documents] of personDocumentsOf(people)) {
		const mailbox = await createDatabase(
			store,
			databaseName({ kind: 'mailbox', companyId, userId })
		);
		await copyDocuments(mailbox, documents.map(carriedOf));
	}
	const { code, name } = company;
	if (!(await accounts.add({ companyId, code, name, createdAt }, people))) {
		throw new CompanyCodeTaken();
	}
	return cards;
}

function carriedOf<T extends { _id: string }>(document: T): Carried {
	const { _id, ...members } = document;
	return { id: _id, body: members as unknown as JsonObject, attachments: {}, replaces: true };
}

async function createDatabase(store: DocumentStore, name: string): Promise<Database> {
	await store.create(name);
	const database = await store.open(name);
	if (database === null) throw new TypeError('A database that was just created is there.');
	return database;
}

/** Matches `[a-z0-9]{26}`; says nothing about whom it stands for but when it was made. */
function opaqueId(): string {
	return ulid().toLowerCase();
}

const CONSONANTS = 'bdfghjkmnprstvz';
const VOWELS = 'aeiou';

/** Four short made-up words, 49 bits: easy to read out and type, and stood behind a rate limit. */
function readablePassword(): string {
	const syllable = () =>
		`${CONSONANTS[randomInt(CONSONANTS.length)]}${VOWELS[randomInt(VOWELS.length)]}`;
	return Array.from({ length: 4 }, () => syllable() + syllable()).join('-');
}
