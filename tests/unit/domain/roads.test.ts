import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { geodesicM } from '@outlay/domain/geodesic';
import {
	BACKWARD,
	decodeRoadNetwork,
	encodeRoadNetwork,
	FERRY,
	FORWARD,
	type RoadNetwork
} from '@outlay/domain/roads/road-network';
import { RoadRouter } from '@outlay/domain/roads/road-router';
import type { Position } from '@outlay/domain/trip';

interface Road {
	from: number;
	to: number;
	speedKmh?: number;
	ways?: number;
	/** How much longer than straight. */
	detour?: number;
}

/** A network of places and roads between them; lengths are never below the straight line. */
function networkOf(places: readonly Position[], roads: readonly Road[]): RoadNetwork {
	return {
		source: 'made up for a test',
		nodeLatitudeE7: Int32Array.from(places, ([latitude]) => Math.round(latitude * 1e7)),
		nodeLongitudeE7: Int32Array.from(places, ([, longitude]) => Math.round(longitude * 1e7)),
		edgeFrom: Uint32Array.from(roads, ({ from }) => from),
		edgeTo: Uint32Array.from(roads, ({ to }) => to),
		edgeLengthM: Float32Array.from(
			roads,
			({ from, to, detour = 1 }) => geodesicM(...places[from]!, ...places[to]!) * detour
		),
		edgeSpeedKmh: Uint8Array.from(roads, ({ speedKmh = 50 }) => speedKmh),
		edgeWays: Uint8Array.from(roads, ({ ways = FORWARD | BACKWARD }) => ways),
		shapeStart: new Uint32Array(roads.length + 1),
		shapeLatitudeE7: new Int32Array(),
		shapeLongitudeE7: new Int32Array()
	};
}

/** Bellman-Ford from the book, as slow as it is plain: the least cost between all pairs from one node. */
function leastCosts(network: RoadNetwork, start: number, costOf: (edge: number) => number) {
	const costs = Array.from({ length: network.nodeLatitudeE7.length }, () => Infinity);
	costs[start] = 0;
	for (let round = 0; round < costs.length; round += 1) {
		for (let edge = 0; edge < network.edgeFrom.length; edge += 1) {
			const [from, to] = [network.edgeFrom[edge]!, network.edgeTo[edge]!];
			if (network.edgeWays[edge]! & FORWARD) {
				costs[to] = Math.min(costs[to]!, costs[from]! + costOf(edge));
			}
			if (network.edgeWays[edge]! & BACKWARD) {
				costs[from] = Math.min(costs[from]!, costs[to]! + costOf(edge));
			}
		}
	}
	return costs;
}

// One block apart: far enough that no two places are the same spot.
const place = (row: number, column: number): Position => [55.4 + row * 0.01, 10.38 + column * 0.02];
const A = place(0, 0);
const B = place(0, 1);
const C = place(1, 1);
const D = place(1, 0);

describe('a way by road', () => {
	test('is as short as an exhaustive search finds, over any roads', () => {
		// On a curve: no straight road passes over a third place, where it would be entered half-way.
		const grid = Array.from({ length: 12 }, (_, n) => place(n, n * n * 0.05));
		const road = fc.record({
			from: fc.nat(11),
			to: fc.nat(11),
			speedKmh: fc.integer({ min: 10, max: 130 }),
			ways: fc.constantFrom(FORWARD, BACKWARD, FORWARD | BACKWARD),
			detour: fc.double({ min: 1, max: 3, noNaN: true })
		});
		fc.assert(
			fc.property(
				fc.array(road, { minLength: 4, maxLength: 40 }),
				fc.constantFrom('fastest' as const, 'shortest' as const),
				(roads, preference) => {
					const network = networkOf(
						grid,
						roads.filter(({ from, to }) => from !== to)
					);
					if (network.edgeFrom.length === 0) return;
					const router = new RoadRouter(network);
					const start = network.edgeFrom[0]!;
					const costs = leastCosts(network, start, (edge) =>
						preference === 'shortest'
							? network.edgeLengthM[edge]!
							: (network.edgeLengthM[edge]! * 3.6) / network.edgeSpeedKmh[edge]!
					);
					const isOnRoad = new Set([...network.edgeFrom, ...network.edgeTo]);
					for (const [target, cost] of costs.entries()) {
						if (!isOnRoad.has(target) || target === start) continue;
						const way = router.through([grid[start]!, grid[target]!], preference);
						if (cost === Infinity) {
							expect(way).toMatchObject({ ok: false, refusal: { code: 'roads.no_way' } });
							continue;
						}
						if (!way.ok) throw new Error(way.refusal.code);
						const found = preference === 'shortest' ? way.value.distanceM : way.value.durationS;
						expect(Math.abs(found - cost)).toBeLessThan(1e-6 + cost * 1e-6);
					}
				}
			),
			{ numRuns: 120 }
		);
	});

	test('begins and ends in the middle of a road, and its line is as long as it says', () => {
		const router = new RoadRouter(
			networkOf(
				[A, B, C],
				[
					{ from: 0, to: 1 },
					{ from: 1, to: 2 }
				]
			)
		);
		const way = router.through([between(A, B, 0.25), between(B, C, 0.5)], 'shortest');
		if (!way.ok) throw new Error(way.refusal.code);
		const wanted = 0.75 * geodesicM(...A, ...B) + 0.5 * geodesicM(...B, ...C);
		expect(way.value.distanceM).toBeCloseTo(wanted, 0);
		expect(lengthOf(way.value.line)).toBeCloseTo(wanted, 0);
	});

	test('goes round where a one-way road would be driven against its direction', () => {
		const router = new RoadRouter(
			networkOf(
				[A, B, C, D],
				[
					{ from: 0, to: 1, ways: FORWARD },
					{ from: 1, to: 2 },
					{ from: 2, to: 3 },
					{ from: 3, to: 0 }
				]
			)
		);
		const along = router.through([between(A, B, 0.2), between(A, B, 0.8)], 'shortest');
		const against = router.through([between(A, B, 0.8), between(A, B, 0.2)], 'shortest');
		if (!along.ok || !against.ok) throw new Error('no way');
		expect(along.value.distanceM).toBeCloseTo(0.6 * geodesicM(...A, ...B), 0);
		expect(against.value.distanceM).toBeGreaterThan(3 * geodesicM(...A, ...D));
	});

	test('passes the places in between, and does not count the metres on a ferry', () => {
		const router = new RoadRouter(
			networkOf(
				[A, B, C],
				[
					{ from: 0, to: 1 },
					{ from: 1, to: 2, ways: FORWARD | BACKWARD | FERRY }
				]
			)
		);
		const there = router.through([A, C, A], 'fastest');
		if (!there.ok) throw new Error(there.refusal.code);
		expect(there.value.distanceM).toBeCloseTo(2 * geodesicM(...A, ...B), 0);
		expect(there.value.ferryM).toBeCloseTo(2 * geodesicM(...B, ...C), 0);
	});

	test('offers the shortest beside the fastest where they differ', () => {
		const router = new RoadRouter(
			networkOf(
				[A, B, C],
				[
					{ from: 0, to: 2, speedKmh: 20 },
					{ from: 0, to: 1, speedKmh: 130 },
					{ from: 1, to: 2, speedKmh: 130 }
				]
			)
		);
		const both = router.alternatives([A, C]);
		if (!both.ok) throw new Error(both.refusal.code);
		const [fastest, shortest] = both.value;
		expect(both.value.map(({ preference }) => preference)).toEqual(['fastest', 'shortest']);
		expect(fastest!.distanceM).toBeGreaterThan(shortest!.distanceM);
		expect(fastest!.durationS).toBeLessThan(shortest!.durationS);
	});

	test('is refused where there is no road, or none that leads there', () => {
		const router = new RoadRouter(
			networkOf(
				[A, B, C, D],
				[
					{ from: 0, to: 1 },
					{ from: 2, to: 3 }
				]
			)
		);
		expect(router.through([A], 'fastest')).toMatchObject({
			refusal: { code: 'roads.too_few_places' }
		});
		expect(router.through([A, [56.5, 10]], 'fastest')).toMatchObject({
			refusal: { code: 'roads.no_road_near', values: { place: 1 } }
		});
		expect(router.through([A, C], 'fastest')).toMatchObject({
			refusal: { code: 'roads.no_way', values: { leg: 0 } }
		});
	});
});

describe('a road pack', () => {
	const network = networkOf(
		[A, B, C],
		[
			{ from: 0, to: 1 },
			{ from: 1, to: 2, ways: FORWARD }
		]
	);

	test('comes back as it was written', () => {
		const read = decodeRoadNetwork(encodeRoadNetwork(network).slice().buffer);
		expect(read).toEqual({ ok: true, value: network });
	});

	test('is refused when it is cut off, no pack, or points outside itself', () => {
		const bytes = encodeRoadNetwork(network);
		for (const length of [0, 10, 24, bytes.length - 4]) {
			expect(decodeRoadNetwork(bytes.slice(0, length).buffer)).toMatchObject({
				refusal: { code: 'roads.damaged' }
			});
		}
		expect(decodeRoadNetwork(new TextEncoder().encode('x'.repeat(400)).buffer)).toMatchObject({
			ok: false
		});
		const pointsOutside = { ...network, edgeTo: Uint32Array.from([1, 99]) };
		expect(decodeRoadNetwork(encodeRoadNetwork(pointsOutside).slice().buffer).ok).toBe(false);
	});

	test('with any byte changed is refused or still searched without harm', () => {
		const bytes = encodeRoadNetwork(network);
		fc.assert(
			fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
				const damaged = bytes.slice();
				damaged[at] = damaged[at]! ^ flip;
				const read = decodeRoadNetwork(damaged.buffer);
				if (!read.ok) return;
				const way = new RoadRouter(read.value).through([A, C], 'fastest');
				if (way.ok) expect(way.value.distanceM).toBeGreaterThanOrEqual(0);
			})
		);
	});
});

function between(
	[fromLatitude, fromLongitude]: Position,
	[latitude, longitude]: Position,
	share: number
): Position {
	return [
		fromLatitude + (latitude - fromLatitude) * share,
		fromLongitude + (longitude - fromLongitude) * share
	];
}

function lengthOf(line: readonly Position[]): number {
	return line.slice(1).reduce((sum, position, n) => sum + geodesicM(...line[n]!, ...position), 0);
}
