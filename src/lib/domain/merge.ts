import { canonicalJson } from './canonical-json.ts';

type Body = Readonly<Record<string, unknown>>;

/** What a merge needs to know of one version of a document. */
export interface Version {
	/** Version of the body's schema. */
	schema: number;
	body: Body;
}

export interface Merged {
	body: Record<string, unknown>;
	/** The version that is not shown now, whole; null when nothing was lost. */
	lost: { fields: string[]; body: Body } | null;
}

/**
 * Fields that only mean something together, so that a merge never pairs an amount with the other side's
 * currency, nor the start of one stay with the end of another.
 */
const FIELDS_THAT_BELONG_TOGETHER: readonly (readonly string[])[] = [
	['amountMinor', 'amountText', 'currency', 'rate'],
	[
		'distanceM',
		'distanceLowM',
		'distanceHighM',
		'distanceText',
		'distanceSource',
		'distanceMethod',
		'legs',
		'wayMark',
		'isEstimateConfirmed',
		'odometerStartKm',
		'odometerEndKm'
	],
	// A place on the way is its name with where it lies.
	['from', 'fromPoint'],
	['to', 'toPoint'],
	['name', 'point'],
	['latitude', 'longitude'],
	['vehicle', 'vehicleOwner', 'vehicleId', 'licencePlate'],
	['fromAt', 'toAt'],
	['fromMs', 'toMs'],
	['startsAt', 'endsAt'],
	['startedAtMs', 'stoppedAtMs']
];

/**
 * Joins two versions of one person's document that were both made from `base` (null when unknown): field by
 * field within the body, lists by element, money and time spans as one field. Where both sides
 * changed the same, `mine` is shown and the whole of `theirs` comes back as `lost`, to be kept. A version of
 * another kind or of a newer app can't be mixed: one of the two is shown whole.
 */
export function mergeDocuments(base: Version | null, mine: Version, theirs: Version): Merged {
	if (isSame(mine.body, theirs.body)) return { body: { ...theirs.body }, lost: null };
	if (base !== null && isSame(base.body, theirs.body))
		return { body: { ...mine.body }, lost: null };
	if (base !== null && isSame(base.body, mine.body))
		return { body: { ...theirs.body }, lost: null };
	if (theirs.schema > mine.schema) {
		return {
			body: { ...theirs.body },
			lost: { fields: changedFields(mine, theirs), body: mine.body }
		};
	}
	if (theirs.schema !== mine.schema || mine.body['kind'] !== theirs.body['kind']) {
		return {
			body: { ...mine.body },
			lost: { fields: changedFields(mine, theirs), body: theirs.body }
		};
	}
	const clashes: string[] = [];
	const body = mergeMembers(base?.body ?? null, mine.body, theirs.body, (field) => {
		clashes.push(field);
	});
	return { body, lost: clashes.length > 0 ? { fields: clashes.sort(), body: theirs.body } : null };
}

function mergeMembers(
	base: Body | null,
	mine: Body,
	theirs: Body,
	onClash: (field: string) => void
): Record<string, unknown> {
	const merged: Record<string, unknown> = {};
	for (const group of groupsOf(mine, theirs)) {
		const mineChanged = base === null || group.some((name) => !isSame(mine[name], base[name]));
		const theirsChanged = base === null || group.some((name) => !isSame(theirs[name], base[name]));
		const [only] = group;
		if (mineChanged && theirsChanged && group.length === 1 && only !== undefined) {
			const joined = mergeValue(base?.[only], mine[only], theirs[only]);
			if (joined.clashes) onClash(only);
			if (joined.value !== undefined) merged[only] = joined.value;
			continue;
		}
		if (mineChanged && theirsChanged && group.some((name) => !isSame(mine[name], theirs[name]))) {
			group.filter((name) => !isSame(mine[name], theirs[name])).forEach(onClash);
		}
		const shown = mineChanged ? mine : theirs;
		for (const name of group) if (shown[name] !== undefined) merged[name] = shown[name];
	}
	return merged;
}

function mergeValue(
	base: unknown,
	mine: unknown,
	theirs: unknown
): { value: unknown; clashes: boolean } {
	if (isSame(mine, theirs)) return { value: mine, clashes: false };
	if (Array.isArray(mine) && Array.isArray(theirs)) {
		return mergeLists(Array.isArray(base) ? base : [], mine, theirs);
	}
	if (isPlainObject(mine) && isPlainObject(theirs)) {
		let clashes = false;
		const value = mergeMembers(isPlainObject(base) ? base : null, mine, theirs, () => {
			clashes = true;
		});
		return { value, clashes };
	}
	return { value: mine, clashes: true };
}

/**
 * Mine in my order, then what they added behind the element it follows there. An element one side removed is
 * gone, unless the other side changed it.
 */
function mergeLists(
	base: readonly unknown[],
	mine: readonly unknown[],
	theirs: readonly unknown[]
): { value: unknown[]; clashes: boolean } {
	const [inBase, inMine, inTheirs] = [byKey(base), byKey(mine), byKey(theirs)];
	let clashes = false;
	const value: unknown[] = [];
	const keys: string[] = [];
	for (const [key, element] of inMine) {
		const before = inBase.get(key);
		if (!inTheirs.has(key)) {
			if (before !== undefined && isSame(before, element)) continue;
			clashes ||= before !== undefined;
			value.push(element);
		} else {
			const other = inTheirs.get(key);
			if (before !== undefined && isSame(before, element)) value.push(other);
			else if (before !== undefined && isSame(before, other)) value.push(element);
			else {
				const joined = mergeValue(before, element, other);
				clashes ||= joined.clashes;
				value.push(joined.value);
			}
		}
		keys.push(key);
	}
	let precedingKey: string | null = null;
	for (const [key, element] of inTheirs) {
		if (!inMine.has(key)) {
			const before = inBase.get(key);
			if (before === undefined || !isSame(before, element)) {
				clashes ||= before !== undefined;
				const at: number = precedingKey === null ? 0 : keys.indexOf(precedingKey) + 1;
				value.splice(at, 0, element);
				keys.splice(at, 0, key);
			} else continue;
		}
		if (keys.includes(key)) precedingKey = key;
	}
	return { value, clashes };
}

/** Elements by their identity: `id` where they have one, else their content; equal ones are told apart by count. */
function byKey(list: readonly unknown[]): Map<string, unknown> {
	const found = new Map<string, unknown>();
	for (const element of list) {
		const id = isPlainObject(element) ? (element['id'] ?? element['receiptId']) : undefined;
		const name = typeof id === 'string' ? `id ${id}` : canonicalJson(element);
		let key = name;
		for (let n = 2; found.has(key); n++) key = `${name} ${String(n)}`;
		found.set(key, element);
	}
	return found;
}

function groupsOf(mine: Body, theirs: Body): string[][] {
	const names = new Set([...Object.keys(mine), ...Object.keys(theirs)]);
	const groups: string[][] = [];
	for (const together of FIELDS_THAT_BELONG_TOGETHER) {
		const group = together.filter((name) => names.delete(name));
		if (group.length > 0) groups.push(group);
	}
	return [...groups, ...[...names].map((name) => [name])];
}

function changedFields(mine: Version, theirs: Version): string[] {
	const names = new Set([...Object.keys(mine.body), ...Object.keys(theirs.body)]);
	return [...names].filter((name) => !isSame(mine.body[name], theirs.body[name])).sort();
}

function isSame(a: unknown, b: unknown): boolean {
	return a === b || canonicalJson(a) === canonicalJson(b);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
