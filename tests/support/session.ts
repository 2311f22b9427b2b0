import type { SessionView } from '@outlay/domain/session-view';
import { COMPANY, WORKER } from './documents.ts';

/** Who is signed in, for tests without a server. */
export function aSession(change: Partial<SessionView> = {}): SessionView {
	return {
		userId: WORKER,
		companyId: COMPANY,
		companyCode: 'nordlys',
		name: 'Wanda Worker',
		initials: 'WW',
		roles: ['worker'],
		protocolVersion: 1,
		storeUuid: 'x',
		databases: { mailbox: 'm', settings: 's', ledger: null },
		...change
	};
}
