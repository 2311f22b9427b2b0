import { documentsIn } from '#lib/storage/documents.ts';
import { openDatabase } from '#lib/storage/open-database.ts';
import { aTransaction } from './documents.ts';

/**
 * A tab of today's app that saves one entry after the other until a newer app asks for the database. It stores what it
 * is about to save, closes, and says how many it was told were stored.
 */
self.onmessage = async ({ data }: MessageEvent<{ companyId: string; userId: string }>) => {
	let isAsked = false;
	const database = await openDatabase(data, {
		onUpgradeElsewhere: () => {
			isAsked = true;
		}
	});
	const documents = documentsIn(database, { nowMs: () => Date.now() });
	let stored = 0;
	while (!isAsked) {
		await documents.add(aTransaction(100 + stored));
		stored += 1;
		if (stored === 5) self.postMessage({ kind: 'writing' });
	}
	await documents.add(aTransaction(100 + stored));
	stored += 1;
	await database.close();
	self.postMessage({ kind: 'closed', stored });
	// As somebody would who did not see that the app is newer elsewhere.
	await openDatabase(data).then(
		() => {
			self.postMessage({ kind: 'reopened' });
		},
		(error: unknown) => {
			self.postMessage({ kind: 'refused', code: (error as { code?: string }).code });
		}
	);
};
