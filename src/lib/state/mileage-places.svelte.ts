import {
	MOST_LEGS,
	type EndPoint,
	type Via,
	type Way,
	type WayEnd
} from '@outlay/domain/mileage/way';
import type { RefusalSources } from './field-refusals.ts';
import { instantOf } from './formats.ts';
import type { ContentNote } from './guarded-texts.svelte.ts';
import { MileageTexts, type EndName, type MileageField } from './mileage-texts.svelte.ts';

/** From where to where a drive goes and over which places; each change asks how far that is. */
export abstract class MileagePlaces extends MileageTexts {
	fromPoint = $state.raw<EndPoint | null>(null);
	toPoint = $state.raw<EndPoint | null>(null);
	vias = $state.raw<readonly Via[]>([]);
	isReturn = $state(false);

	abstract measure(): Promise<void>;

	protected receiveVias(vias: readonly Via[]): void {
		// A number that is not stored stays on the screen as it was typed.
		this.vias = vias.map((via) => {
			const shown = this.vias.find(({ id }) => id === via.id)?.name ?? '';
			const isHeld = shown !== '' && this.guard.isStoredOf(via.name, viaField(via.id), shown);
			return isHeld ? { ...via, name: shown } : via;
		});
		const texts = this.vias.map(({ id, name }) => [viaField(id), name]);
		this.guard.receive(Object.fromEntries(texts) as Record<string, string>, this.guard.clearances);
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

	protected override blocked(): RefusalSources<MileageField>['blocked'] {
		const vias = this.vias.flatMap((via) => {
			const { block } = this.viaNote(via);
			return block === null ? [] : [{ field: 'vias' as const, refusal: block }];
		});
		return [...super.blocked(), ...vias];
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
