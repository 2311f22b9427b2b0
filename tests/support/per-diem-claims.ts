import type { DatedRate } from '@outlay/domain/dated-rates';
import type { RateTables } from '@outlay/domain/rate-on';
import type { Journey, PerDiemClaim, WorkplaceFacts } from '@outlay/domain/per-diem/claim';
import { STATE_PER_DIEM_RATES } from '@outlay/domain/rates/per-diem';

/** Builders of per diem claims for tests: valid ones, to be bent where a test needs it. */
export const SHIPPED: RateTables = { state: STATE_PER_DIEM_RATES, company: [] };

export function withCompanyRate(change: Partial<DatedRate>): RateTables {
	const rate: DatedRate = {
		country: 'DK',
		kind: 'per-diem.food',
		place: null,
		validFrom: '2023-01-01',
		validTo: null,
		unit: 'day',
		amount: '600.00',
		currency: 'DKK',
		source: 'company agreement',
		verified: true,
		...change
	};
	return { ...SHIPPED, company: [rate] };
}

const ZONES = {
	DK: 'Europe/Copenhagen',
	NO: 'Europe/Oslo',
	SE: 'Europe/Stockholm',
	FI: 'Europe/Helsinki',
	NL: 'Europe/Amsterdam'
};

/** A journey within one country, local times. */
export function within(country: keyof typeof ZONES, from: string, to: string): Journey {
	const timeZone = ZONES[country];
	return {
		departure: { at: from, timeZone, country },
		arrivals: [],
		return: { at: to, timeZone }
	};
}

export function aWorkplace(change: Partial<WorkplaceFacts> = {}): WorkplaceFacts {
	return {
		workplaceId: 'site-a',
		distanceFromHomeM: 120_000,
		distanceFromWorkplaceM: 110_000,
		startedFrom: 'home',
		isOtherMunicipality: true,
		isMoving: false,
		stays: [],
		absences: [],
		...change
	};
}

export function aClaim(
	scheme: PerDiemClaim['scheme'],
	from: string,
	to: string,
	change: Partial<PerDiemClaim> = {}
): PerDiemClaim {
	return {
		scheme,
		journey: within(scheme, from, to),
		food: 'per-diem',
		traveller: 'employee',
		days: [],
		workplace: aWorkplace(),
		mealExpenses: [],
		...change
	};
}
