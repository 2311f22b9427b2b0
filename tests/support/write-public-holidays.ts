/** `npm run data:holidays`: writes `src/lib/domain/time/public-holidays.json` from the library's data. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { SOURCE, YEARS, holidaysOfLibrary } from './public-holidays.ts';

const FILE = path.join(import.meta.dirname, '../../src/lib/domain/time/public-holidays.json');

const rows = Object.entries(holidaysOfLibrary()).map(([country, days]) => {
	const lines = days.map(
		({ date, name }) => `\t\t\t{ "date": "${date}", "name": ${JSON.stringify(name)} }`
	);
	return `\t\t"${country}": [\n${lines.join(',\n')}\n\t\t]`;
});
writeFileSync(
	FILE,
	`{\n\t"source": ${JSON.stringify(SOURCE)},\n\t"years": { "from": ${YEARS.from}, "to": ${YEARS.to} },\n\t"holidays": {\n${rows.join(',\n')}\n\t}\n}\n`
);
