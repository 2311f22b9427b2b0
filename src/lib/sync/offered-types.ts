import type { Row } from '#lib/storage/rows.ts';

/** Types a device may offer; the others are the server's to write. */
export const OFFERED_TYPES: ReadonlySet<string> = new Set<Row['type']>([
	'transaction',
	'receipt',
	'trip',
	'trace',
	'route',
	'submission',
	'recall',
	'decision',
	'kept',
	'profile'
]);
