/**
 * `npm run restore -- BACKUP [--erasures FILE | --without-erasures]`: brings a backup into the empty folder OUTLAY_DATA.
 * The journal of erasures is taken from there if it is there.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { claimData } from '../claim-data.ts';
import { restore } from '../store/lmdb/backup.ts';
import { dataFolder } from '../store/lmdb/data-folder.ts';
import { CommandRefused, runCommand } from './command-line.ts';

const USAGE =
	'Say which backup: npm run restore -- /srv/backup/2026-11-01 --erasures /srv/erasures.jsonl';

await runCommand(async () => {
	const { from, journal: given, isWithout } = readArguments();
	const to = path.resolve(process.env['OUTLAY_DATA'] || './data');
	const own = dataFolder(to, process.env['OUTLAY_ERASURES'] || undefined).erasures;
	const journal = given ?? (existsSync(own) ? own : null);
	if (journal === null && !isWithout) {
		throw new CommandRefused(
			'No journal of erasures was found: what was erased since the backup would come back. Name it with ' +
				'--erasures FILE (it is erasures.jsonl in the old data folder), or say --without-erasures.'
		);
	}
	const claim = await claimData(to);
	try {
		const { takenAt, count, erasures } = await restore(path.resolve(from), to, journal, Date.now());
		console.log(
			`Restored the backup of ${takenAt} to ${to}: ${count.databases} databases, ${count.documents} ` +
				`documents, ${count.files} files.`
		);
		if (erasures !== null) console.log(`${erasures} erasures were done again.`);
		console.log('Devices that knew newer documents bring them back when they next connect.');
	} finally {
		await claim.giveBack();
	}
});

function readArguments(): { from: string; journal: string | null; isWithout: boolean } {
	try {
		const { values, positionals } = parseArgs({
			options: { erasures: { type: 'string' }, 'without-erasures': { type: 'boolean' } },
			allowPositionals: true
		});
		const [from, ...more] = positionals;
		if (from === undefined || more.length > 0) throw new CommandRefused(USAGE);
		const journal = values.erasures === undefined ? null : path.resolve(values.erasures);
		return { from, journal, isWithout: values['without-erasures'] === true };
	} catch {
		throw new CommandRefused(USAGE);
	}
}
