import { areLegsOf, isLegSource, type Leg } from '@outlay/domain/mileage/distance-source';
import {
	MOST_LEGS,
	type EndPoint,
	type Via,
	type Way,
	type WayEnd
} from '@outlay/domain/mileage/way';
import type { OwnVehicle } from '@outlay/domain/person';
import type { Refusal } from '@outlay/domain/refusal';
import type { MileageBody } from '@outlay/domain/transaction';
import type { Deeds, Done } from '#lib/commands/app.ts';
import type { MeasuredWay } from '#lib/commands/ports.ts';
import { instantOf } from './formats.ts';
import type { ContentNote } from './guarded-texts.svelte.ts';
import {
	MileageTexts,
	NO_SOURCE,
	type EndName,
	type MileageChange,
	type MileageField
} from './mileage-texts.svelte.ts';
import { odometerRefusals, readWholeKm } from './odometer-readings.ts';
import { WayMeasuring } from './way-measuring.svelte.ts';

/** What stands in the fields of a drive while it is filled in; each edit is saved by itself. */
export class MileageForm extends MileageTexts {
	fromPoint = $state.raw<EndPoint | null>(null);
	toPoint = $state.raw<EndPoint | null>(null);
	vias = $state.raw<readonly Via[]>([]);
	isReturn = $state(false);
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
		if (!autosave.isPending('vias')) this.#receiveVias(body.vias);
		if (!autosave.isPending('distanceSource')) this.#receiveDistance(body);
		this.receiveTypedDistance(body);
	}

	#receiveVias(vias: readonly Via[]): void {
		// A number that is not stored stays on the screen as it was typed.
		this.vias = vias.map((via) => {
			const shown = this.vias.find(({ id }) => id === via.id)?.name ?? '';
			const isHeld = shown !== '' && this.guard.isStoredOf(via.name, viaField(via.id), shown);
			return isHeld ? { ...via, name: shown } : via;
		});
		const texts = this.vias.map(({ id, name }) => [viaField(id), name]);
		this.guard.receive(Object.fromEntries(texts) as Record<string, string>, this.guard.clearances);
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

	/** The places as they stand here. */
	get way(): Way {
		const { from, fromPoint, to, toPoint, vias, isReturn } = this;
		return { from, fromPoint, to, toPoint, vias: [...vias], isReturn };
	}

	get canAddVia(): boolean {
		return this.vias.length < MOST_LEGS - 1;
	}

	/** The name and point of an end changed. `isDone` when it was chosen or left: then the way is measured. */
	editEnd(end: EndName, { name, point }: WayEnd, isDone: boolean): void {
		if (end === 'from' || end === 'to') {
			const points = end === 'from' ? { fromPoint: point } : { toPoint: point };
			Object.assign(this, { [end]: name, ...points });
			this.edit({ [end]: name, ...points });
		} else {
			const isChanged = this.guard.edit(viaField(end), name);
			this.vias = this.vias.map((via) => (via.id === end ? { id: end, name, point } : via));
			const clearances = isChanged ? { clearances: this.guard.clearances } : {};
			this.autosave.note({ vias: [...this.vias], ...clearances });
			if (this.submitRefusal?.field === 'vias') this.submitRefusal = null;
		}
		if (isDone) void this.autosave.flush().then(() => this.measure());
	}

	addVia(id: string): void {
		this.#setVias([...this.vias, { id, name: '', point: null }]);
	}

	removeVia(id: string): void {
		this.#setVias(this.vias.filter((via) => via.id !== id));
	}

	#setVias(vias: Via[]): void {
		this.vias = vias;
		this.autosave.note({ vias });
		void this.autosave.flush().then(() => this.measure());
	}

	setReturn(isReturn: boolean): void {
		this.isReturn = isReturn;
		this.autosave.note({ isReturn });
		void this.autosave.flush().then(() => this.measure());
	}

	/** A whole trip at once: one that was driven before. `newId` gives the ids of its stops. */
	takeTrip(trip: Way & { purpose: string }, newId: () => string): void {
		const { from, fromPoint, to, toPoint, isReturn, purpose } = trip;
		const vias = trip.vias.map(({ name, point }) => ({ id: newId(), name, point }));
		// Member by member: what else a suggestion knows has no place in a drive.
		const way: Way = { from, fromPoint, to, toPoint, vias, isReturn };
		Object.assign(this, way);
		this.edit(way);
		if (this.purpose === '' && purpose !== '') {
			this.purpose = purpose;
			this.edit({ purpose });
		}
		void this.autosave.flush().then(() => this.measure());
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
	async measure(): Promise<void> {
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

	override get refusals(): { [field in MileageField]?: Refusal } {
		const refusal = this.#viaRefusal();
		return refusal === null ? super.refusals : { ...super.refusals, vias: refusal };
	}

	override get unstored(): { field: MileageField; refusal: Refusal } | null {
		const refusal = this.#viaRefusal();
		return refusal === null ? super.unstored : { field: 'vias', refusal };
	}

	#viaRefusal(): Refusal | null {
		for (const via of this.vias) {
			const { block } = this.viaNote(via);
			if (block) return block;
		}
		return null;
	}

	/** What is to be said about the name of a place on the way. */
	viaNote({ id, name }: Via): ContentNote {
		return this.guard.note(viaField(id), name);
	}

	/** As `clearContent`, for a place on the way. */
	clearVia({ id, name }: Via): void {
		this.guard.clear(viaField(id), name, instantOf(Date.now()));
		this.autosave.note({ vias: [...this.vias], clearances: this.guard.clearances });
		void this.autosave.flush();
	}
}

function viaField(id: string): string {
	return `vias.${id}.name`;
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
