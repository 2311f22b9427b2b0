import type { Setting, SettingBody } from '@outlay/domain/setting';
import { CAR_RATE } from './car-rate.ts';
import { COMPANY, COMPANY_SETTING } from './documents.ts';

function setting(body: SettingBody): Setting {
	const at = '2026-01-01T00:00:00.000Z';
	return {
		_id: `setting:${body.name}:2020-01-01`,
		type: 'setting',
		schema: 2,
		companyId: COMPANY,
		ownerId: '',
		createdAt: at,
		updatedAt: at,
		body
	};
}

/** What a company has set before its people open a page: no purpose for positions, one cost type, a rate. */
export const SETTINGS = [
	setting(COMPANY_SETTING),
	setting({
		name: 'cost-types',
		costTypes: [
			{ costTypeId: 'meals', labels: { en: 'Meals', da: 'Fortæring' }, needsReceipt: false }
		]
	}),
	setting({
		name: 'mileage-rates',
		state: [CAR_RATE],
		company: [],
		excessIsSalary: false
	})
];
