/**
 * `npm run move-to-couchdb -- URL`: copies all databases of the embedded store in OUTLAY_DATA to a CouchDB. The server
 * is stopped meanwhile, so that nothing is missed; afterwards it is started with COUCHDB_URL.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { claimData } from '../claim-data.ts';
import { readConfig } from '../config.ts';
import { copyStore } from '../store/copy-store.ts';
import { openCouchdbStore } from '../store/couchdb/open-couchdb-store.ts';
import { inspectFolder } from '../store/lmdb/data-folder.ts';
import { openLmdbStore } from '../store/lmdb/open-lmdb-store.ts';
import { CommandRefused, runCommand } from './command-line.ts';

await runCommand(async () => {
	const [url, ...more] = process.argv.slice(2);
	if (url === undefined || more.length > 0) {
		throw new CommandRefused(
			'Say where to: npm run move-to-couchdb -- http://name:password@127.0.0.1:5984/'
		);
	}
	const { home, dataDirectory } = readConfig({ ...process.env, COUCHDB_URL: url }, '');
	if (home.kind !== 'couchdb') throw new CommandRefused('That is no address of a CouchDB.');
	const data = path.resolve(dataDirectory);
	if (!(await inspectFolder(data))) {
		throw new CommandRefused(`${data} holds no documents.mdb: there is nothing to move.`);
	}
	const claim = await claimData(data);
	const stagingDirectory = await mkdtemp(path.join(data, '.moving-'));
	try {
		const from = await openLmdbStore(data);
		const to = await openCouchdbStore({ url: home.url, stagingDirectory, isFollowing: false });
		const documents = await copyStore(from, to, (name, count) => {
			console.log(`${name}: ${count}`);
		});
		await from.close();
		await to.close();
		console.log(`${documents} documents are there. Start with COUCHDB_URL set to this address.`);
		console.log(`Keep ${data} until you have seen that all is well; then it can go.`);
	} finally {
		await rm(stagingDirectory, { recursive: true, force: true });
		await claim.giveBack();
	}
});
