import type { CostType } from '@outlay/domain/setting';
import type { DistanceSource } from '@outlay/domain/mileage/distance-source';
import type { Vehicle, VehicleType } from '@outlay/domain/mileage/vehicle';
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
		{ label: m.mileage_to(), value: body.to },
		{
			label: m.mileage_distance(),
			value:
				body.distanceM === null
					? ''
					: m.mileage_distance_and_source({
							distance: formatKilometres(body.distanceM),
							source: distanceSourceName(body.distanceSource)
						}),
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
