import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import type { CompanyPlace, CostType, PlacesSetting, SettingBody } from '@outlay/domain/setting';

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
			traceRetentionMonths: 3,
			deviceLock: null
		},
		{ name: 'cost-types' as const, costTypes: COST_TYPES },
		{
			name: 'mileage-rates' as const,
			state: [...STATE_MILEAGE_RATES],
			company: [],
			excessIsSalary: false
		},
		{ name: 'places' as const, places: PLACES, knownDistances: KNOWN_DISTANCES }
	].map((body) => ({ validFrom: VALID_FROM, body }));
}

function costType(costTypeId: string, en: string, da: string, needsReceipt = true): CostType {
	return { costTypeId, labels: { en, da }, needsReceipt };
}

const PLACES: CompanyPlace[] = [
	{
		id: 'office',
		name: 'Nordlys office',
		address: 'Havnegade 1, Odense',
		latitude: 55.4072,
		longitude: 10.3792
	},
	{
		id: 'depot',
		name: 'Nordlys depot',
		address: 'Industrivej 12, Middelfart',
		latitude: 55.4926,
		longitude: 9.7636
	}
];

const KNOWN_DISTANCES: PlacesSetting['knownDistances'] = [
	{ fromId: 'office', toId: 'depot', distanceM: 46_200 }
];

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
