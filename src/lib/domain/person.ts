import Type from 'typebox';
import {
	AmountMinor,
	IsoInstant,
	Nullable,
	documentSchema,
	type Envelope,
	type Static
} from './envelope.ts';
import { CLAIM, EMPLOYMENT, PERSON, PREFERENCE } from './privacy.ts';

export const ROLES = ['worker', 'approver', 'finance', 'administrator'] as const;
export type Role = (typeof ROLES)[number];

export const PersonBody = Type.Object(
	{
		name: Type.String({ minLength: 1, maxLength: 120, privacy: PERSON }),
		initials: Type.String({ minLength: 1, maxLength: 6, privacy: PERSON }),
		workEmail: Type.String({ maxLength: 254, privacy: PERSON }),
		employeeNumber: Type.String({ maxLength: 20, privacy: EMPLOYMENT }),
		/** Whom their submissions go to; null when nobody is set, and nothing can be submitted. */
		approverId: Nullable(Type.String({ maxLength: 26, privacy: EMPLOYMENT })),
		/** Largest amount they may approve in the company's currency; null without a limit. */
		approvalLimitMinor: Nullable(AmountMinor({ privacy: EMPLOYMENT })),
		roles: Type.Array(Type.Union(ROLES.map((role) => Type.Literal(role))), {
			privacy: EMPLOYMENT,
			maxItems: 10
		})
	},
	{ additionalProperties: false }
);
export type PersonBody = Omit<Static<typeof PersonBody>, 'roles'> & { roles: Role[] };
export const PersonSchema = documentSchema('person', PersonBody);
/** Who somebody is; written by the administrator, through the server. */
export type Person = Envelope<'person', PersonBody>;

export const LANGUAGES = ['en', 'da'] as const;
export type Language = (typeof LANGUAGES)[number];

export const ProfileBody = Type.Object(
	{
		language: Type.Union(
			LANGUAGES.map((language) => Type.Literal(language)),
			{ privacy: PREFERENCE }
		),
		theme: Type.Union([Type.Literal('system'), Type.Literal('light'), Type.Literal('dark')], {
			privacy: PREFERENCE
		})
	},
	{ additionalProperties: false }
);
export type ProfileBody = Omit<Static<typeof ProfileBody>, 'language'> & { language: Language };
export const ProfileSchema = documentSchema('profile', ProfileBody);
export type Profile = Envelope<'profile', ProfileBody>;

/** A version that lost a merge between one person's own devices, whole, so that it can be restored. */
export const KeptBody = Type.Object(
	{
		documentId: Type.String({ maxLength: 120, privacy: CLAIM }),
		/** Body fields that were edited on both sides. */
		fields: Type.Array(Type.String({ maxLength: 60, privacy: CLAIM }), { maxItems: 100 }),
		/** The body that is not shown now. */
		lost: Type.Record(Type.String({ maxLength: 60 }), Type.Unknown(), {
			privacy: { ...CLAIM, readers: ['owner'] }
		}),
		keptAt: IsoInstant({ privacy: CLAIM })
	},
	{ additionalProperties: false }
);
export type KeptBody = Static<typeof KeptBody>;
export const KeptSchema = documentSchema('kept', KeptBody);
export type Kept = Envelope<'kept', KeptBody>;
