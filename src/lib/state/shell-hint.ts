import type { Account } from '#lib/commands/app.ts';

/** Which frame to paint before it is known who is signed in, so that nothing jumps: no name, no id, only its shape. */
export type ShellHint = 'worker' | 'approver';

const STORED_AS = 'outlay.shell';

export const shellHint = {
	/** Null where nobody was signed in last time. */
	read(): ShellHint | null {
		const stored = localStorage.getItem(STORED_AS);
		return stored === 'worker' || stored === 'approver' ? stored : null;
	},
	keep(account: Account | null): void {
		if (account === null) localStorage.removeItem(STORED_AS);
		else localStorage.setItem(STORED_AS, isApprover(account) ? 'approver' : 'worker');
	}
};

export function isApprover(account: Account): boolean {
	return account.me.roles.includes('approver');
}
