import { logbookEntry, type LogbookFacts } from '@outlay/domain/mileage/logbook';
import { rateMileage } from '@outlay/domain/mileage/rate-mileage';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { MILEAGE_RULES } from '@outlay/domain/rates/mileage-rules';
import { expect, test } from 'vitest';

const [rated] = rateMileage({
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
			costs: []
		}
	],
	rates: { state: STATE_MILEAGE_RATES, company: [] },
	rules: MILEAGE_RULES,
	excessIsSalary: false,
	exported: [],
	fuelReceipts: []
}).trips;
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
	outcome: rated?.outcome.ok ? rated.outcome.value : null
};

test('holds what BEK 173/2000 asks for, with the employee number, and is not verified', () => {
	expect(logbookEntry(facts)).toMatchObject({
		kilometres: '64.6',
		ratesMinor: [381],
		amountMinor: 24_613,
		currency: 'DKK',
		calculation: [{ code: 'mileage.distance_times_rate', amountMinor: 24_613 }],
		missing: [],
		verified: false
	});
});

test('names what is missing in the order of the form; a plate and stops are not asked for', () => {
	const bare = { ...facts, address: ' ', employeeNumber: '', stops: [], outcome: null };
	expect(logbookEntry(bare).missing).toEqual([
		'address',
		'employeeNumber',
		'kilometres',
		'rates',
		'calculation'
	]);
});
