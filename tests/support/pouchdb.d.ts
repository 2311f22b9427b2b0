/** The `pouchdb` package has no types of its own; those of its core fit what the tests use. */
/// <reference types="pouchdb-core" />
declare module 'pouchdb' {
	interface Replicating {
		replicate: {
			to(target: PouchDB.Database, options?: object): PouchReplication;
			from(source: PouchDB.Database, options?: object): PouchReplication;
		};
		sync(other: PouchDB.Database, options?: object): PouchReplication;
	}
	export interface ReplicationResult {
		ok: boolean;
		docs_read: number;
		docs_written: number;
		doc_write_failures: number;
	}
	export interface PouchReplication extends Promise<ReplicationResult> {
		on(event: string, listener: (info: unknown) => void): this;
		cancel(): void;
	}
	export type Pouch = PouchDB.Database & Replicating;
	const PouchDB: new (name: string, options?: object) => Pouch;
	export default PouchDB;
}
