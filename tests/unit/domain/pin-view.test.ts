import { around, pinView } from '@outlay/domain/mileage/pin-view';
import type { Way, WayEnd } from '@outlay/domain/mileage/way';
import { geodesicM } from '@outlay/domain/geodesic';
import { describe, expect, test } from 'vitest';

const NOWHERE: WayEnd = { name: '', point: null };
const books = {
	own: [
		{ id: 'home', latitude: 55.4, longitude: 10.4 },
		{ id: 'named', latitude: null, longitude: null }
	],
	company: [{ id: 'depot', latitude: 56.1, longitude: 9.2 }]
};
const pin = (latitude: number, longitude: number): WayEnd => ({
	name: 'Pump',
	point: { kind: 'pin', latitude, longitude }
});
const home: WayEnd = { name: 'Home', point: { kind: 'own-place', placeId: 'home' } };

function way(from: WayEnd, to: WayEnd, vias: WayEnd[] = []): Way {
	return {
		...{ from: from.name, fromPoint: from.point, to: to.name, toPoint: to.point },
		vias: vias.map((via, n) => ({ id: String(n), ...via })),
		isReturn: false
	};
}

describe('what the map shows first for a pin', () => {
	test('is near the other end of the trip', () => {
		expect(pinView(NOWHERE, way(home, NOWHERE), [], books)).toEqual(around([55.4, 10.4]));
		expect(pinView(NOWHERE, way(NOWHERE, pin(57, 10)), [], books)).toEqual(around([57, 10]));
	});

	test('holds every other place of the way that is known', () => {
		const shown = pinView(NOWHERE, way(home, pin(57, 10), [NOWHERE]), [], books);
		expect(shown).toEqual([...around([55.4, 10.4]), ...around([57, 10])]);
	});

	test('is close to the pin that is put right', () => {
		const shown = pinView(pin(57, 10), way(home, pin(57, 10)), [], books);
		for (const [latitude, longitude] of shown) {
			expect(geodesicM(57, 10, latitude, longitude)).toBeLessThan(500);
		}
	});

	test('is around where the person drove to last, before anything is known of this trip', () => {
		const drives = [way(NOWHERE, { name: 'A friend', point: null }), way(home, pin(54.9, 9.8))];
		expect(pinView(NOWHERE, way(NOWHERE, NOWHERE), drives, books)).toEqual(around([54.9, 9.8]));
		expect(pinView(NOWHERE, null, drives, books)).toEqual(around([54.9, 9.8]));
	});

	test('else the newest place of their own, else the company’s; nothing where there is none', () => {
		expect(pinView(NOWHERE, null, [], books)).toEqual(around([55.4, 10.4]));
		expect(pinView(NOWHERE, null, [], { ...books, own: [] })).toEqual([[56.1, 9.2]]);
		expect(pinView(NOWHERE, null, [], { own: [], company: [] })).toEqual([]);
	});

	test('around a place is a few kilometres each way, also in the north', () => {
		for (const latitude of [0, 55.4, 71]) {
			const [low, high] = around([latitude, 25]);
			const widthM = geodesicM(latitude, low![1], latitude, high![1]);
			expect(widthM).toBeGreaterThan(5_900);
			expect(widthM).toBeLessThan(6_100);
		}
	});
});
