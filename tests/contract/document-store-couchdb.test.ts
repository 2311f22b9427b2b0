/**
 * The same contract over the store on CouchDB: against a second instance of our own server and, where `COUCHDB_URL` names
 * one, against Apache CouchDB.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openCouchdbStore } from '@outlay/sync-server/store/couchdb/open-couchdb-store';
import { call, startCouchServer } from './couch-server.ts';
import { couchdbAddresses, startBalancer } from './couchdb-underneath.ts';
import { describeDocumentStore } from './document-store-suite.ts';

async function storeOn(url: string, stop: () => Promise<void>, isReplicated = false) {
	const stagingDirectory = await mkdtemp(path.join(tmpdir(), 'outlay-staged-'));
	// Only its own writes ring, so that a test can count them.
	const options = { url, stagingDirectory, isFollowing: false };
	let store = await openCouchdbStore(options);
	return {
		store,
		isReplicated,
		async reopen() {
			await store.close();
			store = await openCouchdbStore(options);
			return store;
		},
		async discard() {
			await store.close();
			await stop();
			await rm(stagingDirectory, { recursive: true, force: true });
		}
	};
}

/** Each revision is a round trip. */
const HISTORIES = 10;

describeDocumentStore(
	'the store on a CouchDB-compatible server',
	async () => {
		const server = await startCouchServer();
		return storeOn(`${server.origin}/contract-`, () => server.stop());
	},
	HISTORIES
);

const nodes = couchdbAddresses();
if (nodes.length > 0) {
	describeDocumentStore(
		'the store on Apache CouchDB',
		async () => {
			const couch = await startBalancer(nodes);
			return storeOn(couch.url(), () => couch.stop(), await isCluster(couch.url()));
		},
		HISTORIES
	);
}

async function isCluster(url: string): Promise<boolean> {
	const { json } = await call('GET', new URL('/_membership', url).href);
	return (json as unknown as { cluster_nodes: string[] }).cluster_nodes.length > 1;
}
