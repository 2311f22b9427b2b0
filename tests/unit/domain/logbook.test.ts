import { logbookEntry, type LogbookFacts } from '@outlay/domain/mileage/logbook';
import { rateMileage } from '@outlay/domain/mileage/rate-mileage';
import type { MileageTrip } from '@outlay/domain/mileage/mileage-trip';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { MILEAGE_RULES } from '@outlay/domain/rates/mileage-rules';
import { expect, test } from 'vitest';

function rated(change: Partial<MileageTrip> = {}) {
	const [only] = rateMileage({
		trips: [
			{
				tripId: 't',
				personId: 'jonas',
				employerId: 'nordlys',
				drivenOn: '2025-03-03',
				startedAt: '',
				country: 'DK',
				vehicle: 'own-car',
				fuel: 'diesel',
				distanceM: 64_600,
				privateM: 0,
				commutingM: 0,
				additions: [],
				costs: [],
				...change
			}
		],
		rates: { state: STATE_MILEAGE_RATES, company: [] },
		rules: MILEAGE_RULES,
		excessIsSalary: false,
		exported: [],
		fuelReceipts: []
	}).trips;
	return only?.outcome.ok ? only.outcome.value : null;
}
const facts: LogbookFacts = {
	name: 'Jonas Holm',
	address: 'Havnegade 1, 5000 Odense',
	employeeNumber: '12345',
	drivenOn: '2025-03-03',
	from: 'Odense',
	stops: ['Middelfart'],
	to: 'Kolding',
	purpose: 'Pump service',
	licencePlate: '',
	outcome: rated()
};

test('holds what BEK 173/2000 asks for, with the employee number, and is not verified', () => {
	expect(logbookEntry(facts)).toMatchObject({
		kilometres: '64.6',
		ratesMinor: [381],
		amountMinor: 24_613,
		currency: 'DKK',
		calculation: [{ code: 'mileage.distance_times_rate', amountMinor: 24_613 }],
		missing: [],
		source: expect.stringContaining('nr. 173 af 13. marts 2000') as string,
		verified: false
	});
});

test('names what is missing in the order of the form; a plate and stops are not asked for', () => {
	const bare = { ...facts, address: ' ', employeeNumber: '', stops: [], outcome: null };
	expect(logbookEntry(bare)).toMatchObject({ amountMinor: 0, currency: '', ratesMinor: [] });
	expect(logbookEntry(bare).missing).toEqual([
		'address',
		'employeeNumber',
		'kilometres',
		'rates',
		'calculation'
	]);
});

test('what is taxed of an allowance stands in its amount, each rate once', () => {
	const additions = [
		{ addition: 'passenger', distanceM: 64_600, count: 1 },
		{ addition: 'trailer', distanceM: 64_600, count: 1 }
	] as const;
	const outcome = rated({ country: 'NO', drivenOn: '2024-05-01', additions });
	expect(logbookEntry({ ...facts, outcome })).toMatchObject({
		ratesMinor: [490, 100],
		amountMinor: 31_654 + 2 * 6460,
		currency: 'NOK'
	});
});
