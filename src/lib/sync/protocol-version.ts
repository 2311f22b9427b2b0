import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '@outlay/domain/session-view';

/** The server speaks another version of the protocol: nothing is pushed or pulled that either might misread. */
export class OtherVersion extends Error {
	readonly isServerNewer: boolean;

	constructor(serverVersion: number) {
		super(`server speaks protocol ${String(serverVersion)}`);
		this.name = 'OtherVersion';
		this.isServerNewer = serverVersion > PROTOCOL_VERSION;
	}
}

/** What every request says, so that a server of another version refuses before it reads. */
export const OUR_VERSION = { [PROTOCOL_HEADER]: String(PROTOCOL_VERSION) };

/** Throws `OtherVersion`. An answer that names none is not taken for another version: a proxy may have given it. */
export function demandOurVersion(headers: Headers): void {
	const named = headers.get(PROTOCOL_HEADER);
	if (named !== null) demandVersion(Number(named));
}

/** Throws `OtherVersion`, also for what is no number. */
export function demandVersion(version: unknown): void {
	if (version !== PROTOCOL_VERSION) throw new OtherVersion(Number(version));
}
