import {
	createRxDatabase,
	type MigrationStrategy,
	type RxConflictHandler,
	type RxDatabase,
	type RxJsonSchema,
	type RxStorage
} from 'rxdb/plugins/core';
import {
	KEEP_WHAT_IS_UNSENT,
	REFUSED_SCHEMA,
	ROW_SCHEMA,
	SETTING_ROW_SCHEMA,
	VAULT_SCHEMA,
	type OutlayCollections,
	type RefusedRow,
	type VaultRow
} from './collections.ts';
import type { Row } from './rows.ts';

/** One person's documents on this device. */
export interface OutlayDatabase extends OutlayCollections {
	readonly name: string;
	readonly companyId: string;
	readonly userId: string;
	/** Ends all use; follow-ups of open queries stop. Safe to call twice. */
	close(): Promise<void>;
}

interface PlannedCollection<R> {
	schema: RxJsonSchema<R>;
	conflictHandler?: RxConflictHandler<R>;
	/** `[n]` lifts a row of version n - 1 to n; one for each version after the first. */
	migrationStrategies?: Readonly<Record<number, MigrationStrategy>>;
}

/** The collections with their schemas: what an app of one version opens. */
export interface CollectionPlan {
	documents: PlannedCollection<Row>;
	settings: PlannedCollection<Row>;
	vault: PlannedCollection<VaultRow>;
	refused: PlannedCollection<RefusedRow>;
}

/** Of this app. A schema that changes gets the next version and a strategy here, with a test on stored rows. */
export const COLLECTION_PLAN: CollectionPlan = {
	documents: { schema: ROW_SCHEMA, conflictHandler: KEEP_WHAT_IS_UNSENT },
	settings: { schema: SETTING_ROW_SCHEMA, conflictHandler: KEEP_WHAT_IS_UNSENT },
	vault: { schema: VAULT_SCHEMA },
	refused: { schema: REFUSED_SCHEMA }
};

/**
 * Opens the collections of an account over any RxDB storage. `isShared` when other tabs have it open too;
 * `isMigrating` lifts what older apps stored, and resolves when all of it is lifted.
 */
export async function openCollections<I, O>(account: {
	name: string;
	companyId: string;
	userId: string;
	storage: RxStorage<I, O>;
	isShared: boolean;
	plan?: CollectionPlan;
	isMigrating?: boolean;
}): Promise<OutlayDatabase> {
	const { name, companyId, userId, storage, isShared, isMigrating = false } = account;
	const { documents, settings, vault, refused } = account.plan ?? COLLECTION_PLAN;
	const autoMigrate = { autoMigrate: isMigrating };
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
			documents: { ...documents, ...autoMigrate },
			settings: { ...settings, ...autoMigrate },
			vault: { ...vault, ...autoMigrate },
			refused: { ...refused, ...autoMigrate }
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
