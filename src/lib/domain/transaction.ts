import Type from 'typebox';
import { Clearances, type ContentClearance } from './content-guard.ts';
import {
	AmountMinor,
	CountryCode,
	CurrencyCode,
	IsoDate,
	Nullable,
	documentSchema,
	type Envelope,
	type Static
} from './envelope.ts';
import { Source, type DistanceSource, type Leg } from './mileage/distance-source.ts';
import { VEHICLE_MEMBERS, type VehicleOwner, type VehicleType } from './mileage/vehicle.ts';
import { MOST_LEGS, WAY_MEMBERS, type Way } from './mileage/way.ts';
import { CLAIM, CLAIM_WORDS, RECEIPT, ROUTE } from './privacy.ts';

const Words = (maxLength: number) => Type.String({ maxLength, privacy: CLAIM_WORDS });
const Reference = Type.String({ maxLength: 120, privacy: CLAIM });
const Metres = Type.Integer({ minimum: 0, maximum: 10_000_000, privacy: ROUTE });
const OdometerKm = Type.Integer({ minimum: 0, maximum: 9_999_999, privacy: CLAIM });

/** A draft may lack anything; `submit` asks for what is missing. */
export const ExpenseBody = Type.Object(
	{
		kind: Type.Literal('expense', { privacy: CLAIM }),
		/** Where it was bought; the row's title. */
		merchant: Words(200),
		amountMinor: Nullable(AmountMinor({ privacy: CLAIM })),
		/** What was typed and could not be read as an amount, so that nothing typed is lost; else ''. */
		amountText: Words(60),
		currency: CurrencyCode({ privacy: CLAIM }),
		spentOn: Nullable(IsoDate({ privacy: CLAIM })),
		country: CountryCode({ privacy: CLAIM }),
		costTypeId: Nullable(Type.String({ maxLength: 40, privacy: CLAIM })),
		purpose: Words(500),
		paidWith: Type.Union([Type.Literal('own-money'), Type.Literal('company-card')], {
			privacy: CLAIM
		}),
		/** Receipt document ids in page order. */
		receiptIds: Type.Array(Type.String({ maxLength: 120, privacy: RECEIPT }), { maxItems: 50 }),
		clearances: Clearances
	},
	{ additionalProperties: false }
);

export const MileageBody = Type.Object(
	{
		kind: Type.Literal('mileage', { privacy: CLAIM }),
		/** The recorded trip, or null without a recording. */
		tripId: Nullable(Reference),
		...WAY_MEMBERS,
		purpose: Words(500),
		drivenOn: Nullable(IsoDate({ privacy: CLAIM })),
		country: CountryCode({ privacy: CLAIM }),
		...VEHICLE_MEMBERS,
		/** One of the person's vehicles, or null where it was only described. */
		vehicleId: Nullable(Reference),
		licencePlate: Words(15),
		distanceM: Nullable(Metres),
		/** The true distance lies between these, as far as the source says; null where it doesn't. */
		distanceLowM: Nullable(Metres),
		distanceHighM: Nullable(Metres),
		/** What was typed and could not be read as a distance; else ''. */
		distanceText: Words(60),
		distanceSource: Source,
		/** Whose roads, or how often driven: what to say beside the source; '' for nothing. */
		distanceMethod: Type.String({ maxLength: 200, privacy: CLAIM }),
		/** Leg by leg, where the distance was measured between places; empty otherwise. */
		legs: Type.Array(
			Type.Object({ distanceM: Metres, source: Source }, { additionalProperties: false }),
			{ maxItems: MOST_LEGS * 2 }
		),
		/** Of the places the legs were measured between, see `wayMark`; '' without legs. */
		wayMark: Type.String({ maxLength: 8, privacy: CLAIM }),
		/** The person looked at an estimate and says that it is right. */
		isEstimateConfirmed: Type.Boolean({ privacy: CLAIM }),
		/** Whole kilometres as read from the car; null where they were not. */
		odometerStartKm: Nullable(OdometerKm),
		odometerEndKm: Nullable(OdometerKm),
		clearances: Clearances
	},
	{ additionalProperties: false }
);

/** Invoices, per diems and time join here as further kinds. */
export const TransactionBody = Type.Union([ExpenseBody, MileageBody]);

type WithClearances<B> = Omit<B, 'clearances'> & { clearances: ContentClearance[] };

export type ExpenseBody = WithClearances<Static<typeof ExpenseBody>>;
export type MileageBody = Omit<
	WithClearances<Static<typeof MileageBody>>,
	keyof Way | 'vehicle' | 'vehicleOwner' | 'distanceSource' | 'legs'
> &
	Pick<Way, keyof Way> & {
		vehicle: VehicleType;
		vehicleOwner: VehicleOwner;
		distanceSource: DistanceSource;
		legs: Leg[];
	};
export type TransactionBody = ExpenseBody | MileageBody;
export type TransactionKind = TransactionBody['kind'];

/** The owner's working copy: a draft until and after submission. It never leaves the owner's mailbox. */
export const TransactionSchema = documentSchema('transaction', TransactionBody);
export type Transaction = Envelope<'transaction', TransactionBody>;

/** A typed drive that nothing was entered about yet. */
export function emptyMileage(start: {
	day: string;
	country: string;
	vehicle?: {
		id: string;
		vehicle: VehicleType;
		vehicleOwner: VehicleOwner;
		licencePlate: string;
	} | null;
}): MileageBody {
	const { vehicle } = start;
	return {
		kind: 'mileage',
		tripId: null,
		from: '',
		fromPoint: null,
		to: '',
		toPoint: null,
		vias: [],
		isReturn: false,
		purpose: '',
		drivenOn: start.day,
		country: start.country,
		vehicle: vehicle?.vehicle ?? 'car',
		vehicleOwner: vehicle?.vehicleOwner ?? 'own',
		vehicleId: vehicle?.id ?? null,
		licencePlate: vehicle?.licencePlate ?? '',
		distanceM: null,
		distanceLowM: null,
		distanceHighM: null,
		distanceText: '',
		distanceSource: 'typed',
		distanceMethod: '',
		legs: [],
		wayMark: '',
		isEstimateConfirmed: false,
		odometerStartKm: null,
		odometerEndKm: null,
		clearances: []
	};
}
