import type { CostType } from '@outlay/domain/setting';
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
							source:
								body.distanceSource === 'recorded'
									? m.mileage_source_recorded()
									: m.mileage_source_typed()
						}),
			isNumeric: true
		},
		{ label: m.expense_date(), value: dayWords(body.drivenOn), isNumeric: true },
		{ label: m.mileage_vehicle(), value: vehicleName(body.vehicle) },
		{ label: m.mileage_plate(), value: body.licencePlate },
		{ label: m.expense_purpose(), value: body.purpose }
	]);
}

export function vehicleName(vehicle: MileageBody['vehicle']): string {
	return vehicle === 'own-car' ? m.mileage_own_car() : m.mileage_company_car();
}

function dayWords(day: string | null): string {
	return day === null ? '' : formatDayLong(day);
}

function filled(facts: Fact[]): Fact[] {
	return facts.filter(({ value }) => value !== '');
}
