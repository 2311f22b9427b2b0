import Type from 'typebox';
import { Clearances, type ContentClearance } from './content-guard.ts';
import {
	AmountMinor,
	IsoInstant,
	Nullable,
	documentSchema,
	type Envelope,
	type Static
} from './envelope.ts';
import { VEHICLE_MEMBERS, type VehicleOwner, type VehicleType } from './mileage/vehicle.ts';
import { WAY_MEMBERS, type Way } from './mileage/way.ts';
import { CLAIM, EMPLOYMENT, OWN_PLACE, OWN_WORDS, PERSON, PREFERENCE } from './privacy.ts';

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

const ElementId = Type.String({ minLength: 1, maxLength: 40, privacy: PREFERENCE });
const OwnWords = (maxLength: number) => Type.String({ maxLength, privacy: OWN_WORDS });

/** A place of one's own book. */
const OwnPlace = Type.Object(
	{
		id: ElementId,
		name: OwnWords(120),
		address: OwnWords(200),
		/** WGS-84 degrees; null while the place is only named. */
		latitude: Nullable(Type.Number({ minimum: -90, maximum: 90, privacy: OWN_PLACE })),
		longitude: Nullable(Type.Number({ minimum: -180, maximum: 180, privacy: OWN_PLACE })),
		/** Where the person lives: a route that begins or ends here is shown to others without its end. */
		home: Type.Boolean({ privacy: OWN_PLACE })
	},
	{ additionalProperties: false }
);
export type OwnPlace = Static<typeof OwnPlace>;

const OwnVehicle = Type.Object(
	{ id: ElementId, ...VEHICLE_MEMBERS, licencePlate: OwnWords(15), name: OwnWords(60) },
	{ additionalProperties: false }
);
export interface OwnVehicle {
	id: string;
	vehicle: VehicleType;
	vehicleOwner: VehicleOwner;
	licencePlate: string;
	/** What the person calls it; may be ''. */
	name: string;
}

/** A drive that is driven again and again. */
const FavouriteTrip = Type.Object(
	{ id: ElementId, ...WAY_MEMBERS, purpose: OwnWords(500) },
	{ additionalProperties: false }
);
export type FavouriteTrip = Pick<Way, keyof Way> & { id: string; purpose: string };

/** How far around a home routes may end for others, in metres; the person chooses one. */
export const HOME_RADII_M = [250, 500, 1000, 2000] as const;
export type HomeRadiusM = (typeof HOME_RADII_M)[number];

export const MOST_OWN_PLACES = 200;
export const MOST_OWN_VEHICLES = 20;
export const MOST_FAVOURITE_TRIPS = 50;

export const ProfileBody = Type.Object(
	{
		language: Type.Union(
			LANGUAGES.map((language) => Type.Literal(language)),
			{ privacy: PREFERENCE }
		),
		theme: Type.Union([Type.Literal('system'), Type.Literal('light'), Type.Literal('dark')], {
			privacy: PREFERENCE
		}),
		places: Type.Array(OwnPlace, { maxItems: MOST_OWN_PLACES }),
		/** Around the places marked as home. */
		homeRadiusM: Type.Union(
			HOME_RADII_M.map((radiusM) => Type.Literal(radiusM)),
			{ privacy: OWN_PLACE }
		),
		/** The first is the one a new trip begins with. */
		vehicles: Type.Array(OwnVehicle, { maxItems: MOST_OWN_VEHICLES }),
		favouriteTrips: Type.Array(FavouriteTrip, { maxItems: MOST_FAVOURITE_TRIPS }),
		clearances: Clearances
	},
	{ additionalProperties: false }
);
export type ProfileBody = Omit<
	Static<typeof ProfileBody>,
	'language' | 'homeRadiusM' | 'vehicles' | 'favouriteTrips' | 'clearances'
> & {
	language: Language;
	homeRadiusM: HomeRadiusM;
	vehicles: OwnVehicle[];
	favouriteTrips: FavouriteTrip[];
	clearances: ContentClearance[];
};

/** Of somebody who has chosen nothing yet. */
export function emptyProfile(): ProfileBody {
	return {
		language: 'en',
		theme: 'system',
		places: [],
		homeRadiusM: 500,
		vehicles: [],
		favouriteTrips: [],
		clearances: []
	};
}

export const ProfileSchema = documentSchema('profile', ProfileBody);
export type Profile = Envelope<'profile', ProfileBody>;

/** Why a company took a document out for good. */
export type Removal = 'erased' | 'retention' | 'moved';

/**
 * A version of a document that is not shown now, whole: it lost a merge between one person's own devices and can be
 * restored, or the company removed the document while it held an edit that was not sent.
 */
export const KeptBody = Type.Object(
	{
		documentId: Type.String({ maxLength: 120, privacy: CLAIM }),
		/** Body fields that were edited on both sides. */
		fields: Type.Array(Type.String({ maxLength: 60, privacy: CLAIM }), { maxItems: 100 }),
		/** The body that is not shown now. */
		lost: Type.Record(Type.String({ maxLength: 60 }), Type.Unknown(), {
			privacy: { ...CLAIM, readers: ['owner'] }
		}),
		keptAt: IsoInstant({ privacy: CLAIM }),
		/** Why the document is gone; null while it is there. What was removed is never offered to the server again. */
		removal: Type.Union(
			[Type.Literal('erased'), Type.Literal('retention'), Type.Literal('moved'), Type.Null()],
			{ privacy: CLAIM }
		)
	},
	{ additionalProperties: false }
);
export type KeptBody = Static<typeof KeptBody>;
export const KeptSchema = documentSchema('kept', KeptBody);
export type Kept = Envelope<'kept', KeptBody>;
