import type { Clock } from '#lib/commands/ports.ts';

export function createClock(): Clock {
	return { nowMs: () => Date.now() };
}
