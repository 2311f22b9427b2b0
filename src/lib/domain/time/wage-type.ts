/** What hours or days are booked as: work, project time, overtime, absence. Defined by the company. */
export interface WageType {
	wageTypeId: string;
	/** For its owner, payroll and the administrator. */
	label: string;
	/** For everyone else, such as "Absence": why somebody is away is nobody's business (GDPR Art. 9). */
	neutralLabel: string;
	sortKey: number;
	isActive: boolean;
	counts: 'worked' | 'absence';
	/** Work counted in days is one for each date it begins on, however long. */
	unit: 'hours' | 'days';
	account: string | null;
	isCommentRequired: boolean;
	/** Dimensions an entry has to name, such as the project, beside those the company always asks for. */
	requiredDimensionIds: readonly string[];
	/** Absence only: may span several days; else it is one date. */
	isFromTo: boolean;
	/** Absence only: counts against the norm, as paid leave does; time off in lieu does not and lowers the balance. */
	creditsNorm: boolean;
	/** Absence only: annual leave and sickness, which the 48 hour average leaves out. */
	isNeutralForAverage: boolean;
	/** Hundredths of its unit in a calendar year, null without a limit. */
	budgetHundredths: number | null;
	/** Null keeps it out of the salary export. */
	payrollCode: string | null;
}

export type LabelReader = 'owner' | 'payroll' | 'approver' | 'colleague';

/** What a reader may see a booking called. */
export function labelFor(
	{ label, neutralLabel, counts }: Pick<WageType, 'label' | 'neutralLabel' | 'counts'>,
	reader: LabelReader
): string {
	return counts === 'worked' || reader === 'owner' || reader === 'payroll' ? label : neutralLabel;
}

/** What everyone may see a wage type called; '' when it is unknown. */
export function neutralLabelOf(wageTypeId: string, wageTypes: readonly WageType[]): string {
	const wageType = wageTypes.find((one) => one.wageTypeId === wageTypeId);
	return wageType === undefined ? '' : labelFor(wageType, 'colleague');
}

/** Those that can be booked, in the company's order. */
export function wageTypesToChoose(
	wageTypes: readonly WageType[],
	counts: WageType['counts']
): WageType[] {
	return wageTypes
		.filter((wageType) => wageType.isActive && wageType.counts === counts)
		.sort((a, b) => a.sortKey - b.sortKey || (a.wageTypeId < b.wageTypeId ? -1 : 1));
}
