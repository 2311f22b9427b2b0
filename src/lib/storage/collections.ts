import type { RxCollection, RxConflictHandler, RxJsonSchema } from 'rxdb/plugins/core';
import type { ReceiptMediaType } from '@outlay/domain/receipt';
import type { Row } from './rows.ts';

const MS_MAX = 9e15;
const text = (maxLength: number) => ({ type: 'string', maxLength }) as const;
const count = (maximum: number) =>
	({ type: 'number', minimum: 0, maximum, multipleOf: 1 }) as const;

/**
 * One schema for every type of document: their shapes are checked by the domain, at the server and by whoever
 * writes them, and lifted by `upcast` when read, so that a new field never migrates the store. Indexed fields
 * stay readable at rest; they are ids and times.
 */
export const ROW_SCHEMA: RxJsonSchema<Row> = {
	version: 0,
	primaryKey: 'id',
	type: 'object',
	properties: {
		id: text(120),
		type: text(20),
		schemaVersion: count(1000),
		companyId: text(26),
		ownerId: text(26),
		createdAt: text(24),
		updatedAt: text(24),
		sortKey: count(MS_MAX),
		about: text(120),
		sha256: text(64),
		unsentSinceMs: count(MS_MAX),
		couchRev: text(60),
		removal: text(20),
		body: { type: 'object', additionalProperties: true },
		unsent: { type: 'object', additionalProperties: true }
	},
	required: ['id', 'type', 'sortKey', 'about', 'sha256', 'unsentSinceMs', 'body', 'unsent'],
	indexes: [['type', 'sortKey'], ['about', 'type'], ['unsentSinceMs'], ['sha256']],
	encrypted: ['body', 'unsent']
};

/** Settings are only read here: one list, by type. */
export const SETTING_ROW_SCHEMA: RxJsonSchema<Row> = {
	...ROW_SCHEMA,
	indexes: [['type', 'sortKey']]
};

/** Receipt bytes, as the attachment `data` of a row named by their hash. Never replicated. */
export interface VaultRow {
	/** Lower-case hex SHA-256 of the bytes. */
	id: string;
	mediaType: ReceiptMediaType;
	byteLength: number;
	/** `sent`: the server has confirmed the hash. `refused`: it will not take these bytes. */
	state: 'pending' | 'sent' | 'refused';
	/** Uploads begun, so that the next asks first whether the last one arrived. */
	attempts: number;
	addedAtMs: number;
	/** Stable code; '' unless refused. */
	refusalCode: string;
}

export const VAULT_SCHEMA: RxJsonSchema<VaultRow> = {
	version: 0,
	primaryKey: 'id',
	type: 'object',
	properties: {
		id: text(64),
		mediaType: text(60),
		byteLength: count(1e12),
		state: text(10),
		attempts: count(1e9),
		addedAtMs: count(MS_MAX),
		refusalCode: text(60)
	},
	required: ['id', 'mediaType', 'byteLength', 'state', 'attempts', 'addedAtMs', 'refusalCode'],
	indexes: [['state', 'byteLength']],
	attachments: { encrypted: true }
};

/** A document the server refused. Local: a pull never touches it, and the document itself stays editable. */
export interface RefusedRow {
	/** Of the document. */
	id: string;
	atMs: number;
	body: {
		/** Stable dotted code. */
		code: string;
		/** The server's sentence. */
		reason: string;
		/** Of the content that was refused: another one is offered again. */
		mark: string;
	};
}

export const REFUSED_SCHEMA: RxJsonSchema<RefusedRow> = {
	version: 0,
	primaryKey: 'id',
	type: 'object',
	properties: {
		id: text(120),
		atMs: count(MS_MAX),
		body: {
			type: 'object',
			properties: { code: { type: 'string' }, reason: { type: 'string' }, mark: { type: 'string' } }
		}
	},
	required: ['id', 'atMs', 'body'],
	encrypted: ['body']
};

/** By collection: what an app of this version stores, and can read. */
export const SCHEMA_VERSIONS = {
	documents: ROW_SCHEMA.version,
	settings: SETTING_ROW_SCHEMA.version,
	vault: VAULT_SCHEMA.version,
	refused: REFUSED_SCHEMA.version
} as const;

/**
 * Everything of a mailbox is one collection: it is one database on the server, read by one reader with one
 * checkpoint. A collection for each type would need as many readers of the same changes (a quiet one never
 * moves its checkpoint, and would start over at each bell) and about three times as many IndexedDB databases
 * to open before the first screen. Lists go by the index of type and time.
 */
export interface OutlayCollections {
	documents: RxCollection<Row>;
	settings: RxCollection<Row>;
	vault: RxCollection<VaultRow>;
	refused: RxCollection<RefusedRow>;
}

/**
 * RxDB asks it before it writes what was pulled. What is edited here and not sent stays; it meets the server's
 * copy when it is pushed, or when the reader sees both. A page that was overtaken by our own push is old.
 */
export const KEEP_WHAT_IS_UNSENT: RxConflictHandler<Row> = {
	isEqual(pulled, here) {
		if (here.unsentSinceMs > 0) return true;
		return (
			pulled.couchRev === here.couchRev ||
			generationOf(here.couchRev) > generationOf(pulled.couchRev)
		);
	},
	resolve: ({ realMasterState }) => Promise.resolve(realMasterState)
};

/** The number a CouchDB revision starts with. */
export function generationOf(couchRev: string): number {
	return Number.parseInt(couchRev, 10) || 0;
}
