import Type from 'typebox';
import { DatedRate } from './dated-rates.ts';
import {
	CountryCode,
	CurrencyCode,
	IsoDate,
	Nullable,
	documentSchema,
	type Envelope,
	type Static
} from './envelope.ts';
import { SETTING } from './privacy.ts';

const Label = (maxLength: number) => Type.String({ maxLength, privacy: SETTING });

export const CompanySetting = Type.Object(
	{
		name: Type.Literal('company', { privacy: SETTING }),
		companyName: Label(120),
		/** What people type as company ID at sign-in. */
		companyCode: Label(40),
		country: CountryCode({ privacy: SETTING }),
		homeCurrency: CurrencyCode({ privacy: SETTING }),
		/** Whom to ask about personal data. */
		controllerContact: Label(200),
		/** Why location is recorded and since when; null keeps GPS off. */
		locationPurpose: Nullable(
			Type.Object(
				{ purpose: Label(300), recordedOn: IsoDate({ privacy: SETTING }) },
				{ additionalProperties: false }
			)
		),
		traceRetentionMonths: Type.Integer({ minimum: 0, maximum: 120, privacy: SETTING }),
		/** People have to guard their devices by a passcode, which locks after that much quiet; null leaves it to them. */
		deviceLock: Nullable(
			Type.Object(
				{ idleMinutes: Type.Integer({ minimum: 1, maximum: 240, privacy: SETTING }) },
				{ additionalProperties: false }
			)
		)
	},
	{ additionalProperties: false }
);

export const CostTypesSetting = Type.Object(
	{
		name: Type.Literal('cost-types', { privacy: SETTING }),
		costTypes: Type.Array(
			Type.Object(
				{
					costTypeId: Label(40),
					/** By language. */
					labels: Type.Object({ en: Label(80), da: Label(80) }, { additionalProperties: false }),
					needsReceipt: Type.Boolean({ privacy: SETTING })
				},
				{ additionalProperties: false }
			),
			{ maxItems: 300 }
		)
	},
	{ additionalProperties: false }
);

export const MileageRatesSetting = Type.Object(
	{
		name: Type.Literal('mileage-rates', { privacy: SETTING }),
		/** The states' figures, as the company took them over. */
		state: Type.Array(DatedRate, { maxItems: 1000 }),
		/** What the company pays instead, as `mileage.entitlement.…`. */
		company: Type.Array(DatedRate, { maxItems: 1000 }),
		/** What is paid above the state's rate is run through payroll as salary. */
		excessIsSalary: Type.Boolean({ privacy: SETTING })
	},
	{ additionalProperties: false }
);

export const ApprovalSetting = Type.Object(
	{
		name: Type.Literal('approval', { privacy: SETTING }),
		/** See `ApprovalRules`. */
		whoAboveLimit: Type.Union([Type.Literal('asked-first'), Type.Literal('left-out')], {
			privacy: SETTING
		}),
		/** In minor units of the company's currency. */
		secondFromMinor: Nullable(Type.Integer({ minimum: 0, privacy: SETTING })),
		secondApproverId: Nullable(Label(26)),
		/** Who decides for whom, from the first day to the last; why somebody is away is nobody's business. */
		substitutions: Type.Array(
			Type.Object(
				{
					approverId: Label(26),
					substituteId: Label(26),
					fromDay: IsoDate({ privacy: SETTING }),
					toDay: IsoDate({ privacy: SETTING })
				},
				{ additionalProperties: false }
			),
			{ maxItems: 500 }
		)
	},
	{ additionalProperties: false }
);

/** The company's place book: customers, sites, offices. */
export const PlacesSetting = Type.Object(
	{
		name: Type.Literal('places', { privacy: SETTING }),
		places: Type.Array(
			Type.Object(
				{
					id: Label(40),
					name: Label(120),
					address: Label(200),
					/** WGS-84 degrees; null for a place that is only named. */
					latitude: Nullable(Type.Number({ minimum: -90, maximum: 90, privacy: SETTING })),
					longitude: Nullable(Type.Number({ minimum: -180, maximum: 180, privacy: SETTING }))
				},
				{ additionalProperties: false }
			),
			{ maxItems: 2000 }
		),
		/** How far the company says it is between two of its places, either way unless both are listed. */
		knownDistances: Type.Array(
			Type.Object(
				{
					fromId: Label(40),
					toId: Label(40),
					distanceM: Type.Integer({ minimum: 1, maximum: 10_000_000, privacy: SETTING })
				},
				{ additionalProperties: false }
			),
			{ maxItems: 5000 }
		)
	},
	{ additionalProperties: false }
);

export const SettingBody = Type.Union([
	CompanySetting,
	CostTypesSetting,
	MileageRatesSetting,
	ApprovalSetting,
	PlacesSetting
]);
export type ApprovalSetting = Static<typeof ApprovalSetting>;
export type CompanySetting = Static<typeof CompanySetting>;
export type CostTypesSetting = Static<typeof CostTypesSetting>;
export type MileageRatesSetting = Static<typeof MileageRatesSetting>;
export type PlacesSetting = Static<typeof PlacesSetting>;
export type CompanyPlace = PlacesSetting['places'][number];
export type SettingBody =
	CompanySetting | CostTypesSetting | MileageRatesSetting | ApprovalSetting | PlacesSetting;
export type CostType = CostTypesSetting['costTypes'][number];

export const SettingSchema = documentSchema('setting', SettingBody);
/** `_id` is `setting:<name>:<valid from>`. */
export type Setting = Envelope<'setting', SettingBody>;
