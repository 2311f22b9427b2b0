import type { MileageOutcome } from './mileage-outcome.ts';
import type { DerivationLine } from '../submission.ts';

export const LOGBOOK_SOURCE =
	'Bekendtgørelse nr. 173 af 13. marts 2000 om rejse- og befordringsgodtgørelse, with the employee number in the place of the CPR number';

/** What stands on paper for one drive beside what it came to. */
export interface LogbookFacts {
	name: string;
	address: string;
	/** Stands where the order asks for the CPR number, which has no place here. */
	employeeNumber: string;
	drivenOn: string;
	from: string;
	/** Where the drive stopped on its way, in order; may be none. */
	stops: readonly string[];
	to: string;
	purpose: string;
	/** Recommended, not required. */
	licencePlate: string;
	/** Null while it can't be rated. */
	outcome: MileageOutcome | null;
}

/** What the order asks for; an entry lacking one makes the allowance taxable. */
export type LogbookField =
	| 'name'
	| 'address'
	| 'employeeNumber'
	| 'drivenOn'
	| 'from'
	| 'to'
	| 'purpose'
	| 'kilometres'
	| 'rates'
	| 'calculation';

export interface LogbookEntry {
	facts: Omit<LogbookFacts, 'outcome'>;
	kilometres: string;
	/** Minor units a kilometre, each rate once. */
	ratesMinor: number[];
	calculation: DerivationLine[];
	amountMinor: number;
	currency: string;
	/** In the order of the form. */
	missing: LogbookField[];
	source: string;
	/** That an employee number will do is an adviser's word, not the order's. */
	verified: false;
}

/** One line of the logbook an employer keeps and checks, and what it still lacks. */
export function logbookEntry({ outcome, ...facts }: LogbookFacts): LogbookEntry {
	const ratesMinor = [...new Set(outcome?.ladders.map((rung) => rung.entitledPerKmMinor) ?? [])];
	const calculation = outcome?.lines ?? [];
	const kilometres = outcome?.kilometres ?? '';
	const isThere: Record<LogbookField, boolean> = {
		name: facts.name.trim() !== '',
		address: facts.address.trim() !== '',
		employeeNumber: facts.employeeNumber.trim() !== '',
		drivenOn: facts.drivenOn !== '',
		from: facts.from.trim() !== '',
		to: facts.to.trim() !== '',
		purpose: facts.purpose.trim() !== '',
		kilometres: kilometres !== '',
		rates: ratesMinor.length > 0,
		calculation: calculation.length > 0
	};
	return {
		facts,
		kilometres,
		ratesMinor,
		calculation,
		amountMinor: outcome === null ? 0 : outcome.taxFreeMinor + outcome.taxableMinor,
		currency: outcome?.currency ?? '',
		missing: (Object.keys(isThere) as LogbookField[]).filter((field) => !isThere[field]),
		source: LOGBOOK_SOURCE,
		verified: false
	};
}
