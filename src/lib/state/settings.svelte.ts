import { settingOn } from '@outlay/domain/setting-on';
import type { CompanySetting, PlacesSetting, CostType, Setting } from '@outlay/domain/setting';
import type { Account } from '#lib/commands/app.ts';
import { dayOfMs } from './formats.ts';
import { live } from './live.svelte.ts';

/** More than a company changes in many years. */
const MANY = 500;

/** What locks where a person set a passcode without being asked to. */
const OWN_IDLE_MINUTES = 5;

/** After how many minutes of quiet a device with a passcode locks. */
export function idleMinutesOf(company: CompanySetting | null): number {
	return company?.deviceLock?.idleMinutes ?? OWN_IDLE_MINUTES;
}

export interface CompanySettings {
	/** Every dated setting; empty until known. */
	readonly all: readonly Setting[];
	readonly isKnown: boolean;
	/** In force today; null until known. */
	readonly company: CompanySetting | null;
	readonly costTypes: readonly CostType[];
	/** The company's place book; empty until known. */
	readonly places: PlacesSetting;
}

const NO_PLACES: PlacesSetting = { name: 'places', places: [], knownDistances: [] };

/** The settings of the company, as they lie on this device. */
export function companySettings(account: Account): CompanySettings {
	const stored = live(account.documents.watchNewest('setting', MANY));
	const all = $derived((stored.current ?? []).map(({ document }) => document));
	const today = dayOfMs(Date.now());
	const company = $derived(settingOn(all, 'company', today)?.body ?? null);
	const costTypes = $derived(settingOn(all, 'cost-types', today)?.body.costTypes ?? []);
	const places = $derived(settingOn(all, 'places', today)?.body ?? NO_PLACES);
	return {
		get places() {
			return places;
		},
		get all() {
			return all;
		},
		get isKnown() {
			return stored.current !== undefined;
		},
		get company() {
			return company;
		},
		get costTypes() {
			return costTypes;
		}
	};
}
