import { describe, expect, test } from 'vitest';
import { differsFromOdometer, odometerDistance, parseOdometer } from '@outlay/domain/odometer';
import { judgeTrip } from '@outlay/domain/trip-rules';
import { aTripBody } from '../../support/documents.ts';

describe('parseOdometer', () => {
	test.each([
		['48210', 48_210_000],
		['48 210', 48_210_000],
		['48.210', 48_210_000],
		['48,210', 48_210_000],
		['1.048.210 km', 1_048_210_000],
		['48210,5', 48_210_500],
		['48210.5', 48_210_500],
		["48'210", 48_210_000],
		['0', 0],
		['  ', null]
	])('reads %s', (text, metres) => {
		expect(parseOdometer(text)).toEqual({ ok: true, value: metres });
	});

	test.each(['far', '-5', '48210,55', '99999999', '4.82.10', '1e5', '48210 miles'])(
		'refuses %s',
		(text) => {
			expect(parseOdometer(text)).toMatchObject({ refusal: { code: 'odometer.unreadable' } });
		}
	);
});

describe('odometerDistance', () => {
	test('knows a distance to a kilometre more or less', () => {
		expect(odometerDistance(48_210_000, 48_275_000)).toEqual({
			distanceM: 65_000,
			lowM: 64_000,
			highM: 66_000
		});
	});

	test.each([
		[null, 1000],
		[1000, null],
		[1000, 1000],
		[2000, 1000],
		[4_821_000, 48_210_000]
	])('says nothing between %s and %s', (startM, endM) => {
		expect(odometerDistance(startM, endM)).toBeNull();
	});
});

describe('an odometer that says something else', () => {
	test.each([
		[64_600, 65_600, false],
		[64_600, 68_000, true],
		[64_600, 61_000, true],
		[5_000, 5_900, false],
		[5_000, 6_001, true],
		[100_000, 104_900, false]
	])('%i m measured, %i m by the odometer: asked %s', (measuredM, odometerM, isAsked) => {
		expect(differsFromOdometer(measuredM, odometerM)).toBe(isAsked);
	});

	const apart = { distanceM: 64_600, odometerStartM: 0, odometerEndM: 70_000 };

	test('can be handed over once somebody said why, or pays by it, or typed the distance', () => {
		const refused = { refusal: { code: 'trip.odometer_differs', field: 'odometerReason' } };
		expect(judgeTrip(aTripBody(apart), 'recorded')).toMatchObject(refused);
		const ok = { ok: true };
		expect(judgeTrip(aTripBody({ ...apart, odometerReason: 'misread' }), 'recorded')).toMatchObject(
			ok
		);
		expect(judgeTrip(aTripBody({ ...apart, distanceBy: 'odometer' }), 'recorded')).toMatchObject(
			ok
		);
		expect(judgeTrip(aTripBody(apart), 'typed')).toMatchObject(ok);
	});

	test('a recording that did not move is not handed over', () => {
		const still = aTripBody({ distanceM: 49 });
		expect(judgeTrip(still, 'recorded')).toMatchObject({ refusal: { code: 'trip.no_movement' } });
		expect(judgeTrip(still, 'typed')).toMatchObject({ ok: true });
		expect(judgeTrip(aTripBody({ distanceM: null }), 'recorded')).toMatchObject({ ok: false });
	});
});
