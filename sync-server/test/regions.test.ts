import { createServer, type Server } from 'node:http';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RoadRouter } from '@outlay/domain/roads/road-router';
import { startServer, type TestServer } from '../../tests/support/server.ts';
import { TestPerson } from '../../tests/support/test-person.ts';
import { readConfig } from '../src/config.ts';
import { RoadNetworkBuilder, roadOf } from '../src/regions/osm-roads.ts';
import { readRoads } from '../src/regions/read-osm.ts';
import { askRouting, RoutingUnavailable } from '../src/regions/routing-service.ts';

const PLACES = [
	[55.4, 10.38],
	[55.49, 9.47]
];

/** A service of somebody else's, as far as we ask it: what it was asked, and what it says. */
let asked: string[];
let says: { status: number; mediaType: string; body: string | Buffer };
let service: Server;
let serviceUrl: string;
let server: TestServer;
let person: TestPerson;

beforeAll(async () => {
	asked = [];
	service = createServer((request, response) => {
		asked.push(request.url ?? '');
		response.writeHead(says.status, { 'content-type': says.mediaType }).end(says.body);
	});
	await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
	serviceUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
	server = await startServer({
		environment: {
			OUTLAY_ROUTING: `osrm=${serviceUrl}`,
			OUTLAY_TILES: `${serviceUrl}/tiles/{z}/{x}/{y}.png`,
			OUTLAY_TILES_CREDIT: 'Somebody'
		}
	});
	const folder = path.join(server.dataDir, 'regions');
	await mkdir(folder, { recursive: true });
	await writeFile(path.join(folder, 'fyn.pmtiles'), 'a map of Fyn');
	await writeFile(path.join(folder, 'fyn.roads'), 'roads');
	await writeFile(path.join(folder, 'notes.txt'), 'not for devices');
	person = await TestPerson.signIn(server, 'jonas');
});
afterAll(async () => {
	await server.stop();
	service.closeAllConnections();
	await new Promise((resolve) => service.close(resolve));
});

describe('region packs', () => {
	test('are listed with their size, and read in parts', async () => {
		const offer = await (await ofPerson('/_outlay/regions')).json();
		expect(offer).toMatchObject({
			regions: [
				{
					name: 'fyn',
					map: { file: 'fyn.pmtiles', byteLength: 12 },
					roads: { file: 'fyn.roads', byteLength: 5 }
				}
			],
			hasRouting: true,
			tilesCredit: 'Somebody'
		});
		const whole = await ofPerson('/_outlay/regions/fyn.pmtiles');
		expect(whole.headers.get('content-length')).toBe('12');
		expect(await whole.text()).toBe('a map of Fyn');
		const part = await ofPerson('/_outlay/regions/fyn.pmtiles', {
			headers: { range: 'bytes=2-4' }
		});
		expect(part.status).toBe(206);
		expect(await part.text()).toBe('map');
	});

	test('nothing else of the folder, and nothing outside it, is given out', async () => {
		for (const name of [
			'notes.txt',
			'..%2Fdata.mdb',
			'%2e%2e%2fpackage.json',
			'other.roads',
			'fyn.pmtiles.part'
		]) {
			expect((await ofPerson(`/_outlay/regions/${name}`)).status, name).toBe(404);
		}
	});

	test('are for people who are signed in', async () => {
		for (const address of ['regions', 'regions/fyn.roads', 'tiles/1/0/0']) {
			expect((await fetch(`${server.url}/_outlay/${address}`)).status, address).toBe(401);
		}
		const ways = await fetch(`${server.url}/_outlay/ways`, { method: 'POST' });
		expect(ways.status).toBe(401);
	});
});

describe('distances by a routing service', () => {
	const ask = (body: unknown) =>
		ofPerson('/_outlay/ways', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body)
		});

	test('are asked for by the server, longitude first', async () => {
		says = json({
			code: 'Ok',
			routes: [
				{
					distance: 70_500.4,
					duration: 3000,
					geometry: {
						coordinates: [
							[10.38, 55.4],
							[9.47, 55.49]
						]
					}
				}
			]
		});
		const answer = await ask({ places: PLACES });
		expect(await answer.json()).toEqual({
			ways: [{ preference: 'fastest', distanceM: 70_500.4, durationS: 3000, line: PLACES }]
		});
		expect(asked.at(-1)).toContain('/route/v1/driving/10.38,55.4;9.47,55.49');
	});

	test('places that are none are refused before anybody is asked', async () => {
		const before = asked.length;
		for (const places of [
			undefined,
			[],
			[[1, 2]],
			[
				[91, 0],
				[0, 0]
			],
			[
				['1', 2],
				[0, 0]
			],
			Array(15).fill([1, 1])
		]) {
			expect((await ask({ places })).status).toBe(400);
		}
		expect(asked.length).toBe(before);
	});

	test('a service that is down or talks nonsense is said so, without its words', async () => {
		for (const broken of [
			{ status: 500, mediaType: 'text/html', body: 'secret trace' },
			{ status: 200, mediaType: 'text/html', body: '<html>' },
			json({ routes: [{ distance: -1, duration: 1 }] })
		]) {
			says = broken;
			const answer = await ask({ places: PLACES });
			expect(answer.status).toBe(502);
			expect(await answer.json()).toEqual({ code: 'routing.unavailable' });
		}
		says = json({ code: 'NoRoute', message: 'Impossible route', routes: [] }, 400);
		expect(await (await ask({ places: PLACES })).json()).toEqual({ ways: [] });
	});

	test('Valhalla and GraphHopper are understood too', async () => {
		says = json({
			trip: { summary: { length: 70.5, time: 3000 }, legs: [{ shape: '_wdsiBohzgR' }] }
		});
		const [valhalla] = await askRouting({ kind: 'valhalla', url: serviceUrl }, [
			[1, 2],
			[3, 4]
		]);
		expect(valhalla).toMatchObject({ distanceM: 70_500, durationS: 3000 });
		expect(valhalla?.line).toHaveLength(1);
		says = json({
			paths: [{ distance: 70_500, time: 3_000_000, points: { coordinates: [[10.38, 55.4]] } }]
		});
		expect(
			await askRouting({ kind: 'graphhopper', url: serviceUrl }, [
				[1, 2],
				[3, 4]
			])
		).toEqual([
			{ preference: 'fastest', distanceM: 70_500, durationS: 3000, line: [[55.4, 10.38]] }
		]);
		await expect(
			askRouting({ kind: 'osrm', url: 'http://127.0.0.1:1' }, [
				[1, 2],
				[3, 4]
			])
		).rejects.toBeInstanceOf(RoutingUnavailable);
	});
});

describe('map pictures of a service', () => {
	test('pass through the server; anything else does not', async () => {
		const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
		says = { status: 200, mediaType: 'image/png', body: picture };
		const tile = await ofPerson('/_outlay/tiles/3/4/2');
		expect(tile.headers.get('content-type')).toBe('image/png');
		expect(Buffer.from(await tile.arrayBuffer()).equals(picture)).toBe(true);
		expect(asked.at(-1)).toBe('/tiles/3/4/2.png');
		says = { status: 200, mediaType: 'text/html', body: '<script>' };
		expect((await ofPerson('/_outlay/tiles/3/4/2')).status).toBe(404);
		const before = asked.length;
		for (const address of ['3/8/2', '3/-1/2', '23/0/0', 'a/b/c']) {
			expect((await ofPerson(`/_outlay/tiles/${address}`)).status, address).toBe(404);
		}
		expect(asked.length).toBe(before);
	});

	test('settings that can’t be meant are refused at the start', () => {
		for (const [name, value] of [
			['OUTLAY_ROUTING', 'https://router.example'],
			['OUTLAY_ROUTING', 'osrm=router'],
			['OUTLAY_TILES', 'https://tiles.example/{z}/{x}.png'],
			['OUTLAY_TILES', 'https://tiles.example/{z}/{x}/{y}.png']
		] as const) {
			expect(() => readConfig({ [name]: value }, '.')).toThrow(name);
		}
	});
});

describe('roads out of OpenStreetMap', () => {
	test('are those a car may use, with their direction and speed', () => {
		const way = (tags: Record<string, string>) =>
			roadOf({ type: 'way', id: 1, refs: [1, 2], tags });
		expect(way({ highway: 'footway' })).toBeNull();
		expect(way({ highway: 'residential', access: 'private' })).toBeNull();
		expect(way({ highway: 'residential', access: 'no', motor_vehicle: 'yes' })).not.toBeNull();
		expect(way({ route: 'ferry' })).toBeNull();
		expect(way({ route: 'ferry', motor_vehicle: 'yes' })).toMatchObject({ ways: 7 });
		expect(way({ highway: 'motorway' })).toMatchObject({ ways: 1, speedKmh: 110 });
		expect(way({ highway: 'primary', oneway: '-1' })).toMatchObject({ ways: 2 });
		expect(way({ highway: 'tertiary', junction: 'roundabout' })).toMatchObject({ ways: 1 });
		expect(way({ highway: 'primary', maxspeed: '30 mph' })).toMatchObject({ speedKmh: 48 });
		expect(way({ highway: 'primary', maxspeed: 'DK:urban' })).toMatchObject({ speedKmh: 70 });
	});

	test('are cut where they meet; what nothing leads to is left out', () => {
		const builder = new RoadNetworkBuilder();
		const road = (id: number, refs: number[]) =>
			builder.addWay({ type: 'way', id, refs, tags: { highway: 'primary' } });
		road(1, [1, 2, 3]);
		road(2, [2, 4]);
		// Ends where the extract ends: node 99 has no position.
		road(3, [4, 5, 99]);
		for (let id = 1; id <= 5; id += 1) {
			builder.addNode({ type: 'node', id, lat: 55 + id * 0.001, lon: 10 + (id % 2) * 0.001 });
		}
		const network = builder.build('a test');
		expect(network.edgeFrom.length).toBe(4);
		expect(network.nodeLatitudeE7.length).toBe(5);
	});

	const extract = fileURLToPath(
		new URL('../../../shared/data/roads/liechtenstein.osm.pbf', import.meta.url)
	);
	test.skipIf(!existsSync(extract))(
		'lead from Vaduz to Balzers (skipped without the extract beside the project)',
		async () => {
			const router = new RoadRouter(await readRoads(extract));
			const way = router.through(
				[
					[47.141, 9.5209],
					[47.0664, 9.5021]
				],
				'fastest'
			);
			if (!way.ok) throw new Error(way.refusal.code);
			// 8.5 km as the crow flies; signposted as 9 to 10 km.
			expect(way.value.distanceM).toBeGreaterThan(8_500);
			expect(way.value.distanceM).toBeLessThan(11_000);
			expect(router.source).toContain('OpenStreetMap');
		}
	);
});

/** As the signed-in person; `TestPerson.request` reads JSON only, and sends no headers of its own. */
function ofPerson(address: string, init: RequestInit = {}): Promise<Response> {
	return fetch(`${server.url}${address}`, {
		...init,
		headers: { cookie: person.cookie, ...(init.headers as Record<string, string> | undefined) }
	});
}

function json(value: unknown, status = 200) {
	return { status, mediaType: 'application/json', body: JSON.stringify(value) };
}
