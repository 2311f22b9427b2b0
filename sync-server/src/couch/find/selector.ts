// Programs that only import this file (the tests') must find the types, too.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- a module declaration can't be imported
/// <reference path="../pouchdb-selector-core.d.ts" />

/**
 * Mango selectors (https://docs.couchdb.org/en/stable/api/database/find.html#selector-syntax). Each operator on a value
 * is asked of `pouchdb-selector-core`; how conditions combine and how values are ordered is ours: the library joins
 * conditions of one field (of two that contradict each other it keeps one) and orders texts by their units, where
 * CouchDB, and so our indexes, order them by Unicode's collation.
 */

import { massageSelector, parseField, rowFilter } from 'pouchdb-selector-core';
import { isJsonObject } from '../../http/body.ts';
import { CouchError } from '../../http/errors.ts';
import { collate } from '../../indexes/collation.ts';
import type { Json, JsonObject } from '../../store/json.ts';

/** Whether a value fulfils a condition; undefined is a member that is not there. */
type Condition = (value: Json | undefined) => boolean;

/** One operator on one field, such as `['$gte', 5]`. */
export type FieldCondition = readonly [operator: string, argument: Json];

export interface Selector {
	matches: (doc: JsonObject) => boolean;
	/** By field, what every match fulfils; fields inside `$or` and the like are not among them. */
	conditions: ReadonlyMap<string, readonly FieldCondition[]>;
	/** Fields that every match has. */
	fields: ReadonlySet<string>;
	/** With every operator spelled out, as CouchDB shows it. */
	normal: JsonObject;
}

const ORDERS: Record<string, (order: number) => boolean> = {
	$lt: (order) => order < 0,
	$lte: (order) => order <= 0,
	$gt: (order) => order > 0,
	$gte: (order) => order >= 0,
	$eq: (order) => order === 0,
	$ne: (order) => order !== 0
};

const OF_THE_LIBRARY = new Set(['$in', '$nin', '$all', '$size', '$mod', '$regex', '$type']);

/** Compiles a selector. Refuses with 400 what is none. */
export function compileSelector(json: Json | undefined): Selector {
	if (!isJsonObject(json)) {
		throw invalid('invalid_selector_json', `Selector must be a JSON object, not: ${show(json)}`);
	}
	const condition = compileObject(json);
	const conditions = new Map<string, FieldCondition[]>();
	const fields = new Set<string>();
	collect(json, '', conditions);
	for (const field of requiredFields(json, '')) fields.add(field);
	return { matches: (doc) => condition(doc), conditions, fields, normal: normalize(json, '') };
}

/** The value a path leads to, or undefined. */
export function valueAt(json: Json | undefined, path: readonly string[]): Json | undefined {
	let value = json;
	for (const name of path) {
		if (Array.isArray(value) && /^\d+$/.test(name)) value = value[Number(name)];
		else if (isJsonObject(value) && Object.hasOwn(value, name)) value = value[name];
		else return undefined;
	}
	return value;
}

/** `a.b` as `['a', 'b']`; a backslash takes a dot as it is. */
export function pathOf(field: string): string[] {
	return parseField(field);
}

function compile(json: Json): Condition {
	return isJsonObject(json) && Object.keys(json).length > 0
		? compileObject(json)
		: operator('$eq', json);
}

/** All members must hold. */
function compileObject(json: JsonObject): Condition {
	const parts = Object.entries(json).map(([name, argument]): Condition => {
		if (name.startsWith('$')) return operator(name, argument);
		const path = pathOf(name);
		const condition = compile(name === '_id' ? asIds(argument) : argument);
		return (value) => condition(valueAt(value, path));
	});
	return (value) => parts.every((part) => part(value));
}

/** Ids are looked up as texts: in CouchDB every bound that is none stands before all ids, lists and objects too. */
function asIds<Argument extends Json>(argument: Argument): Argument {
	if (!isJsonObject(argument)) return argument;
	const bounds = Object.entries(argument).map(([name, bound]): [string, Json] => [
		name,
		/^\$[lg]te?$/.test(name) && typeof bound !== 'string' ? null : bound
	]);
	return Object.fromEntries(bounds) as Argument;
}

function operator(name: string, argument: Json): Condition {
	const order = ORDERS[name];
	if (order) return (value) => value !== undefined && order(collate(value, argument));
	switch (name) {
		case '$and':
		case '$or':
		case '$nor': {
			const parts = listOf(name, argument).map(compile);
			if (name === '$and') return (value) => parts.every((part) => part(value));
			if (name === '$or') return (value) => parts.some((part) => part(value));
			return (value) => !parts.some((part) => part(value));
		}
		case '$not': {
			const part = compile(argument);
			return (value) => !part(value);
		}
		case '$exists':
			if (typeof argument !== 'boolean') throw badArgument(name, argument);
			return (value) => (value !== undefined) === argument;
		case '$elemMatch':
		case '$allMatch': {
			const part = compile(argument);
			return (value) => {
				if (!Array.isArray(value) || value.length === 0) return false;
				return name === '$allMatch' ? value.every(part) : value.some(part);
			};
		}
		case '$keyMapMatch': {
			const part = compile(argument);
			return (value) => isJsonObject(value) && Object.keys(value).some(part);
		}
		case '$beginsWith':
			if (typeof argument !== 'string') throw badArgument(name, argument);
			return (value) => typeof value === 'string' && value.startsWith(argument);
	}
	if (!OF_THE_LIBRARY.has(name)) {
		throw invalid('invalid_operator', `Invalid operator: ${name}`);
	}
	requireArgument(name, argument);
	const asked = massageSelector({ value: { [name]: argument } });
	return (value) => value !== undefined && rowFilter({ value }, asked, ['value']);
}

function requireArgument(name: string, argument: Json): void {
	const isRight =
		name === '$size'
			? Number.isSafeInteger(argument) && Number(argument) >= 0
			: name === '$regex'
				? typeof argument === 'string' && isExpression(argument)
				: name === '$type'
					? typeof argument === 'string'
					: name === '$mod'
						? isDivision(argument)
						: Array.isArray(argument);
	if (!isRight) throw badArgument(name, argument);
}

function isDivision(argument: Json): boolean {
	if (!Array.isArray(argument) || argument.length !== 2) return false;
	const [divisor, remainder] = argument;
	return Number.isSafeInteger(divisor) && divisor !== 0 && Number.isSafeInteger(remainder);
}

function isExpression(text: string): boolean {
	try {
		return new RegExp(text) instanceof RegExp;
	} catch {
		return false;
	}
}

function listOf(name: string, argument: Json): Json[] {
	if (!Array.isArray(argument)) throw badArgument(name, argument);
	return argument;
}

function collect(
	json: JsonObject,
	prefix: string,
	conditions: Map<string, FieldCondition[]>
): void {
	for (const [name, argument] of Object.entries(json)) {
		if (name === '$and') {
			for (const part of listOf(name, argument)) {
				if (isJsonObject(part)) collect(part, prefix, conditions);
			}
			continue;
		}
		if (name.startsWith('$')) {
			if (prefix !== '') add(conditions, prefix, [name, argument]);
			continue;
		}
		const field = joined(prefix, name);
		if (isJsonObject(argument) && Object.keys(argument).length > 0) {
			collect(field === '_id' ? asIds(argument) : argument, field, conditions);
		} else add(conditions, field, ['$eq', argument]);
	}
}

function add(
	conditions: Map<string, FieldCondition[]>,
	field: string,
	condition: FieldCondition
): void {
	conditions.set(field, [...(conditions.get(field) ?? []), condition]);
}

/** A field that no match can do without; `$exists: false`, `$not` and `$nor` need none. */
function requiredFields(json: Json, prefix: string): Set<string> {
	const required = new Set<string>();
	if (!isJsonObject(json)) return required;
	for (const [name, argument] of Object.entries(json)) {
		if (name === '$and' && Array.isArray(argument)) {
			for (const part of argument) for (const f of requiredFields(part, prefix)) required.add(f);
		} else if (name === '$or' && Array.isArray(argument)) {
			const [first = new Set<string>(), ...others] = argument.map((p) => requiredFields(p, prefix));
			for (const f of first) if (others.every((other) => other.has(f))) required.add(f);
		} else if (name.startsWith('$')) {
			const needsNone = name === '$not' || name === '$nor' || (name === '$exists' && !argument);
			if (prefix !== '' && !needsNone) required.add(prefix);
		} else if (isJsonObject(argument) && Object.keys(argument).length > 0) {
			for (const f of requiredFields(argument, joined(prefix, name))) required.add(f);
		} else required.add(joined(prefix, name));
	}
	return required;
}

function joined(prefix: string, name: string): string {
	return prefix === '' ? name : `${prefix}.${name}`;
}

function normalize(json: JsonObject, prefix: string): JsonObject {
	const parts = Object.entries(json).map(([name, argument]): JsonObject => {
		if (/^\$(and|or|nor)$/.test(name) && Array.isArray(argument)) {
			const inner = argument.map((part) => (isJsonObject(part) ? normalize(part, prefix) : part));
			return { [name]: inner };
		}
		if (name === '$not' && isJsonObject(argument)) return { $not: normalize(argument, prefix) };
		if (name.startsWith('$'))
			return prefix === '' ? { [name]: argument } : { [prefix]: { [name]: argument } };
		const field = joined(prefix, name);
		return isJsonObject(argument) && Object.keys(argument).length > 0
			? normalize(argument, field)
			: { [field]: { $eq: argument } };
	});
	const [only] = parts;
	return parts.length === 1 && only ? only : parts.length === 0 ? {} : { $and: parts };
}

function badArgument(name: string, argument: Json): CouchError {
	return invalid('bad_arg', `Bad argument for operator ${name}: ${show(argument)}`);
}

function invalid(error: string, reason: string): CouchError {
	return new CouchError(400, error, reason);
}

function show(json: Json | undefined): string {
	return (JSON.stringify(json) ?? 'nothing').slice(0, 200);
}
