/** The Basic and `_session` name of a person: `<company code or id>/<e-mail>`. */
export interface AccountName {
	/** As typed, lower case: a code, or an id. */
	company: string;
	workEmail: string;
}

/** What people type as company ID; never confused with an e-mail address. */
export const COMPANY_CODE = /^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$/;

/** Null when the text names nobody. */
export function parseAccountName(name: string): AccountName | null {
	const slash = name.indexOf('/');
	return slash < 1 ? null : readAccountName(name.slice(0, slash), name.slice(slash + 1));
}

/** As people type it: outer spaces and capitals don't matter. Null when it can't be anybody's. */
export function readAccountName(company: string, workEmail: string): AccountName | null {
	const code = company.trim().toLowerCase();
	const email = parseEmail(workEmail);
	return /^[a-z0-9-]{1,40}$/.test(code) && email !== null
		? { company: code, workEmail: email }
		: null;
}

/** An e-mail address in lower case, or null; only what tells accounts apart is checked. */
export function parseEmail(text: string): string | null {
	const email = text.trim().normalize('NFC').toLowerCase();
	return email.length <= 254 && /^[^\s@/:]+@[^\s@/:]+$/.test(email) ? email : null;
}
