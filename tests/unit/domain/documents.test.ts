import { createHash } from 'node:crypto';
import { canonicalJson } from '@outlay/domain/canonical-json';
import { checkDocument, DOCUMENT_SCHEMAS } from '@outlay/domain/document-schemas';
import { DOCUMENT_TYPES } from '@outlay/domain/identifiers';
import { describe, expect, test } from 'vitest';
import { aDecision, aReceipt, aSubmission, aTransaction, ulidOf } from '../../support/documents.ts';

/**
 * What each version of each schema looked like. A changed hash under the same version means stored documents no longer
 * fit: raise the version in DOCUMENT_SCHEMAS, write its upcast with a test on an old document, then add the new hash.
 */
const SCHEMA_HASHES: Record<string, string> = {
	'case@2': 'eadeef786825aad2',
	'decision@2': '0b2e24267ea30ba6',
	'kept@2': 'f3e6f2f0cc3d0495',
	'person@1': '6299295490e1208c',
	'profile@3': 'e3c2c27ecd07ff66',
	'recall@1': 'eb15978d8034464b',
	'receipt@2': '2302f52bbe58e862',
	'setting@5': '0d134ab3a0732ff0',
	'submission@5': 'c49bb99428e7e9f3',
	'transaction@3': 'b2754f43036a45fa',
	'route@2': '3655759ba2e9312d',
	'trace@1': '27c5b7b6ab9a8af7',
	'trip@3': '61cc933485eec366'
};

/** Annotations stand outside the hash: a purpose may be worded better without a new version. */
function shapeOf(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(shapeOf);
	if (typeof schema !== 'object' || schema === null) return schema;
	return Object.fromEntries(
		Object.entries(schema)
			.filter(([name]) => name !== 'privacy')
			.map(([name, part]) => [name, shapeOf(part)])
	);
}

function hashOf(schema: unknown): string {
	return createHash('sha256')
		.update(canonicalJson(shapeOf(schema)))
		.digest('hex')
		.slice(0, 16);
}

describe('document schemas', () => {
	test('a schema changes only with its version', () => {
		const hashes = Object.fromEntries(
			Object.entries(DOCUMENT_SCHEMAS).map(([type, { version, schema }]) => [
				`${type}@${version}`,
				hashOf(schema)
			])
		);
		expect(hashes).toEqual(SCHEMA_HASHES);
	});

	test('every field says its data class, purpose, readers and retention', () => {
		const bare: string[] = [];
		const walk = (schema: Record<string, unknown>, place: string, annotated: boolean) => {
			const privacy = schema['privacy'] as Record<string, unknown> | undefined;
			const has = annotated || privacy !== undefined;
			if (privacy) {
				expect(Object.keys(privacy).sort()).toEqual([
					'dataClass',
					'purpose',
					'readers',
					'retention'
				]);
			}
			const parts = [
				...Object.entries((schema['properties'] as Record<string, unknown>) ?? {}),
				...((schema['anyOf'] as unknown[]) ?? []).map((part, n): [string, unknown] => [
					`|${n}`,
					part
				]),
				...(schema['items'] && !Array.isArray(schema['items'])
					? [['[]', schema['items']] as [string, unknown]]
					: [])
			];
			if (parts.length === 0 && !has && schema['type'] !== 'null') bare.push(place);
			for (const [name, part] of parts) {
				walk(part as Record<string, unknown>, `${place}.${name}`, has);
			}
		};
		for (const [type, { schema }] of Object.entries(DOCUMENT_SCHEMAS)) {
			walk(schema as unknown as Record<string, unknown>, type, false);
		}
		expect(bare).toEqual([]);
	});

	test('there is a schema for every type an id can name', () => {
		expect(Object.keys(DOCUMENT_SCHEMAS).sort()).toEqual([...DOCUMENT_TYPES].sort());
	});
});

describe('checkDocument', () => {
	test.each([aTransaction(), aReceipt(), aSubmission(), aDecision(2, 'submission:w:1', 'ask')])(
		'takes a valid $type',
		(document) => {
			expect(checkDocument({ ...document })).toMatchObject({ ok: true });
		}
	);

	test.each([
		['no id', { ...aTransaction(), _id: undefined }, 'document.unknown_type'],
		['a foreign type', { ...aTransaction(), type: 'receipt' }, 'document.unknown_type'],
		['another owner', { ...aTransaction(), ownerId: 'somebody' }, 'document.id_mismatch'],
		['a newer schema', { ...aTransaction(), schema: 99 }, 'document.too_new'],
		['a float amount', aTransaction(1, { amountMinor: 12.5 }), 'document.shape'],
		['an endless purpose', aTransaction(1, { purpose: 'x'.repeat(501) }), 'document.shape'],
		['an extra member', { ...aTransaction(), approved: true }, 'document.shape'],
		['no body', { ...aTransaction(), body: null }, 'document.shape']
	])('refuses %s', (_, document, code) => {
		expect(checkDocument({ ...document })).toMatchObject({ ok: false, refusal: { code } });
	});

	test('says where, never what', () => {
		const result = checkDocument({ ...aTransaction(1, { currency: 'secret words' }) });
		expect(JSON.stringify(result)).not.toContain('secret words');
		expect(result).toMatchObject({ refusal: { field: expect.stringContaining('body') as string } });
	});
});

test('ulids in tests look like real ones', () => {
	expect(ulidOf(3)).toMatch(/^[0-9a-z]{26}$/);
});
