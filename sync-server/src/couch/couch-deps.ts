import type { Access } from '../access/access-port.ts';
import type { FunctionRunner } from '../design/function-runner.ts';
import type { SandboxLimits } from '../design/sandbox.ts';
import type { Indexes } from '../indexes/indexes.ts';
import type { DocumentStore } from '../store/document-store.ts';
import type { ActiveTasks } from './active-tasks.ts';
import type { DatabaseUpdates } from './database-updates.ts';
import type { OpenFeeds } from './open-feeds.ts';
import type { UpdateValidators } from './design/update-validators.ts';
import type { UnfinishedUploads } from './unfinished-uploads.ts';

/** What the CouchDB verbs are told from outside. */
export interface CouchSetup {
	store: DocumentStore;
	access: Access;
	uploads: UnfinishedUploads;
	/** Shown by `GET /`. */
	version: string;
	/** Longest JSON body taken, in bytes; inline attachments (base64) are part of it. */
	bodyLimitBytes: number;
	/** What `_node/_local/_config` shows: section, key, value. Nothing secret. */
	shownConfig?: Readonly<Record<string, Readonly<Record<string, string>>>>;
	/** How the replicator reaches this server's own databases, as the server administrator; null before it listens. */
	ownServer?: () => { url: string; authorization?: string } | null;
	/** What one function of a design document may take; the usual where nothing is said. */
	functionLimits?: Partial<SandboxLimits>;
}

/** What the CouchDB verbs are built on. */
export interface CouchDeps extends CouchSetup {
	openFeeds: OpenFeeds;
	tasks: ActiveTasks;
	updates: DatabaseUpdates;
	/** Databases whose old bodies are being taken out. */
	compacting: Set<string>;
	/** Runs functions of design documents. */
	functions: FunctionRunner;
	indexes: Indexes;
	validators: UpdateValidators;
}
