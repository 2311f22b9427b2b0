import { documentId } from '@outlay/domain/identifiers';
import type { Account } from '#lib/commands/app.ts';

/** The transaction an address of one's own pages names; see `transactionPath`. */
export function ownTransactionId(account: Account, ulid: string): string {
	return documentId('transaction', account.me.userId, ulid);
}

/** A recorded trip and its mileage have the same ULID. */
export function tripIdOf(transactionId: string): string {
	return transactionId.replace(/^transaction:/, 'trip:');
}

/** The mileage that a recorded trip becomes. */
export function mileageIdOfTrip(tripId: string): string {
	return tripId.replace(/^trip:/, 'transaction:');
}
