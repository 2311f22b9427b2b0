import { areLegsOf, isLegSource, type Leg } from '@outlay/domain/mileage/distance-source';
import type { OwnVehicle } from '@outlay/domain/person';
import type { Refusal } from '@outlay/domain/refusal';
import type { MileageBody } from '@outlay/domain/transaction';
import type { Deeds, Done } from '#lib/commands/app.ts';
import type { MeasuredWay } from '#lib/commands/ports.ts';
import { MileagePlaces } from './mileage-places.svelte.ts';
import { NO_SOURCE, type MileageChange } from './mileage-texts.svelte.ts';
import { odometerRefusals, readWholeKm } from './odometer-readings.ts';
import { WayMeasuring } from './way-measuring.svelte.ts';

/** What stands in the fields of a drive while it is filled in; each edit is saved by itself. */
export class MileageForm extends MileagePlaces {
	vehicle = $state<MileageBody['vehicle']>('car');
	vehicleOwner = $state<MileageBody['vehicleOwner']>('own');
	vehicleId = $state<string | null>(null);
	lowM = $state<number | null>(null);
	highM = $state<number | null>(null);
	method = $state('');
	legs = $state.raw<readonly Leg[]>([]);
	wayMark = $state('');
	isEstimateConfirmed = $state(false);
	odometerStart = $state('');
	odometerEnd = $state('');

	readonly measuring: WayMeasuring;

	constructor(
		save: (change: MileageChange) => Promise<Done>,
		environment: {
			language: () => string;
			today: () => string;
			measureWay: Deeds['measureWay'];
		}
	) {
		super(save, environment);
		this.measuring = new WayMeasuring(environment.measureWay);
	}

	/** Fills in what is stored, except where an edit waits to be stored. */
	receive(body: MileageBody): void {
		const { autosave } = this;
		this.receiveTexts(body);
		for (const field of CHOSEN) {
			if (!autosave.isPending(field)) Object.assign(this, { [field]: body[field] });
		}
		if (!autosave.isPending('vias')) this.receiveVias(body.vias);
		if (!autosave.isPending('distanceSource')) this.#receiveDistance(body);
		this.receiveTypedDistance(body);
	}

	#receiveDistance(body: MileageBody): void {
		this.source = body.distanceSource;
		this.distanceM = body.distanceM;
		this.lowM = body.distanceLowM;
		this.highM = body.distanceHighM;
		this.method = body.distanceMethod;
		this.legs = body.legs;
		this.wayMark = body.wayMark;
		this.isEstimateConfirmed = body.isEstimateConfirmed;
		for (const [end, km] of [
			['odometerStart', body.odometerStartKm],
			['odometerEnd', body.odometerEndKm]
		] as const) {
			// What can't be read is not stored: it stays as it was typed.
			if (km !== null || readWholeKm(this[end]) !== null) this[end] = km === null ? '' : String(km);
		}
	}

	chooseVehicle(vehicle: OwnVehicle): void {
		const { id: vehicleId, vehicle: type, vehicleOwner, licencePlate } = vehicle;
		Object.assign(this, { vehicle: type, vehicleOwner, vehicleId, licencePlate });
		this.choose({ vehicle: type, vehicleOwner, vehicleId, licencePlate });
		void this.measure();
	}

	/** A vehicle that is none of the person's own list. */
	describeVehicle(change: Pick<MileageChange, 'vehicle' | 'vehicleOwner'>): void {
		Object.assign(this, { ...change, vehicleId: null });
		this.choose({ ...change, vehicleId: null });
		if (change.vehicle !== undefined) void this.measure();
	}

	/** How far it is between the places, if anybody knows; it counts unless the person said otherwise. */
	override async measure(): Promise<void> {
		if (this.source === 'recorded') return;
		const { way } = this;
		if (way.from.trim() === '' || way.to.trim() === '') {
			this.measuring.forget();
			return this.#dropLegs();
		}
		const ways = await this.measuring.of(way, this.vehicle);
		if (ways === null) return;
		const [first] = ways;
		const isFree = this.source === 'typed' && this.distanceText.trim() === '';
		if (!isFree && !isLegSource(this.source)) return;
		if (first === undefined) return this.#dropLegs();
		const isStale = !areLegsOf(this.legs, this.wayMark, way);
		const isBetter = this.source === 'straight-estimate' && first.source !== 'straight-estimate';
		if (isFree || isStale || isBetter) this.useWay(first);
	}

	/** A measured way counts from now on. */
	useWay(way: MeasuredWay): void {
		Object.assign(this, {
			source: way.source,
			distanceM: way.distanceM,
			lowM: way.lowM,
			highM: way.highM,
			method: way.method,
			legs: way.legs,
			wayMark: way.mark,
			isEstimateConfirmed: false,
			distanceText: ''
		});
		this.distanceRefusal = null;
		if (this.submitRefusal?.field === 'distanceM') this.submitRefusal = null;
		this.noteChange({
			...NO_SOURCE,
			distanceM: way.distanceM,
			distanceLowM: way.lowM,
			distanceHighM: way.highM,
			distanceText: '',
			distanceSource: way.source,
			distanceMethod: way.method,
			legs: [...way.legs],
			wayMark: way.mark
		});
		void this.autosave.flush();
	}

	confirmEstimate(): void {
		this.isEstimateConfirmed = true;
		if (this.submitRefusal?.field === 'distanceM') this.submitRefusal = null;
		this.autosave.note({ isEstimateConfirmed: true });
		void this.autosave.flush();
	}

	/** The person types the distance, or reads it from the odometer. */
	chooseTyped(): void {
		this.source = 'typed';
		if (this.distanceM !== null) this.distanceText = this.kilometres(this.distanceM);
		this.editDistance();
	}

	chooseOdometer(): void {
		this.source = 'odometer';
		this.distanceText = '';
		this.editOdometer();
	}

	/** Reads both readings; the difference counts once both can be read. */
	editOdometer(): void {
		const start = readWholeKm(this.odometerStart);
		const end = readWholeKm(this.odometerEnd);
		const isForward = start !== null && end !== null && end > start;
		this.distanceRefusal = null;
		if (this.submitRefusal?.field?.startsWith('odometer')) this.submitRefusal = null;
		this.distanceM = isForward ? (end - start) * 1000 : null;
		this.noteChange({
			...NO_SOURCE,
			distanceM: this.distanceM,
			distanceText: '',
			distanceSource: 'odometer',
			odometerStartKm: start,
			odometerEndKm: end
		});
	}

	/** What is wrong with the readings as they stand. */
	get odometerRefusals(): { start: Refusal | null; end: Refusal | null } {
		return odometerRefusals(this.odometerStart, this.odometerEnd);
	}

	/** The places changed and nobody knows how far they are apart: the person is asked. */
	#dropLegs(): void {
		if (!isLegSource(this.source)) return;
		this.source = 'typed';
		this.distanceM = null;
		this.editDistance();
		void this.autosave.flush();
	}
}

/** Fields that hold a choice: taken as they are stored. */
const CHOSEN = [
	'fromPoint',
	'toPoint',
	'isReturn',
	'vehicle',
	'vehicleOwner',
	'vehicleId'
] as const;
