import type { CostType } from '@outlay/domain/setting';
import {
	areLegsOf,
	isLegSource,
	type DistanceSource
} from '@outlay/domain/mileage/distance-source';
import type { Vehicle, VehicleType } from '@outlay/domain/mileage/vehicle';
import { endsOf } from '@outlay/domain/mileage/way';
import type { OwnVehicle } from '@outlay/domain/person';
import type { ExpenseBody, MileageBody } from '@outlay/domain/transaction';
import { m } from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';
import { countryName, formatDayLong, formatKilometres } from './formats.ts';

export interface Fact {
	label: string;
	value: string;
	isNumeric?: boolean;
}

/** What was entered on an expense, to read; what was left empty is left out. */
export function expenseFacts(body: ExpenseBody, costTypes: readonly CostType[]): Fact[] {
	const costType = costTypes.find(({ costTypeId }) => costTypeId === body.costTypeId);
	return filled([
		{ label: m.expense_merchant(), value: body.merchant },
		{ label: m.expense_date(), value: dayWords(body.spentOn), isNumeric: true },
		{
			label: m.expense_cost_type(),
			value: costType?.labels[getLocale()] ?? body.costTypeId ?? ''
		},
		{ label: m.expense_country(), value: countryName(body.country) },
		{
			label: m.expense_paid_with(),
			value: body.paidWith === 'own-money' ? m.expense_own_money() : m.expense_company_card()
		},
		{ label: m.expense_purpose(), value: body.purpose }
	]);
}

/** What was entered on a drive, to read. */
export function mileageFacts(body: MileageBody): Fact[] {
	return filled([
		{ label: m.mileage_from(), value: body.from },
		...body.vias.map(({ name }, n) => ({ label: m.mileage_via({ number: n + 1 }), value: name })),
		{ label: m.mileage_to(), value: body.to },
		{ label: m.mileage_return(), value: body.isReturn ? m.mileage_return_yes() : '' },
		{
			label: m.mileage_distance(),
			value:
				body.distanceM === null
					? ''
					: m.mileage_distance_and_source({
							distance: formatKilometres(body.distanceM),
							source: distanceSourceWords({ source: body.distanceSource, method: methodOf(body) })
						}),
			isNumeric: true
		},
		{
			label: m.distance_interval_label(),
			value: intervalWords(body.distanceLowM, body.distanceHighM),
			isNumeric: true
		},
		...legFacts(body),
		{
			label: m.odometer_readings(),
			value:
				body.odometerStartKm === null || body.odometerEndKm === null
					? ''
					: `${body.odometerStartKm} – ${body.odometerEndKm} km`,
			isNumeric: true
		},
		{ label: m.expense_date(), value: dayWords(body.drivenOn), isNumeric: true },
		{ label: m.mileage_vehicle(), value: vehicleName(body) },
		{ label: m.mileage_plate(), value: body.licencePlate },
		{ label: m.expense_purpose(), value: body.purpose }
	]);
}

const SOURCE_NAMES: Readonly<Record<DistanceSource, () => string>> = {
	recorded: m.mileage_source_recorded,
	odometer: m.mileage_source_odometer,
	'known-pair': m.mileage_source_known_pair,
	'road-network': m.mileage_source_road_network,
	'routing-service': m.mileage_source_routing_service,
	'straight-estimate': m.mileage_source_straight_estimate,
	typed: m.mileage_source_typed
};

/** Who says how long a drive was, as it stands behind a distance. */
export function distanceSourceName(source: DistanceSource): string {
	return SOURCE_NAMES[source]();
}

/** The source with whose roads they were; an estimate says that somebody confirmed it. */
export function distanceSourceWords({
	source,
	method
}: {
	source: DistanceSource;
	method: string;
}): string {
	const name = distanceSourceName(source);
	return method === '' ? name : `${name} (${method})`;
}

/** The method of a recording is a name for programs: it says nothing to people. */
function methodOf({ distanceSource, distanceMethod }: MileageBody): string {
	return isLegSource(distanceSource) ? distanceMethod : '';
}

/** "Between 60.1 and 66.4 km"; '' where nobody says. */
export function intervalWords(lowM: number | null, highM: number | null): string {
	if (lowM === null || highM === null) return '';
	return m.distance_interval({ low: formatKilometres(lowM), high: formatKilometres(highM) });
}

/** Each leg with its own distance and source, where there is more than one. */
function legFacts(body: MileageBody): Fact[] {
	if (body.legs.length < 2 || !areLegsOf(body.legs, body.wayMark, body)) return [];
	const ends = endsOf(body);
	return body.legs.map(({ distanceM, source }, n) => ({
		label: `${ends[n]?.name ?? ''} → ${ends[n + 1]?.name ?? ''}`,
		value: m.mileage_distance_and_source({
			distance: formatKilometres(distanceM),
			source: distanceSourceName(source)
		}),
		isNumeric: true
	}));
}

/** What a vehicle of one's own list is called in a choice. */
export function ownVehicleName({ name, licencePlate, ...vehicle }: OwnVehicle): string {
	return [name, licencePlate, vehicleName(vehicle)].filter((part) => part !== '').join(' · ');
}

const VEHICLE_NAMES: Readonly<Record<VehicleType, () => string>> = {
	car: m.vehicle_car,
	'electric-car': m.vehicle_electric_car,
	motorcycle: m.vehicle_motorcycle,
	moped: m.vehicle_moped,
	bicycle: m.vehicle_bicycle,
	snowmobile: m.vehicle_snowmobile,
	'motor-boat': m.vehicle_motor_boat
};

/** What a type of vehicle is called. */
export function vehicleTypeName(vehicle: VehicleType): string {
	return VEHICLE_NAMES[vehicle]();
}

/** A vehicle with whose it is. */
export function vehicleName({ vehicle, vehicleOwner }: Vehicle): string {
	const type = vehicleTypeName(vehicle);
	return vehicleOwner === 'own' ? m.vehicle_own({ type }) : m.vehicle_of_company({ type });
}

function dayWords(day: string | null): string {
	return day === null ? '' : formatDayLong(day);
}

function filled(facts: Fact[]): Fact[] {
	return facts.filter(({ value }) => value !== '');
}
