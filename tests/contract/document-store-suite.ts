/**
 * What every document store must do, run over each implementation. The rules are CouchDB's; the promises are
 * in `document-store.ts`.
 */

import { describe } from 'vitest';
import { describeAttachments } from './document-store/attachments.ts';
import { describeChanges } from './document-store/changes.ts';
import { describeDatabases } from './document-store/databases.ts';
import {
	describeEdits,
	describeJudgedWrites,
	describeWinnerOnlyWrites
} from './document-store/edits.ts';
import { describeErasing, describeForgetting } from './document-store/forgetting.ts';
import { describeIndexBlocks } from './document-store/index-blocks.ts';
import { describeAllDocuments, describeDesignDocuments } from './document-store/lists.ts';
import { describeLocalDocuments } from './document-store/local-documents.ts';
import { describeReplicatedEdits } from './document-store/replicated-edits.ts';
import { storeOnTest, type StoreUnderTest } from './document-store/store-on-test.ts';

/** Runs the whole contract over the stores `start` makes. */
export function describeDocumentStore(
	label: string,
	start: () => Promise<StoreUnderTest>,
	/** How many random histories are tried. */
	histories = 100
): void {
	describe(label, () => {
		const on = storeOnTest(start);

		describeDatabases(on);
		describeEdits(on);
		describeReplicatedEdits(on, histories);
		describeWinnerOnlyWrites(on);
		describeChanges(on);
		describeAllDocuments(on);
		describeDesignDocuments(on);
		describeIndexBlocks(on);
		describeJudgedWrites(on);
		describeForgetting(on);
		describeErasing(on);
		describeLocalDocuments(on);
		describeAttachments(on);
	});
}
