/**
 * `npm run bench:roads -- [--file FILE.osm.pbf] [--queries N] [--seed N]`: building, size and loading of a road pack,
 * and ways between random places, beside ngraph.path's bidirectional search (NBA*) on the same network. Both must
 * find ways of the same length.
 */
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import createGraph from 'ngraph.graph';
import { nba } from 'ngraph.path';
import { chordVector } from '@outlay/domain/roads/road-graph';
import {
	BACKWARD,
	decodeRoadNetwork,
	encodeRoadNetwork,
	FORWARD,
	type RoadNetwork
} from '@outlay/domain/roads/road-network';
import { RoadRouter } from '@outlay/domain/roads/road-router';
import type { Position } from '@outlay/domain/trip';
import { readRoads } from '../../sync-server/src/regions/read-osm.ts';
import { formatTable } from './table.ts';

const { values } = parseArgs({
	options: {
		file: {
			type: 'string',
			default: fileURLToPath(
				new URL('../../../shared/data/roads/liechtenstein.osm.pbf', import.meta.url)
			)
		},
		queries: { type: 'string', default: '2000' },
		seed: { type: 'string', default: '1' }
	}
});

const builtMs = performance.now();
const built = await readRoads(values.file);
const buildS = (performance.now() - builtMs) / 1000;
const bytes = encodeRoadNetwork(built);

const loadedMs = performance.now();
const decoded = decodeRoadNetwork(bytes.slice().buffer);
if (!decoded.ok) throw new Error(decoded.refusal.code);
const network = decoded.value;
const router = new RoadRouter(network);
const loadMs = performance.now() - loadedMs;

const nodes = network.nodeLatitudeE7.length;
const random = seeded(Number(values.seed));
const pairs = Array.from({ length: Number(values.queries) }, (): [number, number] => [
	Math.floor(random() * nodes),
	Math.floor(random() * nodes)
]);

const peer = peerOf(network);
const ours: number[] = [];
const theirs: number[] = [];
let found = 0;
let otherLengths = 0;
// The first few warm both up and are not counted.
for (const [index, [from, to]] of [...pairs.slice(0, 50), ...pairs].entries()) {
	const startedMs = performance.now();
	const way = router.through([positionOf(from), positionOf(to)], 'shortest');
	const ourMs = performance.now() - startedMs;
	const peerStartedMs = performance.now();
	const peerM = peer(from, to);
	const peerMs = performance.now() - peerStartedMs;
	if (index < 50) continue;
	ours.push(ourMs);
	theirs.push(peerMs);
	if (!way.ok) continue;
	found += 1;
	const wayM = way.value.distanceM + way.value.ferryM;
	if (peerM !== null && Math.abs(wayM - peerM) > 1 + peerM * 0.001) otherLengths += 1;
}

console.log(
	formatTable(
		['', 'outlay', 'ngraph.path (nba)'],
		[
			['build', `${buildS.toFixed(1)} s`, ''],
			['pack', `${(bytes.length / 1000).toFixed(0)} kB`, ''],
			['pack, gzip', `${(gzipSync(bytes).length / 1000).toFixed(0)} kB`, ''],
			['load and make ready', `${loadMs.toFixed(1)} ms`, ''],
			['query, median', `${percentile(ours, 50)} ms`, `${percentile(theirs, 50)} ms`],
			['query, p95', `${percentile(ours, 95)} ms`, `${percentile(theirs, 95)} ms`],
			['ways found', `${found} of ${pairs.length}`, ''],
			['of another length than the peer’s', String(otherLengths), '']
		]
	)
);

function positionOf(node: number): Position {
	return [network.nodeLatitudeE7[node]! / 1e7, network.nodeLongitudeE7[node]! / 1e7];
}

/** The same network and the same estimate in ngraph's own graph; gives the length of the shortest way. */
function peerOf({ edgeFrom, edgeTo, edgeLengthM, edgeWays }: RoadNetwork) {
	const graph = createGraph<[number, number, number], number>();
	for (let node = 0; node < nodes; node += 1) {
		const [latitude, longitude] = positionOf(node);
		graph.addNode(node, chordVector(latitude, longitude));
	}
	// It keeps one link between two nodes: the shortest of several roads.
	const least = new Map<string, number>();
	const link = (from: number, to: number, lengthM: number) => {
		const key = `${from}-${to}`;
		if (from === to || lengthM >= (least.get(key) ?? Infinity)) return;
		least.set(key, lengthM);
		const before = graph.getLink(from, to);
		if (before) graph.removeLink(before);
		graph.addLink(from, to, lengthM);
	};
	for (let edge = 0; edge < edgeFrom.length; edge += 1) {
		const ways = edgeWays[edge]!;
		if (ways & FORWARD) link(edgeFrom[edge]!, edgeTo[edge]!, edgeLengthM[edge]!);
		if (ways & BACKWARD) link(edgeTo[edge]!, edgeFrom[edge]!, edgeLengthM[edge]!);
	}
	const finder = nba(graph, {
		oriented: true,
		distance: (_from, _to, { data }) => data,
		heuristic: ({ data: [x, y, z] }, { data: [u, v, w] }) => Math.hypot(x - u, y - v, z - w)
	});
	return (from: number, to: number): number | null => {
		const path = finder.find(from, to);
		if (path.length === 0) return null;
		let lengthM = 0;
		// It lists the way from its end.
		for (let at = path.length - 1; at > 0; at -= 1) {
			lengthM += least.get(`${path[at]!.id}-${path[at - 1]!.id}`) ?? NaN;
		}
		return lengthM;
	};
}

function percentile(figures: readonly number[], percent: number): string {
	const sorted = [...figures].sort((a, b) => a - b);
	return (sorted[Math.floor(((sorted.length - 1) * percent) / 100)] ?? NaN).toFixed(2);
}

/** mulberry32: the same places at every run. */
function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}
