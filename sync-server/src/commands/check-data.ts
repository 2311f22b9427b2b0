/**
 * `npm run check-data [-- DIR]`: reads everything in OUTLAY_DATA, or in a backup, and names what is damaged; exit code 1
 * if anything is. It reads in a process of its own, because a damaged file can end the process that reads it.
 */
import { fork } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkStore } from '../store/lmdb/check-store.ts';
import { CommandRefused, runCommand } from './command-line.ts';

const directory = path.resolve(process.argv[2] ?? (process.env['OUTLAY_DATA'] || './data'));

await runCommand(process.send === undefined ? watch : check);

/** Starts the check and tells what a process that died can't tell. */
async function watch(): Promise<void> {
	const child = fork(fileURLToPath(import.meta.url), [directory]);
	const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
		child.once('exit', (...ended) => resolve(ended));
	});
	if (signal !== null || code === null) {
		throw new CommandRefused(
			`${path.join(directory, 'documents.mdb')} is damaged so that it can not be read. Restore a backup ` +
				'(npm run restore).'
		);
	}
	process.exitCode = code;
}

async function check(): Promise<void> {
	let damages = 0;
	const count = await checkStore(directory, (damage) => {
		damages += 1;
		console.log(damage);
	});
	const { databases, documents, revisions, files } = count;
	console.log(
		`${databases} databases, ${documents} documents, ${revisions} revisions and ${files} files were read: ` +
			(damages === 0 ? 'nothing is damaged.' : `${damages} are damaged.`)
	);
	process.exitCode = damages === 0 ? 0 : 1;
	process.disconnect();
}
