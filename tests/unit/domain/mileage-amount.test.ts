import { mileageAmount } from '@outlay/domain/mileage/mileage-amount';
import { ratedVehicle } from '@outlay/domain/mileage/rated-vehicle';
import { parseKilometres } from '@outlay/domain/distance-input';
import type { DatedRate } from '@outlay/domain/dated-rates';
import type { Setting } from '@outlay/domain/setting';
import { describe, expect, test } from 'vitest';
import { COMPANY } from '../../support/documents.ts';

function rate(change: Partial<DatedRate>): DatedRate {
	return {
		country: 'DK',
		kind: 'mileage.tax-free.own-car',
		place: null,
		validFrom: '2025-01-01',
		validTo: '2025-12-31',
		unit: 'km',
		amount: '3.81',
		currency: 'DKK',
		source: 'tekniq.dk',
		verified: false,
		...change
	};
}

const settings: Setting[] = [
	{
		_id: 'setting:mileage-rates:2022-01-01',
		type: 'setting',
		schema: 2,
		companyId: COMPANY,
		ownerId: '',
		createdAt: '2026-01-01T00:00:00.000Z',
		updatedAt: '2026-01-01T00:00:00.000Z',
		body: {
			name: 'mileage-rates',
			state: [
				rate({ kind: 'mileage.tax-free.own-car.above', amount: '2.23' }),
				rate({}),
				rate({ amount: '3.51', validFrom: '2022-01-01', validTo: '2022-04-30' }),
				rate({ amount: '3.70', validFrom: '2022-05-01', validTo: '2022-12-31' }),
				rate({
					kind: 'mileage.threshold',
					amount: '20000',
					currency: null,
					validFrom: '2022-01-01'
				})
			],
			company: [
				rate({ kind: 'mileage.entitlement.own-car', amount: '5', validFrom: '2025-12-01' })
			],
			excessIsSalary: true
		}
	}
];
const drive = {
	distanceM: 64_600,
	drivenOn: '2025-11-20',
	country: 'DK',
	vehicle: 'car',
	vehicleOwner: 'own'
} as const;

describe('mileageAmount', () => {
	test('kilometres times the rate of the day, with its source and that it is unverified', () => {
		expect(mileageAmount(drive, settings, 0)).toMatchObject({
			ok: true,
			value: {
				amountMinor: 24_613,
				currency: 'DKK',
				derivation: [{ amountMinor: 24_613, source: 'tekniq.dk', verified: false }]
			}
		});
	});

	test('a company’s own rate is paid, with what of it is taxed on a line of its own', () => {
		expect(mileageAmount({ ...drive, drivenOn: '2025-12-01' }, settings, 0)).toMatchObject({
			value: {
				amountMinor: 32_300,
				derivation: [
					{ code: 'mileage.distance_times_rate', amountMinor: 24_613 },
					{ code: 'mileage.taxable_excess', amountMinor: 7687 }
				]
			}
		});
	});

	test('without any setting there is no rate', () => {
		expect(mileageAmount(drive, [], 0)).toMatchObject({ refusal: { code: 'rate.missing' } });
	});

	test('a rate that changes in the middle of a year counts from its day', () => {
		const before = mileageAmount({ ...drive, drivenOn: '2022-04-30' }, settings, 0);
		const after = mileageAmount({ ...drive, drivenOn: '2022-05-01' }, settings, 0);
		expect(before).toMatchObject({ value: { amountMinor: 22_675 } });
		expect(after).toMatchObject({ value: { amountMinor: 23_902 } });
	});

	test.each([
		[{ country: 'NO' }, 'rate.missing'],
		[{ drivenOn: '2024-06-01' }, 'rate.missing'],
		[{ vehicleOwner: 'company' }, 'rate.missing'],
		[{ vehicle: 'moped' }, 'rate.missing'],
		[{ vehicle: 'motor-boat', vehicleOwner: 'company' }, 'mileage.vehicle_unrated'],
		[{ distanceM: null }, 'mileage.distance_missing'],
		[{ distanceM: 0 }, 'mileage.zero_distance'],
		[{ distanceM: 49 }, 'mileage.zero_distance'],
		[{ drivenOn: null }, 'mileage.date_missing']
	] as const)('%o is refused with %s, never paid by another rate', (change, code) => {
		expect(mileageAmount({ ...drive, ...change }, settings, 0)).toMatchObject({
			ok: false,
			refusal: { code }
		});
	});
});

describe('the vehicle of the rates', () => {
	test.each([
		['car', 'own', 'own-car', 'other'],
		['electric-car', 'own', 'own-car', 'electric'],
		['electric-car', 'company', 'company-car', 'electric'],
		['moped', 'own', 'moped', 'other']
	] as const)('%s, %s', (vehicle, vehicleOwner, rated, fuel) => {
		expect(ratedVehicle({ vehicle, vehicleOwner })).toEqual({ vehicle: rated, fuel });
	});

	test('nobody has a rate for a moped of the company', () => {
		expect(ratedVehicle({ vehicle: 'moped', vehicleOwner: 'company' })).toBeNull();
	});
});

describe('parseKilometres', () => {
	test.each([
		['64,6', 64_600],
		['64.6 km', 64_600],
		['7', 7000],
		[' 0,4 ', 400]
	])('reads %s', (text, metres) => {
		expect(parseKilometres(text)).toEqual({ ok: true, value: metres });
	});
	test.each([
		['', 'mileage.distance_missing'],
		['0', 'mileage.zero_distance'],
		['-3', 'mileage.distance_unreadable'],
		['far', 'mileage.distance_unreadable'],
		['99999', 'mileage.distance_too_long']
	])('refuses %s', (text, code) => {
		expect(parseKilometres(text)).toMatchObject({ refusal: { code } });
	});
});
