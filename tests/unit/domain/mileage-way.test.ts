import { mergeDocuments } from '@outlay/domain/merge';
import {
	companyDistances,
	knownDistance,
	learnDistances
} from '@outlay/domain/mileage/known-distance';
import { yearKilometres } from '@outlay/domain/mileage/year-kilometres';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { endsOf, positionOf, wayMark, type EndPoint } from '@outlay/domain/mileage/way';
import type { Setting } from '@outlay/domain/setting';
import { judgeSubmission } from '@outlay/domain/submission-rules';
import { emptyMileage, type MileageBody } from '@outlay/domain/transaction';
import { describe, expect, test } from 'vitest';
import { COMPANY } from '../../support/documents.ts';

const rates: Setting = {
	_id: 'setting:mileage-rates:2023-01-01',
	type: 'setting',
	schema: 4,
	companyId: COMPANY,
	ownerId: '',
	createdAt: '2023-01-01T00:00:00.000Z',
	updatedAt: '2023-01-01T00:00:00.000Z',
	body: {
		name: 'mileage-rates',
		state: [...STATE_MILEAGE_RATES],
		company: [],
		excessIsSalary: false
	}
};
const depot: EndPoint = { kind: 'company-place', placeId: 'depot' };
const home: EndPoint = { kind: 'own-place', placeId: 'home' };

function drive(change: Partial<MileageBody> = {}): MileageBody {
	return {
		...emptyMileage({ day: '2026-11-20', country: 'DK' }),
		from: 'Depot',
		fromPoint: depot,
		to: 'Pump 4',
		purpose: 'Repair',
		distanceM: 10_000,
		...change
	};
}

/** As it is stored once its legs were measured. */
function measured(body: MileageBody, source: MileageBody['distanceSource']): MileageBody {
	const legs = endsOf(body)
		.slice(1)
		.map(() => ({ distanceM: 5_000, source }));
	return {
		...body,
		legs,
		wayMark: wayMark(body),
		distanceM: legs.length * 5_000,
		distanceSource: source
	};
}

function codeOf(body: MileageBody): string | null {
	const judged = judgeSubmission(body, [rates], '2026-11-26', 0);
	return judged.ok ? null : judged.refusal.code;
}

const via = (id: string, name: string) => ({ id, name, point: null });

describe('a way', () => {
	test('goes through every place in order, and back the same way', () => {
		const there = drive({ vias: [via('v', 'Store')] });
		expect(endsOf(there).map(({ name }) => name)).toEqual(['Depot', 'Store', 'Pump 4']);
		const back = endsOf({ ...there, isReturn: true }).map(({ name }) => name);
		expect(back).toEqual(['Depot', 'Store', 'Pump 4', 'Store', 'Depot']);
	});

	test('a place of a book lies where the book says now, and nowhere once it is gone from it', () => {
		const books = {
			own: [{ id: 'home', latitude: 55.1, longitude: 12.1 }],
			company: [{ id: 'depot', latitude: null, longitude: null }]
		};
		expect(positionOf({ name: 'Home', point: home }, books)).toEqual([55.1, 12.1]);
		expect(positionOf({ name: 'Depot', point: depot }, books)).toBeNull();
		expect(positionOf({ name: 'Home', point: home }, { ...books, own: [] })).toBeNull();
		const pin: EndPoint = { kind: 'pin', latitude: 47.1, longitude: 9.5 };
		expect(positionOf({ name: 'x', point: pin }, books)).toEqual([47.1, 9.5]);
	});

	test('a body holds at most the ids of a person’s own places, never where they lie', () => {
		expect(JSON.stringify(drive({ fromPoint: home }))).not.toMatch(/latitude|longitude/);
	});
});

describe('a submitted distance', () => {
	test.each(['known-pair', 'road-network', 'routing-service'] as const)(
		'measured as %s is taken for the places it was measured for',
		(source) => {
			const whole = measured(drive({ vias: [via('v', 'Store')], isReturn: true }), source);
			expect(codeOf(whole)).toBeNull();
			expect(codeOf({ ...whole, to: 'Pump 5' })).toBe('mileage.distance_outdated');
			expect(codeOf({ ...whole, isReturn: false })).toBe('mileage.distance_outdated');
			expect(codeOf({ ...whole, vias: [] })).toBe('mileage.distance_outdated');
			expect(codeOf({ ...whole, distanceM: 21_000 })).toBe('mileage.distance_outdated');
		}
	);

	test('a leg that was estimated makes the whole an estimate, which must be confirmed', () => {
		const known = measured(drive({ isReturn: true }), 'known-pair');
		const [first, second] = known.legs;
		const mixed = {
			...known,
			legs: [first!, { ...second!, source: 'straight-estimate' as const }]
		};
		expect(codeOf(mixed)).toBe('mileage.distance_outdated');
		const estimate = { ...mixed, distanceSource: 'straight-estimate' as const };
		expect(codeOf(estimate)).toBe('mileage.estimate_unconfirmed');
		expect(codeOf({ ...estimate, isEstimateConfirmed: true })).toBeNull();
	});

	test('read from the odometer is the difference of its readings', () => {
		const read = drive({
			distanceSource: 'odometer',
			odometerStartKm: 1_000,
			odometerEndKm: 1_010
		});
		expect(codeOf(read)).toBeNull();
		expect(codeOf({ ...read, odometerEndKm: null })).toBe('mileage.odometer_missing');
		expect(codeOf({ ...read, odometerEndKm: 999 })).toBe('mileage.odometer_backwards');
		expect(codeOf({ ...read, odometerEndKm: 1_020 })).toBe('mileage.distance_outdated');
	});

	test('a trip that ends where it began needs a place in between', () => {
		const round = drive({ to: ' depot ' });
		expect(codeOf(round)).toBe('mileage.same_place');
		expect(codeOf({ ...round, vias: [via('v', 'Pump 4')] })).toBeNull();
		expect(codeOf({ ...round, vias: [via('v', ' ')] })).toBe('mileage.via_missing');
		expect(codeOf({ ...round, tripId: 'trip:w:1', distanceSource: 'recorded' })).toBeNull();
	});

	test('is paid by the vehicle: a bicycle by its own rate, a boat of the company by none', () => {
		const paid = (change: Partial<MileageBody>) =>
			judgeSubmission(drive(change), [rates], '2026-11-26', 0);
		const [car, bicycle] = [paid({}), paid({ vehicle: 'bicycle' })];
		if (!car.ok || !bicycle.ok) throw new Error('not rated');
		expect(bicycle.value.amountMinor).toBeLessThan(car.value.amountMinor);
		expect(paid({ vehicle: 'electric-car' })).toMatchObject({
			value: { amountMinor: car.value.amountMinor }
		});
		expect(codeOf(drive({ vehicle: 'motor-boat', vehicleOwner: 'company' }))).toBe(
			'mileage.vehicle_unrated'
		);
	});
});

describe('known distances', () => {
	const confirmed = (change: Partial<MileageBody>, isApproved = false) => ({
		body: drive(change),
		isApproved
	});
	const [from, to] = [
		{ name: 'DEPOT ', point: depot },
		{ name: ' pump  4', point: null }
	];

	test('what was recorded is learned, as the median with its shortest and longest', () => {
		const known = learnDistances([
			confirmed({ distanceSource: 'recorded', distanceM: 10_000 }),
			confirmed({ distanceSource: 'odometer', distanceM: 24_000, isReturn: true }),
			confirmed({ distanceSource: 'recorded', distanceM: 11_000 })
		]);
		const found = { distanceM: 11_000, lowM: 10_000, highM: 12_000, by: 'own-trips' };
		expect(knownDistance(known, from, to)).toMatchObject(found);
		expect(knownDistance(known, to, from)).toMatchObject(found);
	});

	test('what was typed counts once it is approved, and never beside what was measured', () => {
		const typed = { distanceM: 99_000 };
		expect(learnDistances([confirmed(typed)])).toEqual([]);
		expect(learnDistances([confirmed(typed, true)])).toMatchObject([{ distanceM: 99_000 }]);
		const both = [confirmed({ distanceSource: 'recorded' }), confirmed(typed, true)];
		expect(learnDistances(both)).toMatchObject([{ distanceM: 10_000 }]);
	});

	test('a trip with stops says nothing of its two ends', () => {
		expect(
			learnDistances([confirmed({ distanceSource: 'recorded', vias: [via('v', 'Store')] })])
		).toEqual([]);
	});

	test('the company’s figure goes before one’s own, this direction before the other', () => {
		const company = companyDistances([
			{ fromId: 'a', toId: 'b', distanceM: 1_000 },
			{ fromId: 'b', toId: 'a', distanceM: 1_200 }
		]);
		const end = (placeId: string) => ({
			name: placeId,
			point: { kind: 'company-place', placeId } as const
		});
		const own = learnDistances([
			confirmed({
				distanceSource: 'recorded',
				from: 'a',
				fromPoint: end('a').point,
				to: 'b',
				toPoint: end('b').point
			})
		]);
		expect(own).toHaveLength(1);
		const all = [...own, ...company];
		expect(knownDistance(all, end('a'), end('b'))).toMatchObject({ distanceM: 1_000 });
		expect(knownDistance(all, end('b'), end('a'))).toMatchObject({ distanceM: 1_200 });
		expect(knownDistance(own, end('b'), end('a'))).toMatchObject({ distanceM: 10_000 });
		expect(knownDistance(all, end('a'), end('c'))).toBeNull();
	});
});

describe('the year’s kilometres', () => {
	const driven = (change: Partial<MileageBody>) => drive({ distanceM: 100_000, ...change });

	test('count the drives of the same year, country and kind of limit', () => {
		const others = [
			driven({}),
			driven({ vehicle: 'electric-car', drivenOn: '2026-01-01' }),
			driven({ drivenOn: '2025-12-31' }),
			driven({ country: 'NO' }),
			driven({ vehicle: 'bicycle' }),
			driven({ vehicleOwner: 'company' }),
			driven({ drivenOn: null })
		];
		expect(
			yearKilometres(
				driven({}),
				others.map((drive) => ({ drive, yearBeforeM: 0 })),
				[rates]
			)
		).toEqual({
			year: '2026',
			kilometres: 200,
			thresholdKm: 20_000,
			beforeM: 200_000
		});
	});

	test('are no matter where no limit is', () => {
		expect(yearKilometres(driven({ vehicle: 'bicycle' }), [], [rates])).toBeNull();
		expect(yearKilometres(driven({ country: 'XX' }), [], [rates])).toBeNull();
		expect(yearKilometres(driven({ country: 'NO' }), [], [rates])).toBeNull();
		expect(yearKilometres(driven({ drivenOn: null }), [], [rates])).toBeNull();
		expect(yearKilometres(driven({}), [], [])).toBeNull();
	});
});

describe('two devices of one person', () => {
	test('a place keeps the point it was chosen with, and places on the way join', () => {
		const base = drive({ vias: [] });
		const mine = { ...base, from: 'Home', fromPoint: home, vias: [via('m', 'Store')] };
		const theirs = { ...base, from: 'Depot 2', vias: [via('t', 'Bakery')] };
		const at = (body: MileageBody) => ({ schema: 3, body: { ...body } });
		const { body } = mergeDocuments(at(base), at(mine), at(theirs));
		expect(body).toMatchObject({ from: 'Home', fromPoint: home });
		expect((body['vias'] as { id: string }[]).map(({ id }) => id).sort()).toEqual(['m', 't']);
	});

	test('places of the book join by their ids, each with its own position', () => {
		const place = (id: string, latitude: number) => ({ id, name: id, latitude, longitude: 12 });
		const base = { places: [place('a', 55)] };
		const mine = { places: [{ ...place('a', 56), longitude: 13 }, place('b', 57)] };
		const theirs = { places: [{ ...place('a', 55), name: 'Anna' }, place('c', 58)] };
		const merged = mergeDocuments(
			{ schema: 2, body: base },
			{ schema: 2, body: mine },
			{ schema: 2, body: theirs }
		);
		expect(merged).toEqual({
			body: {
				places: [
					{ id: 'a', name: 'Anna', latitude: 56, longitude: 13 },
					place('c', 58),
					place('b', 57)
				]
			},
			lost: null
		});
	});
});
