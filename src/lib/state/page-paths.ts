import type { TransactionKind } from '@outlay/domain/transaction';

/** The addresses of pages: the one place that knows them. */
export const PAGE = {
	home: '/',
	/** All entries of the person. */
	entries: '/entries',
	expenses: '/expenses',
	newExpense: '/expenses/new',
	/** A new expense that opens the camera or file chooser first. */
	scanReceipt: '/expenses/new?scan',
	trips: '/trips',
	recordTrip: '/trips/record',
	/** Mileage with a typed distance. */
	newTrip: '/trips/new',
	/** A drive recorded elsewhere. */
	importTrip: '/trips/import',
	approvals: '/approvals',
	more: '/more',
	settings: '/settings',
	maps: '/settings/maps',
	/** How the data on this device is guarded. */
	protection: '/settings/protection',
	places: '/settings/places',
	vehicles: '/settings/vehicles',
	sync: '/sync',
	signIn: '/sign-in'
} as const;

/** The page of a transaction: its ULID after the kind's room, for the owner's id is no business of an address. */
export function transactionPath(transactionId: string, kind: TransactionKind): string {
	const ulid = transactionId.slice(transactionId.lastIndexOf(':') + 1);
	return `${kind === 'expense' ? PAGE.expenses : PAGE.trips}/${ulid}`;
}

/** The page where an approver judges a submission; both parts of its id, since it is another person's. */
export function approvalPath(submissionId: string): string {
	const [, ownerId, ulid] = submissionId.split(':');
	return `${PAGE.approvals}/${ownerId ?? ''}/${ulid ?? ''}`;
}

export type Place = 'home' | 'trips' | 'entries' | 'approvals' | 'more';

/** Which place of dock and rail an address belongs to. */
export function placeOf(pathname: string): Place | null {
	if (pathname === PAGE.home) return 'home';
	if (isUnder(pathname, PAGE.entries) || isUnder(pathname, PAGE.expenses)) return 'entries';
	if (isUnder(pathname, PAGE.trips)) return 'trips';
	if (isUnder(pathname, PAGE.approvals)) return 'approvals';
	return isUnder(pathname, PAGE.more) || isUnder(pathname, PAGE.settings) ? 'more' : null;
}

/** Pages with the dock; the others have a way back instead. */
export function isRootPage(pathname: string): boolean {
	return [PAGE.home, PAGE.trips, PAGE.entries, PAGE.approvals, PAGE.more].some(
		(root) => root === pathname
	);
}

function isUnder(pathname: string, root: string): boolean {
	return pathname === root || pathname.startsWith(`${root}/`);
}
