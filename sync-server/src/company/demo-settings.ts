import type { CostType, MileageRate, SettingBody } from '@outlay/domain/setting';

/** From which day on the demo company's settings hold: expenses of earlier years can be registered too. */
const VALID_FROM = '2023-01-01';

/** Settings of the demo company; `today` is when its purpose for recording location was noted. */
export function demoSettings(today: string): { validFrom: string; body: SettingBody }[] {
	return [
		{
			name: 'company' as const,
			companyName: 'Nordlys Service',
			companyCode: 'nordlys',
			country: 'DK',
			homeCurrency: 'DKK',
			controllerContact: 'Anders Dahl, anders.dahl@nordlys.example',
			locationPurpose: {
				purpose:
					'Documents the distance of business trips, from Start to Stop, for mileage allowance.',
				recordedOn: today
			},
			traceRetentionMonths: 3
		},
		{ name: 'cost-types' as const, costTypes: COST_TYPES },
		{ name: 'mileage-rates' as const, rates: DANISH_RATES }
	].map((body) => ({ validFrom: VALID_FROM, body }));
}

function costType(costTypeId: string, en: string, da: string, needsReceipt = true): CostType {
	return { costTypeId, labels: { en, da }, needsReceipt };
}

const COST_TYPES: CostType[] = [
	costType('meals', 'Meals', 'Fortæring'),
	costType('hotel', 'Hotel', 'Hotel'),
	costType('fuel', 'Fuel and charging', 'Brændstof og opladning'),
	// Meters on the street give no receipt.
	costType('parking', 'Parking', 'Parkering', false),
	costType('tolls', 'Bridges, ferries and tolls', 'Broer, færger og vejafgift'),
	costType('public-transport', 'Public transport', 'Offentlig transport'),
	costType('taxi', 'Taxi', 'Taxa'),
	costType('tools', 'Tools and materials', 'Værktøj og materialer'),
	costType('phone', 'Phone and internet', 'Telefon og internet'),
	costType('entertainment', 'Client entertainment', 'Repræsentation'),
	costType('other', 'Other', 'Andet')
];

/** Per kilometre in øre; the higher rate is for the first 20,000 km of a calendar year with one employer. */
const DANISH_RATES: MileageRate[] = [
	...ownCar(2023, 373, 219, 'Skatterådet’s rate for 2023 as quoted by kørselssatser.dk'),
	...ownCar(
		2024,
		379,
		223,
		'Skatterådet’s rate for 2024 as quoted by kørselssatser.dk and buusjensen.dk'
	),
	...ownCar(
		2025,
		381,
		223,
		'Skatterådet’s rate for 2025 as quoted by tekniq.dk and driversnote.dk'
	),
	...ownCar(2026, 394, 228, 'Skatterådet’s rate for 2026 as quoted by tekniq.dk')
];

function ownCar(year: number, lowMinor: number, highMinor: number, source: string): MileageRate[] {
	const rate = (perKmMinor: number, upToKm: number | null): MileageRate => ({
		country: 'DK',
		vehicle: 'own-car',
		currency: 'DKK',
		perKmMinor,
		upToKm,
		validFrom: `${year}-01-01`,
		validTo: `${year}-12-31`,
		source,
		verified: false
	});
	return [rate(lowMinor, 20_000), rate(highMinor, null)];
}
