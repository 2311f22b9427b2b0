import type { FilesOnDisk } from '../attachment-files.ts';
import type { Erasure } from '../erasure-journal.ts';
import type { Committer } from './committer.ts';
import type { Environment } from './environment.ts';
import type { FileName } from './file-references.ts';
import type { LmdbIndexes } from './index-blocks.ts';
import type { PendingCounts } from './pending-counts.ts';
import type { RememberedDesigns } from './remembered-designs.ts';

/** What all databases of a store have in common. */
export interface StoreParts {
	environment: Environment;
	committer: Committer;
	indexes: LmdbIndexes;
	files: FilesOnDisk;
	now: () => number;
	/** The store's epoch; with a database's number it makes that database's. */
	epoch: string;
	pendingCounts: PendingCounts;
	designs: RememberedDesigns;
	/** Tells everybody who listens that a flushed write happened. */
	ring(database: string): void;
	listen(database: string, ring: () => void): () => void;
	/** Journals erasures, does them, and leaves nothing of them in the files. `deed` gives the files that were named. */
	erase(erasures: readonly Erasure[], deed: () => Promise<readonly FileName[]>): Promise<void>;
}
