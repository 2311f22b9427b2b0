/**
 * Run as a process of its own: writes documents with attachments into a store and says on stdout what was
 * begun, shown to a listener and acknowledged, until it is killed or has written `count` rounds.
 *
 * Arguments: directory, writers, rounds.
 */

import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { openLmdbStore } from '../src/store/lmdb/open-lmdb-store.ts';

const [directory = '', writers = '1', rounds = 'Infinity'] = process.argv.slice(2);
const store = await openLmdbStore(directory);
await store.create('mailbox-acme-anna');
const db = await store.open('mailbox-acme-anna');
if (!db) throw new Error('The database was just created.');

/** A system call of its own for each line, so that a trace has them in their order. */
function say(...words: string[]): void {
	writeSync(1, `${words.join(' ')}\n`);
}
db.onChange(() => say('shown'));

async function writeOn(writer: number): Promise<void> {
	if (!db) return;
	const id = `document-${writer}-${randomBytes(4).toString('hex')}`;
	let parentRev: string | null = null;
	for (let n = 0; n < Number(rounds); n += 1) {
		say('begin', id, String(n));
		const bytes = randomBytes(1_000);
		const file = await store.files.write('acme', Readable.from([bytes]), 10_000);
		const photo = { ...file, contentType: 'image/png', revpos: 0 };
		const [outcome] = await db.write([
			{ id, deleted: false, body: { n }, attachments: { photo }, parentRev }
		]);
		if (!outcome?.ok) throw new Error('Nobody else writes this document.');
		parentRev = outcome.rev;
		say('ack', id, String(n), outcome.rev, '.');
	}
}

await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => writeOn(writer)));
await store.close();
