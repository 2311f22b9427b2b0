import { MOST_DIMENSIONS, type Dimension } from './expense-claim.ts';

export interface DimensionFault {
	fault: 'too_many' | 'unknown' | 'parent' | 'missing';
	/** Null for `too_many`. */
	dimensionId: string | null;
}

/**
 * What is wrong with the values chosen on an expense line or a time entry; null when nothing is. A value that hangs under
 * one of its parent dimension needs that one to be chosen too. `required` are asked for beside those always required.
 */
export function dimensionFault(
	chosen: Readonly<Record<string, string>>,
	dimensions: readonly Dimension[],
	required: readonly string[] = []
): DimensionFault | null {
	if (Object.keys(chosen).length > MOST_DIMENSIONS) return { fault: 'too_many', dimensionId: null };
	for (const [dimensionId, valueId] of Object.entries(chosen)) {
		const dimension = dimensions.find((known) => known.dimensionId === dimensionId);
		const value = dimension?.values.find((known) => known.valueId === valueId);
		if (dimension === undefined || value === undefined) return { fault: 'unknown', dimensionId };
		const parent = dimension.parentId === null ? null : chosen[dimension.parentId];
		if (value.parentValueId !== null && parent !== value.parentValueId) {
			return { fault: 'parent', dimensionId };
		}
	}
	const missing = dimensions.find(
		({ dimensionId, isRequired }) =>
			(isRequired || required.includes(dimensionId)) && !(dimensionId in chosen)
	);
	return missing === undefined ? null : { fault: 'missing', dimensionId: missing.dimensionId };
}
