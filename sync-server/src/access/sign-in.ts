import type { Account, Accounts } from '../company/accounts.ts';
import type { AccountName } from '../company/account-name.ts';
import { parseAccountName } from '../company/account-name.ts';
import { isSameSecret, VerifiedCredentials, type BasicCredentials } from './basic-credentials.ts';
import { SignInsOverloaded, verifyPassword } from '../company/passwords.ts';
import type { SignInLimiter } from './sign-in-limiter.ts';

/** One answer for every wrong part: nobody learns which companies or addresses exist. */
export type SignIn<T> =
	| { kind: 'right'; who: T }
	| { kind: 'wrong' }
	/** Not checked: too many mistakes, or too many at once. */
	| { kind: 'later'; retryAfterS: number };

export type Known = { kind: 'person'; account: Account } | { kind: 'administrator'; name: string };

const BASIC_KEPT_MS = 60 * 1000;

/** Checks who somebody says they are, slowly and not too often. */
export class SignInDesk {
	readonly #accounts: Accounts;
	readonly #limiter: SignInLimiter;
	readonly #administrator: BasicCredentials | null;
	readonly #remembered: VerifiedCredentials<Known>;

	constructor(parts: {
		accounts: Accounts;
		limiter: SignInLimiter;
		administrator: BasicCredentials | null;
		now: () => number;
	}) {
		this.#accounts = parts.accounts;
		this.#limiter = parts.limiter;
		this.#administrator = parts.administrator;
		this.#remembered = new VerifiedCredentials(BASIC_KEPT_MS, parts.now);
	}

	/** By company, e-mail and password; `name` is null when it can't be anybody's. */
	async person(
		name: AccountName | null,
		password: string,
		address: string
	): Promise<SignIn<Account>> {
		const limited = name === null ? '' : `${name.company}/${name.workEmail}`;
		return this.#limited(limited, address, async () => {
			const account = name === null ? null : await this.#accounts.named(name);
			const isRight = await verifyPassword(account?.passwordHash ?? null, password);
			if (!isRight || account === null) return null;
			// It takes a while to check a password: what happened to the account meanwhile counts.
			const current = await this.#accounts.account(account.companyId, account.userId);
			return current?.disabledAt === undefined ? current : null;
		});
	}

	/** By CouchDB's name and password: a person's, or the server administrator's. */
	async named({ name, password }: BasicCredentials, address: string): Promise<SignIn<Known>> {
		const administrator = this.#administrator;
		if (administrator !== null && name === administrator.name) {
			return this.#limited(`administrator ${name}`, address, () =>
				Promise.resolve(
					isSameSecret(password, administrator.password) ? { kind: 'administrator', name } : null
				)
			);
		}
		const found = await this.person(parseAccountName(name), password, address);
		return found.kind === 'right'
			? { kind: 'right', who: { kind: 'person', account: found.who } }
			: found;
	}

	/** As `named`, remembered for a minute; null for anything but right. */
	async basic(credentials: BasicCredentials, address: string): Promise<Known | null> {
		return this.#remembered.verified(credentials, async () => {
			const found = await this.named(credentials, address);
			return found.kind === 'right' ? found.who : null;
		});
	}

	async #limited<T>(
		account: string,
		address: string,
		check: () => Promise<T | null>
	): Promise<SignIn<T>> {
		const retryAfterS = this.#limiter.begin(account, address);
		if (retryAfterS > 0) return { kind: 'later', retryAfterS };
		try {
			const who = await check();
			if (who === null) return { kind: 'wrong' };
			this.#limiter.succeeded(account, address);
			return { kind: 'right', who };
		} catch (error) {
			this.#limiter.undo(address);
			if (error instanceof SignInsOverloaded) return { kind: 'later', retryAfterS: 5 };
			throw error;
		}
	}
}
