/**
 * `npm run build:roads -- FILE.osm.pbf [--out FILE.roads]`: makes the road pack of a region, by default where the
 * server offers it to devices.
 */
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { encodeRoadNetwork } from '@outlay/domain/roads/road-network';
import { readRoads } from './read-osm.ts';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { out: { type: 'string' } }
});
const [file] = positionals;
if (file === undefined || positionals.length > 1) {
	fail('Name one file: npm run build:roads -- FILE.osm.pbf');
}
if (!(await stat(file).catch(() => null))?.isFile()) fail(`There is no file ${file}.`);

const startedMs = performance.now();
const network = await readRoads(file).catch((error: unknown) =>
	fail(`${file} can not be read as .osm.pbf: ${error instanceof Error ? error.message : ''}`)
);
if (network.edgeFrom.length === 0) fail(`${file} has no roads for cars.`);
const bytes = encodeRoadNetwork(network);
const out =
	values.out ??
	path.join(
		process.env['OUTLAY_DATA'] ?? 'data',
		'regions',
		`${path.basename(file).replace(/(-latest)?\.osm\.pbf$/, '')}.roads`
	);
await mkdir(path.dirname(out), { recursive: true });
// Devices must never be offered half a pack.
await writeFile(`${out}.part`, bytes);
await rename(`${out}.part`, out);
console.log(
	`${out}: ${network.nodeLatitudeE7.length.toLocaleString('en-GB')} nodes, ` +
		`${network.edgeFrom.length.toLocaleString('en-GB')} roads, ${kilobytes(bytes.length)} ` +
		`(${kilobytes(gzipSync(bytes).length)} gzip), ${((performance.now() - startedMs) / 1000).toFixed(1)} s`
);

function kilobytes(count: number): string {
	return `${Math.ceil(count / 1000).toLocaleString('en-GB')} kB`;
}

function fail(sentence: string): never {
	console.error(sentence);
	process.exit(1);
}
