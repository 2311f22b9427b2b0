import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { databaseName } from '@outlay/domain/addresses';
import type { SessionView } from '@outlay/domain/session-view';
import { PROTOCOL_VERSION } from '@outlay/domain/session-view';
import { ownerOf, Sessions } from '../../../sync-server/src/access/sessions.ts';
import { Accounts } from '../../../sync-server/src/company/accounts.ts';
import { createCompany, type NewPerson } from '../../../sync-server/src/company/create-company.ts';
import { demoSettings } from '../../../sync-server/src/company/demo-settings.ts';
import { Registry } from '../../../sync-server/src/company/registry.ts';
import { openLmdbStore } from '../../../sync-server/src/store/lmdb/open-lmdb-store.ts';
import {
	fromBytes,
	nameKey,
	openTables,
	toBytes
} from '../../../sync-server/src/store/lmdb/tables.ts';
import { startServerProcess, type TestServerProcess } from '../../support/server.ts';

/** Somebody who is signed in already. */
export interface ChaosPerson {
	view: SessionView;
	cookie: string;
}

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** Makes a data folder with a company of so many people, all signed in, once: every run has a mailbox of its own. */
export async function makeTemplate(directory: string, people: number): Promise<ChaosPerson[]> {
	const store = await openLmdbStore(directory);
	const registry = await Registry.open(store);
	const accounts = new Accounts(registry);
	const now = Date.now;
	const person = (n: number): NewPerson => ({
		name: `Person ${String(n)}`,
		initials: 'P',
		workEmail: `person${String(n)}@nordlys.example`,
		employeeNumber: String(n),
		approverEmail: `person${String(n === 0 ? 1 : 0)}@nordlys.example`,
		approvalLimitMinor: null,
		roles: ['worker', 'approver']
	});
	await createCompany(
		{ store, accounts, now },
		{
			code: 'chaos',
			name: 'Chaos',
			people: Array.from({ length: people + 1 }, (_nothing, n) => person(n)),
			settings: demoSettings('2026-01-01')
		}
	);
	const sessions = new Sessions(registry, { idleMs: YEAR_MS, longestMs: YEAR_MS }, now);
	const made: ChaosPerson[] = [];
	const [companyId = ''] = await accounts.companyIds();
	for (const account of (await accounts.people(companyId)).values()) {
		const { userId, person: body } = account;
		const token = await sessions.open(ownerOf(account));
		made.push({
			cookie: `AuthSession=${token}`,
			view: {
				userId,
				companyId,
				companyCode: 'chaos',
				name: body.name,
				initials: body.initials,
				roles: body.roles,
				protocolVersion: PROTOCOL_VERSION,
				storeUuid: store.uuid,
				databases: {
					mailbox: databaseName({ kind: 'mailbox', companyId, userId }),
					settings: databaseName({ kind: 'settings', companyId }),
					ledger: null
				}
			}
		});
	}
	sessions.close();
	await store.close();
	// Whoever judges them all has no run: their mailbox fills.
	return made.filter(({ view }) => view.name !== 'Person 0');
}

/** A server process that is killed, copied and restored, always on the same data folder. */
export class ChaosServer {
	readonly #directory: string;
	readonly #backup: string;
	#process: TestServerProcess | null = null;
	/** What a restore puts in place: the last copy, else what everything began with. */
	#restored: string | null = null;
	#template: string | null = null;

	/** @param directory of its own; `data` and `backup` come to lie in it */
	constructor(directory: string) {
		this.#directory = path.join(directory, 'data');
		this.#backup = path.join(directory, 'backup');
	}

	get url(): string | null {
		return this.#process?.url ?? null;
	}

	/** Begins anew from a template. */
	async begin(template: string): Promise<void> {
		await this.kill();
		await rm(this.#directory, { recursive: true, force: true });
		await mkdir(path.dirname(this.#directory), { recursive: true });
		await cp(template, this.#directory, { recursive: true });
		this.#template = template;
		this.beginRun();
		await this.start();
	}

	/** Copies of the run before are none of this one: else its restores, played again alone, would do something else. */
	beginRun(): void {
		this.#restored = this.#template;
	}

	async start(): Promise<void> {
		this.#process ??= await startServerProcess({
			dataDir: this.#directory,
			environment: { OUTLAY_LOG_LEVEL: 'silent' }
		});
	}

	async kill(): Promise<void> {
		const running = this.#process;
		this.#process = null;
		await running?.kill();
	}

	async backUp(): Promise<void> {
		await rm(this.#backup, { recursive: true, force: true });
		await cp(this.#directory, this.#backup, { recursive: true, filter: isNoSocket });
		this.#restored = this.#backup;
	}

	/** Puts the last copy in place, or what everything began with, with another epoch, as a restore does. */
	async restore(): Promise<boolean> {
		if (this.#restored === null) return false;
		await rm(this.#directory, { recursive: true, force: true });
		await cp(this.#restored, this.#directory, { recursive: true });
		const { root, tables } = openTables(path.join(this.#directory, 'documents.mdb'));
		const key = nameKey('store');
		const record = fromBytes<{ epoch: string }>(tables.store.get(key) ?? Buffer.from('{}'));
		const epoch = `${Date.now().toString(36)}${record.epoch}`.slice(0, 30);
		await tables.store.put(key, toBytes({ ...record, epoch }));
		await root.flushed;
		await root.close();
		return true;
	}
}

/** A killed server leaves the socket behind by which it claimed the folder. */
function isNoSocket(file: string): boolean {
	return !file.endsWith('.sock');
}
