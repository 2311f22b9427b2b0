/**
 * `npm run bench:traces -- --data DIR [--json FILE]`: distances of recorded traces with a known length, by our engine
 * and by what others do: the plain sum with Turf, Leaflet and geolib, and the rule of OpenTracks. Prints the error of
 * each trace, the spread in each class, the same for made-up drives, and the time a day of fixes takes. `--json` writes
 * one row per trace. The folder may be laid out in any way: JSON traces and FIT files are found at any depth.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureTrace } from '@outlay/domain/trace-distance';
import type { TraceFix } from '@outlay/domain/trace-fix';
import { quantile } from '../support/quantile.ts';
import { recordedTraces } from '../support/recorded-traces.ts';
import { SYNTHETIC_KINDS, syntheticTrace } from '../support/synthetic-trace.ts';
import { formatTable } from './table.ts';
import { classesOf } from './traces/classes.ts';
import { browserRows } from './traces/in-browser.ts';
import { PEERS } from './traces/peers.ts';
import { throughputRows } from './traces/throughput.ts';

const SEEDS = 20;

const { values } = parseArgs({ options: { data: { type: 'string' }, json: { type: 'string' } } });
if (values.data === undefined || !existsSync(values.data)) {
	console.error('--data takes the folder with the recorded traces.');
	process.exit(2);
}

interface Row {
	file: string;
	mode: string;
	referenceM: number;
	distanceM: number;
	lowM: number;
	highM: number;
	gaps: { fromMs: number; toMs: number; straightM: number }[];
	stops: number;
	rejected: number;
	method: string;
	/** Metres by each peer's name. */
	peers: Record<string, number>;
}

const traces = await recordedTraces(values.data);
if (traces.length === 0) {
	console.error('There is no trace in that folder.');
	process.exit(2);
}
const rows = traces.map(({ file, mode, referenceM, fixes }) =>
	rowOf(file, mode, referenceM, fixes)
);

print(
	'Each trace: error in %, metres for a phone that lay still; "!" where the interval misses the reference',
	['trace', 'mode', 'reference m', 'ours', 'low m', 'high m', 'gaps', ...peerNames()],
	rows.map((row) => [
		row.file,
		row.mode,
		row.referenceM.toFixed(0),
		figure(errorOf(row, row.distanceM)),
		row.lowM.toFixed(0),
		row.highM.toFixed(0) + (isHeld(row) ? ' ' : '!'),
		String(row.gaps.length),
		...peerNames().map((name) => figure(errorOf(row, row.peers[name]!)))
	])
);

const classes = new Map<string, Row[]>();
for (const [n, trace] of traces.entries()) {
	for (const name of classesOf(trace)) classes.set(name, [...(classes.get(name) ?? []), rows[n]!]);
}
printSpread('Recorded: absolute error in %, median / p90 / p95 / max', classes);

const synthetic = new Map<string, Row[]>();
for (const [kind, options] of Object.entries(SYNTHETIC_KINDS)) {
	const drives = Array.from({ length: SEEDS }, (_, seed) => syntheticTrace({ ...options, seed }));
	synthetic.set(
		kind,
		drives.map(({ fixes, trueM }, seed) => rowOf(`${kind} ${seed}`, 'SYNTHETIC', trueM, fixes))
	);
}
printSpread(`Made up, ${SEEDS} drives of each kind: absolute error in %`, synthetic);

print(
	'A day of 86,400 fixes, milliseconds',
	['', 'first', 'median', 'best', 'million fixes/s'],
	[...throughputRows(), ...(await browserRows())]
);

if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, '\t')}\n`);

function rowOf(file: string, mode: string, referenceM: number, fixes: readonly TraceFix[]): Row {
	const { distanceM, lowM, highM, gaps, stops, rejected, method } = measureTrace(fixes);
	return {
		file,
		mode,
		referenceM,
		distanceM,
		lowM,
		highM,
		gaps,
		stops: stops.length,
		rejected: rejected.length,
		method,
		peers: Object.fromEntries(PEERS.map((peer) => [peer.name, peer.measureM(fixes)]))
	};
}

function peerNames(): string[] {
	return PEERS.map(({ name }) => name);
}

/** Percent of the reference; metres where the reference is 0. */
function errorOf({ referenceM }: Row, distanceM: number): number {
	return referenceM === 0 ? distanceM : (distanceM / referenceM - 1) * 100;
}

function isHeld({ lowM, highM, referenceM }: Row): boolean {
	return lowM <= referenceM && referenceM <= highM;
}

function printSpread(title: string, classes: ReadonlyMap<string, readonly Row[]>): void {
	const spread = (errors: readonly number[]) =>
		[0.5, 0.9, 0.95, 1].map((share) => figure(quantile(errors.map(Math.abs), share))).join(' / ');
	print(
		title,
		['class', 'traces', 'ours', 'interval holds', ...peerNames()],
		[...classes]
			.sort(([a], [b]) => a.localeCompare(b))
			.map(([name, rows]) => [
				name,
				String(rows.length),
				spread(rows.map((row) => errorOf(row, row.distanceM))),
				`${((rows.filter(isHeld).length / rows.length) * 100).toFixed(0)} %`,
				...peerNames().map((peer) => spread(rows.map((row) => errorOf(row, row.peers[peer]!))))
			])
	);
}

function figure(value: number): string {
	return value.toFixed(Math.abs(value) < 100 ? 2 : 0);
}

function print(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
	console.log(`\n${title}\n\n${formatTable(head, rows)}`);
}
