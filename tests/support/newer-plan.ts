import { COLLECTION_PLAN, type CollectionPlan } from '#lib/storage/open-collections.ts';

/** What an app after this one could open: the same rows, each lifted one version. */
export function newerPlan(): CollectionPlan {
	const { documents, settings, vault, refused } = COLLECTION_PLAN;
	return {
		documents: lifted(documents),
		settings: lifted(settings),
		vault: lifted(vault),
		refused
	};
}

function lifted<R>(planned: {
	schema: { version: number };
	migrationStrategies?: R;
}): CollectionPlan['documents'] & CollectionPlan['vault'] {
	const version = planned.schema.version + 1;
	// Of either kind of row: only the version differs.
	return {
		...planned,
		schema: { ...planned.schema, version },
		migrationStrategies: { ...planned.migrationStrategies, [version]: (row: unknown) => row }
	} as unknown as CollectionPlan['documents'] & CollectionPlan['vault'];
}
