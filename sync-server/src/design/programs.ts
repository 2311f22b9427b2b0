/**
 * What runs inside a sandbox around the functions of a design document, as CouchDB's query server has it: `emit`,
 * `sum`, `isArray`, `toJSON`, `log`, `require` (https://docs.couchdb.org/en/stable/query-server/javascript.html).
 * Each program's value is a function from text to text.
 */

import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../store/json.ts';
import type { Program } from './function-runner.ts';

/** Most rows, and most characters of rows, one document may emit: a function can't fill the disk. */
const MOST_ROWS = 10_000;
const MOST_CHARACTERS = 8_000_000;

/**
 * Runs before anything of the document does, so that what it keeps for itself can't be exchanged by functions that
 * change the language's own objects.
 */
const PRELUDE = `
'use strict';
const { parse, stringify } = JSON;
const { apply, ownKeys } = Reflect;
const { isArray } = Array;
const evaluate = eval;
const Spent = InternalError;
const Deep = RangeError;

const asJson = (value) => { const text = stringify(value); return text === undefined ? 'null' : text; };

globalThis.toJSON = asJson;
globalThis.isArray = isArray;
globalThis.log = () => undefined;
globalThis.sum = (values) => {
	let total = 0;
	for (let i = 0; i < values.length; i++) total += values[i];
	return total;
};

/** A function from its text, which may end in semicolons. */
const compile = (text) => {
	const found = evaluate('(' + text.replace(/[;\\s]+$/, '') + '\\n)');
	if (typeof found !== 'function') throw new TypeError('This is no function.');
	return found;
};

/** CommonJS modules that lie in the document as texts; names are paths from its root, or from the module's own. */
const requireFrom = (root) => {
	const modules = new Map();
	const from = (folder) => (name) => {
		const path = /^[.]/.test(name) ? [...folder] : [];
		for (const part of String(name).split('/')) {
			if (part === '..') path.pop();
			else if (part !== '.' && part !== '') path.push(part);
		}
		const key = path.join('/');
		if (!modules.has(key)) {
			let text = root;
			for (const part of path) {
				text = text !== null && typeof text === 'object' && Object.hasOwn(text, part) ? text[part] : undefined;
			}
			if (typeof text !== 'string') throw new Error('invalid_require_path: ' + key);
			const module = { id: key, exports: {} };
			modules.set(key, module);
			const run = evaluate('(function (module, exports, require) {' + text + '\\n})');
			apply(run, module.exports, [module, module.exports, from(path.slice(0, -1))]);
		}
		return modules.get(key).exports;
	};
	return from([]);
};

let rows = '';
let rowCount = 0;
let isTooMuch = false;
globalThis.emit = (key, value) => {
	const row = '[' + asJson(key) + ',' + asJson(value) + ']';
	rows += rowCount === 0 ? row : ',' + row;
	rowCount += 1;
	if (rowCount > ${MOST_ROWS} || rows.length > ${MOST_CHARACTERS}) {
		isTooMuch = true;
		throw new Spent('One document emits too much.');
	}
};

/** What a map function emits for a document; a document it fails on has no rows. */
const mapOne = (map, text) => {
	rows = '';
	rowCount = 0;
	try {
		apply(map, undefined, [parse(text)]);
	} catch (error) {
		if (error instanceof Spent || error instanceof Deep) throw new Spent(error.message);
		rows = '';
		rowCount = 0;
	}
	// Whoever catches what emit throws has emitted too much all the same.
	if (isTooMuch) throw new Spent('One document emits too much.');
};
`;

/** From a document as JSON text to a list of rows `[key, value]` for each of the map functions. */
export function mapProgram(scope: string, maps: readonly string[], lib: Json = null): Program {
	return program(
		scope,
		`globalThis.require = requireFrom({ views: { lib: ${asSource(lib)} } });
		const maps = ${asSource([...maps])}.map(compile);
		return (text) => {
			let answer = '';
			for (let i = 0; i < maps.length; i++) {
				mapOne(maps[i], text);
				answer += (i === 0 ? '[' : ',[') + rows + ']';
			}
			return '[' + answer + ']';
		};`
	);
}

/** From `[keys or null, values, rereduce]` to the reduced value; null when the function throws, as in CouchDB. */
export function reduceProgram(scope: string, reduce: string): Program {
	return program(
		scope,
		`const reduce = compile(${asSource(reduce)});
		return (text) => {
			try {
				return asJson(apply(reduce, undefined, parse(text)));
			} catch (error) {
				if (error instanceof Spent || error instanceof Deep) throw new Spent(error.message);
				return 'null';
			}
		};`
	);
}

/** From `[document, request]` to `true` or `false`. */
export function filterProgram(scope: string, design: JsonObject, name: string): Program {
	return program(
		scope,
		`const design = ${asSource(design)};
		globalThis.require = requireFrom(design);
		const filter = compile(design.filters[${asSource(name)}]);
		return (text) => (apply(filter, design, parse(text)) ? 'true' : 'false');`
	);
}

/** From `[document]` to `true` where the map function of a view emits anything. */
export function viewFilterProgram(scope: string, design: JsonObject, name: string): Program {
	return program(
		scope,
		`const design = ${asSource(design)};
		globalThis.require = requireFrom(design);
		const map = compile(design.views[${asSource(name)}].map);
		return (text) => {
			mapOne(map, asJson(parse(text)[0]));
			return rowCount > 0 ? 'true' : 'false';
		};`
	);
}

/**
 * From `[new document, old document or null, user context, security object]` to nothing, or to what the function threw
 * on purpose: `{"forbidden": words}` or `{"unauthorized": words}`.
 */
export function validateProgram(scope: string, design: JsonObject): Program {
	return program(
		scope,
		`const design = ${asSource(design)};
		globalThis.require = requireFrom(design);
		const validate = compile(design.validate_doc_update);
		return (text) => {
			try {
				apply(validate, design, parse(text));
			} catch (error) {
				if (error instanceof Error) throw error;
				return asJson(error);
			}
			return '';
		};`
	);
}

/** @param scope programs of different scopes never share an engine, even where they are the same. */
function program(scope: string, body: string): Program {
	const source = `(() => {${PRELUDE}\n${body}\n})()`;
	const hash = createHash('sha256').update(source).digest('hex');
	return { key: `${scope}:${hash}`, source };
}

/** JSON is JavaScript, but for a member called __proto__, which would be none: it goes as text. */
function asSource(json: Json): string {
	return `parse(${JSON.stringify(JSON.stringify(json))})`;
}
