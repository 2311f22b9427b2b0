import { createRxDatabase, type RxDatabase, type RxStorage } from 'rxdb/plugins/core';
import {
	KEEP_WHAT_IS_UNSENT,
	REFUSED_SCHEMA,
	ROW_SCHEMA,
	SETTING_ROW_SCHEMA,
	VAULT_SCHEMA,
	type OutlayCollections
} from './collections.ts';

/** One person's documents on this device. */
export interface OutlayDatabase extends OutlayCollections {
	readonly name: string;
	readonly companyId: string;
	readonly userId: string;
	/** Ends all use; follow-ups of open queries stop. Safe to call twice. */
	close(): Promise<void>;
}

/** Opens the collections of an account over any RxDB storage. `isShared` when other tabs have it open too. */
export async function openCollections<I, O>(account: {
	name: string;
	companyId: string;
	userId: string;
	storage: RxStorage<I, O>;
	isShared: boolean;
}): Promise<OutlayDatabase> {
	const { name, companyId, userId, storage, isShared } = account;
	let rxdb: RxDatabase<OutlayCollections> | null = null;
	try {
		rxdb = await createRxDatabase<OutlayCollections>({
			name,
			storage,
			multiInstance: isShared,
			eventReduce: true
		});
		const opened = rxdb;
		const collections = await opened.addCollections({
			documents: { schema: ROW_SCHEMA, conflictHandler: KEEP_WHAT_IS_UNSENT },
			settings: { schema: SETTING_ROW_SCHEMA, conflictHandler: KEEP_WHAT_IS_UNSENT },
			vault: { schema: VAULT_SCHEMA },
			refused: { schema: REFUSED_SCHEMA }
		});
		let closing: Promise<void> | null = null;
		return {
			...collections,
			name,
			companyId,
			userId,
			close() {
				closing ??= opened.close().then(() => undefined);
				return closing;
			}
		};
	} catch (error) {
		await rxdb?.close();
		throw error;
	}
}
