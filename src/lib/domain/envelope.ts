import Type, { type Static, type TSchema } from 'typebox';
import type { DocumentType } from './identifiers.ts';
import { BOOKKEEPING } from './privacy.ts';

export const IsoInstant = (options: object = {}) =>
	Type.String({
		pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$',
		maxLength: 24,
		...options
	});

export const IsoDate = (options: object = {}) =>
	Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', maxLength: 10, ...options });

export const CurrencyCode = (options: object = {}) =>
	Type.String({ pattern: '^[A-Z]{3}$', maxLength: 3, ...options });

export const CountryCode = (options: object = {}) =>
	Type.String({ pattern: '^[A-Z]{2}$', maxLength: 2, ...options });

export const Sha256 = (options: object = {}) =>
	Type.String({ pattern: '^[0-9a-f]{64}$', maxLength: 64, ...options });

export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** The largest amount kept exactly by a number, in minor units. */
export const AmountMinor = (options: object = {}) =>
	Type.Integer({ minimum: -9e15, maximum: 9e15, ...options });

/**
 * What every document has beside its `body`. Ids and times come from the device, so a retry can't duplicate;
 * the server's stamps stand in the case.
 */
export const envelopeMembers = {
	_id: Type.String({ maxLength: 120, privacy: BOOKKEEPING }),
	schema: Type.Integer({ minimum: 1, maximum: 1000, privacy: BOOKKEEPING }),
	companyId: Type.String({ pattern: '^[a-z0-9]{1,26}$', maxLength: 26, privacy: BOOKKEEPING }),
	/** Empty for settings, which belong to the company. */
	ownerId: Type.String({ pattern: '^[a-z0-9]{0,26}$', maxLength: 26, privacy: BOOKKEEPING }),
	createdAt: IsoInstant({ privacy: BOOKKEEPING }),
	updatedAt: IsoInstant({ privacy: BOOKKEEPING })
};

/** A document's schema: the envelope, its type and its body. */
export function documentSchema<T extends DocumentType, B extends TSchema>(type: T, body: B) {
	return Type.Object(
		{ type: Type.Literal(type, { privacy: BOOKKEEPING }), ...envelopeMembers, body },
		{ additionalProperties: false }
	);
}

export interface Envelope<T extends DocumentType, B> {
	_id: string;
	type: T;
	/** Version of the body's schema; `upcast` lifts older ones. */
	schema: number;
	companyId: string;
	ownerId: string;
	createdAt: string;
	updatedAt: string;
	body: B;
}

export type { Static };
