/** `npm run backup -- DIR`: copies the embedded store in OUTLAY_DATA to an empty or new folder, also while it is used. */
import path from 'node:path';
import { holdStill } from '../claim-data.ts';
import { backUp } from '../store/lmdb/backup.ts';
import { CommandRefused, runCommand } from './command-line.ts';

await runCommand(async () => {
	const [to, ...more] = process.argv.slice(2);
	if (to === undefined || more.length > 0) {
		throw new CommandRefused('Say where to: npm run backup -- /srv/backup/2026-11-01');
	}
	const from = path.resolve(process.env['OUTLAY_DATA'] || './data');
	const letGo = await holdStill(from);
	try {
		const { files, takenAt } = await backUp(from, path.resolve(to), Date.now());
		console.log(`Backed up ${from} as of ${takenAt} to ${to}: all documents, ${files} files.`);
		console.log('The journal of erasures is not in it. Keep a copy of erasures.jsonl elsewhere.');
	} finally {
		await letGo();
	}
});
