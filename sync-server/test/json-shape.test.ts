import { expect, test } from 'vitest';
import { jsonShape, MOST_JSON_VALUES } from '../src/http/json-shape.ts';

const shapeOf = (text: string) => jsonShape(Buffer.from(text));

test('what stands in strings is neither depth nor value', () => {
	const brackets = '['.repeat(10_000);
	for (const text of [
		`{"a":"${brackets}"}`,
		`{"a":"\\"${brackets}"}`,
		`{"a":"\\\\\\"${brackets}"}`,
		`{"${brackets}":1}`,
		`"${','.repeat(MOST_JSON_VALUES + 1)}"`,
		`"not closed ${brackets}`,
		''
	]) {
		expect(shapeOf(text)).toBe('fine');
	}
	// A string that ends in an escaped backslash has ended.
	expect(shapeOf(`{"a":"\\\\",${brackets}`)).toBe('too_deep');
});

test('depth and values are counted to their limits', () => {
	const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
	expect(shapeOf(nested(500))).toBe('fine');
	expect(shapeOf(nested(501))).toBe('too_deep');
	expect(shapeOf(`[${'[],'.repeat(1_000)}[]]`)).toBe('fine');
	const list = (values: number) => `[${'1,'.repeat(values - 1)}1]`;
	expect(shapeOf(list(MOST_JSON_VALUES))).toBe('fine');
	expect(shapeOf(list(MOST_JSON_VALUES + 1))).toBe('too_many_values');
});
