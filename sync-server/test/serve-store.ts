/**
 * Run as a process of its own: the CouchDB verbs over a store in a directory, for tests that look at its system calls.
 *
 * Arguments: directory, and `noSync` to take the flush out.
 */
import { readConfig } from '../src/config.ts';
import { createServer } from '../src/server.ts';
import { openLmdbStore } from '../src/store/lmdb/open-lmdb-store.ts';
import { ADMINISTRATOR } from '../../tests/support/server.ts';

const [directory = '', flush = ''] = process.argv.slice(2);
const store = await openLmdbStore(directory, {
	...(flush === 'noSync' ? { lmdb: { noSync: true } } : {})
});
const config = readConfig(
	{
		PORT: '0',
		OUTLAY_DATA: directory,
		OUTLAY_ADMIN: `${ADMINISTRATOR.name}:${ADMINISTRATOR.password}`
	},
	directory
);
const server = await createServer({ config, store, now: Date.now });
const { url } = await server.start();
console.log(`process ${process.pid} listens on ${url}`);
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
