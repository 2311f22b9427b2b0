import type { Role } from './person.ts';

/** What app and server must agree on to exchange documents; a server with another one is told apart by it. */
export const PROTOCOL_VERSION = 1;
/** The server names its version in every answer, the app in every request: neither takes what it might misread. */
export const PROTOCOL_HEADER = 'outlay-protocol';

/** What `POST` and `GET /_outlay/session` answer. */
export interface SessionView {
	userId: string;
	companyId: string;
	/** What people type at sign-in. */
	companyCode: string;
	name: string;
	initials: string;
	roles: Role[];
	protocolVersion: number;
	storeUuid: string;
	/** Database names; the ledger is null for who may not read it. */
	databases: { mailbox: string; settings: string; ledger: string | null };
}
