/** Databases that belong to a company are named `<kind>-<company>` or `mailbox-<company>-<user>`. */
const COMPANY_DATABASE =
	/^(?:mailbox-([a-z0-9]{1,26})-[a-z0-9]{1,26}|(?:settings|ledger|uploads)-([a-z0-9]{1,26}))$/;

/** Where attachment bytes of databases outside any company lie. */
export const NO_COMPANY = '_';

/** The company whose attachment bytes a database shares; `NO_COMPANY` for any other name. */
export function companyOf(database: string): string {
	const match = COMPANY_DATABASE.exec(database);
	return match?.[1] ?? match?.[2] ?? NO_COMPANY;
}
