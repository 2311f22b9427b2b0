import { copyDocuments } from '../company/copy-documents.ts';
import type { Database, DocumentStore } from '../store/document-store.ts';
import type { Bags } from './bags.ts';

export interface DeliveryParts {
	store: DocumentStore;
	/** Throws when this server may not, or no longer, work on a company; asked before each write. */
	requireTurn?: (companyId: string) => void;
}

/** Puts what is in the bags where it goes. */
export async function deliverBags(
	{ store, requireTurn }: DeliveryParts,
	companyId: string,
	bags: Bags
): Promise<void> {
	for (const [target, documents] of bags.inOrder()) {
		requireTurn?.(companyId);
		await copyDocuments(await openOrCreate(store, target), documents);
	}
}

/** A database that is wanted, whether or not it was there. */
export async function openOrCreate(store: DocumentStore, name: string): Promise<Database> {
	let database = await store.open(name);
	while (database === null) {
		await store.create(name);
		database = await store.open(name);
	}
	return database;
}
