import { demoSettings } from './demo-settings.ts';
import {
	CompanyCodeTaken,
	createCompany,
	type CompanyParts,
	type NewPerson,
	type SignInCard
} from './create-company.ts';

const JONAS = 'jonas.berg@nordlys.example';
const FREJA = 'freja.lund@nordlys.example';
const METTE = 'mette.holm@nordlys.example';
const SOFIE = 'sofie.krag@nordlys.example';
const ANDERS = 'anders.dahl@nordlys.example';

const NO_LIMIT = { approvalLimitMinor: null };

const PEOPLE: readonly NewPerson[] = [
	{
		name: 'Jonas Berg',
		initials: 'JB',
		workEmail: JONAS,
		employeeNumber: '1001',
		approverEmail: METTE,
		roles: ['worker'],
		...NO_LIMIT
	},
	{
		name: 'Freja Lund',
		initials: 'FL',
		workEmail: FREJA,
		employeeNumber: '1002',
		approverEmail: METTE,
		roles: ['worker'],
		...NO_LIMIT
	},
	{
		name: 'Mette Holm',
		initials: 'MH',
		workEmail: METTE,
		employeeNumber: '1003',
		// Nobody decides about their own: finance judges the manager.
		approverEmail: SOFIE,
		roles: ['worker', 'approver'],
		...NO_LIMIT
	},
	{
		name: 'Sofie Krag',
		initials: 'SK',
		workEmail: SOFIE,
		employeeNumber: '1004',
		approverEmail: METTE,
		roles: ['worker', 'approver', 'finance'],
		...NO_LIMIT
	},
	{
		name: 'Anders Dahl',
		initials: 'AD',
		workEmail: ANDERS,
		employeeNumber: '1005',
		approverEmail: METTE,
		roles: ['worker', 'administrator'],
		...NO_LIMIT
	}
];

/** A company to try everything with, where there is none yet; gives the sign-ins it made, once. */
export async function createDemoCompany(parts: CompanyParts): Promise<SignInCard[]> {
	if ((await parts.accounts.companyIds()).length > 0) return [];
	try {
		return await createCompany(parts, {
			code: 'nordlys',
			name: 'Nordlys Service',
			people: PEOPLE,
			settings: demoSettings(new Date(parts.now()).toISOString().slice(0, 10))
		});
	} catch (error) {
		// Another server on the same data was faster.
		if (error instanceof CompanyCodeTaken) return [];
		throw error;
	}
}
