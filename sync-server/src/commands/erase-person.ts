/**
 * `npm run erase-person -- COMPANY USER`: erases a person for good, in the store the server is configured with. While a
 * server works on that folder it is asked over HTTP instead.
 */
import path from 'node:path';
import { pino } from 'pino';
import { claimData, DataInUse } from '../claim-data.ts';
import { Accounts } from '../company/accounts.ts';
import { CompanySettings } from '../company/company-settings.ts';
import { Registry } from '../company/registry.ts';
import { readConfig } from '../config.ts';
import { Leases } from '../mailroom/leases.ts';
import { Mailroom } from '../mailroom/mailroom.ts';
import { openStore } from '../open-store.ts';
import { erasePerson } from '../privacy/erase-person.ts';
import { inspectFolder } from '../store/lmdb/data-folder.ts';
import { CommandRefused, runCommand } from './command-line.ts';

await runCommand(async () => {
	const [company, user, ...more] = process.argv.slice(2);
	if (company === undefined || user === undefined || more.length > 0) {
		throw new CommandRefused('Say who: npm run erase-person -- COMPANY USER (an id or e-mail)');
	}
	const config = readConfig(process.env, '');
	const dataDirectory = path.resolve(config.dataDirectory);
	if (config.home.kind === 'embedded' && !(await inspectFolder(dataDirectory))) {
		throw new CommandRefused(`${dataDirectory} holds no documents.mdb: there is nobody to erase.`);
	}
	const claim = await claimData(dataDirectory).catch((error: unknown) => {
		if (!(error instanceof DataInUse)) throw error;
		throw new CommandRefused(
			`A server works on ${dataDirectory}. Stop it first, or ask it: POST /_outlay/erasures (see the README).`
		);
	});
	try {
		const store = await openStore({ ...config, dataDirectory }, claim);
		try {
			const registry = await Registry.open(store);
			const accounts = new Accounts(registry);
			const settings = new CompanySettings(store);
			const leases = store.isShared ? new Leases(registry, Date.now, config.limits.leaseMs) : null;
			const mailroom = new Mailroom(
				{ store, registry, accounts, settings, now: Date.now },
				pino({ level: config.logLevel }, pino.destination(2)),
				leases
			);
			const alone = mailroom.alone.bind(mailroom);
			const outcome = await erasePerson({ store, registry, accounts, alone }, company, user);
			if (!outcome.ok) {
				throw new CommandRefused(
					outcome.refusal.code === 'company.unknown'
						? `There is no company ${company}.`
						: `Nobody of that name is in ${company}.`
				);
			}
			console.log(
				`Erased ${outcome.userId} of company ${outcome.companyId}: ${outcome.documents} documents in ` +
					`${outcome.databases} databases.`
			);
			console.log(
				'Backups made before still hold them; a restore with the journal erases them again.'
			);
		} finally {
			await store.close();
		}
	} finally {
		await claim.giveBack();
	}
});
