import type { RxStorage } from 'rxdb/plugins/core';
import { lockName } from './account-name.ts';
import type { CollectionPlan } from './open-collections.ts';
import { openCollections } from './open-collections.ts';
import { standingOf, storedVersions, type Versions } from './standing.ts';

/** Others that open, or wait for their turn to close, are asked again this often. */
const ASK_AGAIN_MS = 500;

/**
 * Lifts an account's databases to the plan's schemas once every other tab has closed them: a tab that writes while
 * RxDB migrates loses what it wrote. Waits for as long as it takes; `onWaiting` is told while another tab keeps its
 * database open, which it does as long as it holds something it could not store.
 */
export async function upgrade<I, O>(parts: {
	name: string;
	companyId: string;
	userId: string;
	storage: RxStorage<I, O>;
	plan: CollectionPlan;
	onWaiting: (isWaiting: boolean) => void;
}): Promise<void> {
	const { name, plan, onWaiting } = parts;
	const channel = new BroadcastChannel(channelName(name));
	const ask = () => {
		channel.postMessage(versionsOf(plan));
	};
	let asked = 0;
	const asking = setInterval(() => {
		ask();
		asked += 1;
		if (asked === 4) onWaiting(true);
	}, ASK_AGAIN_MS);
	ask();
	try {
		await navigator.locks.request(lockName(name), async () => {
			clearInterval(asking);
			onWaiting(false);
			// Another tab of this app may have been faster.
			if ((await standingOf(name, versionsOf(plan))) !== 'older') return;
			await migrate(parts);
		});
	} finally {
		clearInterval(asking);
		channel.close();
	}
}

/** Calls back, once, when another tab asks for the database to lift it above this app's schemas. Returns how to stop. */
export function followUpgrades(name: string, plan: CollectionPlan, run: () => void): () => void {
	const channel = new BroadcastChannel(channelName(name));
	const ours = versionsOf(plan);
	channel.onmessage = ({ data }: MessageEvent<Versions>) => {
		const isNewer = Object.entries(data).some(
			([collection, version]) => version > (ours[collection] ?? -1)
		);
		if (!isNewer) return;
		channel.onmessage = null;
		run();
	};
	return () => {
		channel.close();
	};
}

async function migrate<I, O>(parts: {
	name: string;
	companyId: string;
	userId: string;
	storage: RxStorage<I, O>;
	plan: CollectionPlan;
}): Promise<void> {
	const [{ addRxPlugin }, { RxDBMigrationSchemaPlugin }] = await Promise.all([
		import('rxdb/plugins/core'),
		// Loaded when it is needed, which is after an update of the app.
		import('rxdb/plugins/migration-schema')
	]);
	addRxPlugin(RxDBMigrationSchemaPlugin);
	const database = await openCollections({ ...parts, isShared: false, isMigrating: true });
	await database.close();
	// RxDB empties the old databases and leaves them, receipt bytes included.
	const versions = versionsOf(parts.plan);
	for (const { collection, version, database: left } of await storedVersions(
		parts.name,
		versions
	)) {
		if (version < (versions[collection] ?? version)) await deleteDatabase(left);
	}
}

/** Resolves when the database is gone; connections that don't give way hold it up. */
export function deleteDatabase(name: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const request = indexedDB.deleteDatabase(name);
		request.onsuccess = () => {
			resolve();
		};
		request.onerror = () => {
			reject(request.error ?? new Error('database not deleted'));
		};
	});
}

/** Schema versions of a plan. */
export function versionsOf(plan: CollectionPlan): Versions {
	const { documents, settings, vault, refused } = plan;
	return {
		documents: documents.schema.version,
		settings: settings.schema.version,
		vault: vault.schema.version,
		refused: refused.schema.version
	};
}

function channelName(name: string): string {
	return `${name}-upgrade`;
}
