import { CouchError } from '../../http/errors.ts';
import { collate } from '../../indexes/collation.ts';
import type { RowKey } from '../../indexes/tree.ts';
import type { Json } from '../../store/json.ts';
import type { FindRequest } from './find-request.ts';
import type { MangoIndex } from './mango-index.ts';
import type { FieldCondition, Selector } from './selector.ts';

/** Where a field's matches lie: beside a value, with it or without. */
interface Bound {
	value: Json;
	isIncluded: boolean;
}

/** The stretch of an index a selector's matches lie in. */
export interface IndexRange {
	/** Values of the first fields. */
	equal: Json[];
	/** Bounds of the field after those. */
	lower: Bound | null;
	upper: Bound | null;
}

export interface ChosenIndex {
	/** Null: all documents by their ids. */
	index: MangoIndex | null;
	range: IndexRange;
	warnings: string[];
}

const NO_INDEX = 'No matching index found, create an index to optimize query time.';

/**
 * The index that narrows a query most; among equals the one of fewest fields, then the first by name. Throws where the
 * sort, or what the caller insists on, has none.
 */
export function chooseIndex(request: FindRequest, indexes: readonly MangoIndex[]): ChosenIndex {
	const { selector, sort, useIndex, allowFallback } = request;
	const usable = indexes.filter((index) => isUsable(index, selector, sort));
	const warnings: string[] = [];
	if (useIndex) {
		const named = usable.filter((index) => isNamed(index, useIndex));
		const best = narrowest(named, selector);
		if (best) return { ...best, warnings };
		const { design, name } = useIndex;
		const asked = [`_design/${design}`, ...(name === null ? [] : [name])].join(', ');
		if (!allowFallback) {
			throw invalidIndex(
				`${asked} specified by \`use_index\` could not be found or it is not suitable.`
			);
		}
		warnings.push(
			`${asked} was not used because it does not contain a valid index for this query.`
		);
	}
	// An index of some documents only is used by whoever asks for it by name.
	const whole = usable.filter(({ partialFilter }) => partialFilter === null);
	const best = narrowest(whole, selector);
	const ids = rangeOf(['_id'], selector);
	const isSortedById = sort.every(({ field }) => field === '_id');
	if (best && !(isSortedById && widthOf(ids) > widthOf(best.range))) return { ...best, warnings };
	if (!isSortedById) {
		throw noUsableIndex('No index exists for this sort, try indexing by the sort fields.');
	}
	if (!allowFallback && widthOf(ids) === 0) {
		throw invalidIndex('You must specify an index with the `use_index` parameter.');
	}
	if (widthOf(ids) === 0) warnings.unshift(NO_INDEX);
	return { index: null, range: ids, warnings };
}

/** Whether all matches are in the index, and in the order asked for. */
function isUsable({ fields }: MangoIndex, selector: Selector, sort: FindRequest['sort']): boolean {
	const names = fields.map(({ field }) => field);
	const sorted = sort.map(({ field }) => field);
	const isThere = (field: string) =>
		selector.fields.has(field) || sorted.includes(field) || field === '_id' || field === '_rev';
	if (!names.every(isThere)) return false;
	// Fields of one value before the sorted ones change nothing in the order.
	let at = 0;
	for (const field of sorted) {
		while (at < names.length && names[at] !== field && isConstant(selector, names[at] ?? '')) at++;
		if (names[at] !== field) return false;
		at++;
	}
	return true;
}

function isConstant({ conditions }: Selector, field: string): boolean {
	return (conditions.get(field) ?? []).some(([operator]) => operator === '$eq');
}

function isNamed({ ddoc, name }: MangoIndex, asked: NonNullable<FindRequest['useIndex']>): boolean {
	return ddoc === `_design/${asked.design}` && (asked.name === null || asked.name === name);
}

function narrowest(
	indexes: readonly MangoIndex[],
	selector: Selector
): { index: MangoIndex; range: IndexRange } | null {
	const [best] = indexes
		.map((index) => {
			const names = index.fields.map(({ field }) => field);
			return { index, range: rangeOf(names, selector) };
		})
		.sort(
			(a, b) =>
				widthOf(b.range) - widthOf(a.range) ||
				a.index.fields.length - b.index.fields.length ||
				`${a.index.ddoc} ${a.index.name}`.localeCompare(`${b.index.ddoc} ${b.index.name}`)
		);
	return best ?? null;
}

/** How many fields it narrows. */
function widthOf({ equal, lower, upper }: IndexRange): number {
	return equal.length + (lower || upper ? 1 : 0);
}

function rangeOf(names: readonly string[], { conditions }: Selector): IndexRange {
	const equal: Json[] = [];
	for (const name of names) {
		const ofField = conditions.get(name) ?? [];
		const one = ofField.find(([operator]) => operator === '$eq');
		if (one) {
			equal.push(one[1]);
			continue;
		}
		return { equal, ...boundsOf(ofField) };
	}
	return { equal, lower: null, upper: null };
}

function boundsOf(conditions: readonly FieldCondition[]): Pick<IndexRange, 'lower' | 'upper'> {
	let lower: Bound | null = null;
	let upper: Bound | null = null;
	for (const [operator, value] of conditions) {
		if (operator === '$gt' || operator === '$gte') {
			const bound = { value, isIncluded: operator === '$gte' };
			if (!lower || collate(value, lower.value) > 0) lower = bound;
			else if (collate(value, lower.value) === 0 && !bound.isIncluded) lower = bound;
		}
		if (operator === '$lt' || operator === '$lte') {
			const bound = { value, isIncluded: operator === '$lte' };
			if (!upper || collate(value, upper.value) < 0) upper = bound;
			else if (collate(value, upper.value) === 0 && !bound.isIncluded) upper = bound;
		}
	}
	return { lower, upper };
}

/** For `rankOf`: rows before the stretch. */
export function isBeforeRange({ equal, lower }: IndexRange): (row: RowKey) => boolean {
	return ([key]) => {
		const order = orderOf(key, equal);
		if (order !== 0) return order < 0;
		if (!lower) return false;
		const next = collate(nextOf(key, equal), lower.value);
		return next < 0 || (next === 0 && !lower.isIncluded);
	};
}

/** For `rankOf`: rows before the end of the stretch. */
export function isBeforeEnd({ equal, upper }: IndexRange): (row: RowKey) => boolean {
	return ([key]) => {
		const order = orderOf(key, equal);
		if (order !== 0) return order < 0;
		if (!upper) return true;
		const next = collate(nextOf(key, equal), upper.value);
		return next < 0 || (next === 0 && upper.isIncluded);
	};
}

function orderOf(key: Json, equal: readonly Json[]): number {
	const values = Array.isArray(key) ? key : [];
	for (const [i, value] of equal.entries()) {
		const order = collate(values[i] ?? null, value);
		if (order !== 0) return order;
	}
	return 0;
}

function nextOf(key: Json, equal: readonly Json[]): Json {
	return (Array.isArray(key) ? key[equal.length] : null) ?? null;
}

function noUsableIndex(reason: string): CouchError {
	return new CouchError(400, 'no_usable_index', reason);
}

function invalidIndex(reason: string): CouchError {
	return new CouchError(400, 'invalid_index', reason);
}
