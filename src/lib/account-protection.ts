import type { Done, Protection } from './commands/app.ts';
import { whileIdle } from './device/idleness.ts';
import type { AccountGuard } from './storage/account-guard.ts';

/** What guards an account, as pages see it. */
export function protectionOf(guard: AccountGuard, lock: () => Promise<Done>): Protection {
	return {
		state: guard.state,
		setPasscode: (current, next) => guard.setPasscode(current, next),
		removePasscode: (current) => guard.removePasscode(current),
		canAddPlatformKey: () => guard.canAddPlatformKey(),
		addPlatformKey: (current) => guard.addPlatformKey(current),
		removePlatformKey: () => guard.removePlatformKey(),
		lock,
		lockWhenIdle: (idleMs) => whileIdle(idleMs, () => void lock())
	};
}
