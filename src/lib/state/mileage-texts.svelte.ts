import { parseKilometres } from '@outlay/domain/distance-input';
import type { TripDistance } from '@outlay/domain/driven-route';
import type { Refusal } from '@outlay/domain/refusal';
import type { MileageBody } from '@outlay/domain/transaction';
import type { Done } from '#lib/commands/app.ts';
import { Autosave } from './autosave.svelte.ts';
import {
	fieldRefusals,
	firstUnstored,
	type FieldRefusals,
	type RefusalSources
} from './field-refusals.ts';
import { instantOf } from './formats.ts';
import { GuardedTexts, type ContentNote } from './guarded-texts.svelte.ts';

export type MileageChange = Partial<Omit<MileageBody, 'kind'>>;
/** Where an error can stand on the form. */
export type MileageField =
	| 'from'
	| 'to'
	| 'vias'
	| 'distanceM'
	| 'odometerStartKm'
	| 'odometerEndKm'
	| 'drivenOn'
	| 'purpose'
	| 'vehicle'
	| 'licencePlate';
/** An end of a leg: `from`, `to` or the id of a place on the way. */
export type EndName = string;

/** The words of a drive and its typed distance while they are filled in; each edit is saved by itself. */
export class MileageTexts {
	from = $state('');
	to = $state('');
	purpose = $state('');
	drivenOn = $state('');
	licencePlate = $state('');
	/** Kilometres as typed; '' while another distance counts. */
	distanceText = $state('');
	source = $state<MileageBody['distanceSource']>('typed');
	/** As it counts. */
	distanceM = $state<number | null>(null);

	readonly autosave: Autosave<MileageChange>;
	protected readonly guard = new GuardedTexts();
	protected distanceRefusal = $state<Refusal | null>(null);
	protected submitRefusal = $state<Refusal | null>(null);
	readonly #language: () => string;
	readonly #today: () => string;

	constructor(
		save: (change: MileageChange) => Promise<Done>,
		environment: { language: () => string; today: () => string }
	) {
		this.autosave = new Autosave(save);
		this.#language = environment.language;
		this.#today = environment.today;
	}

	/** Fills in the stored words, except where an edit waits to be stored. */
	protected receiveTexts(body: MileageBody): void {
		const { autosave } = this;
		if (!autosave.isPending('clearances')) {
			for (const field of PLAIN) if (!this.#holds(field, body)) this[field] = body[field];
			const { from, to, purpose, licencePlate } = this;
			const { distanceText, clearances } = body;
			this.guard.receive({ from, to, purpose, licencePlate, distanceText }, clearances);
		}
		if (!autosave.isPending('drivenOn')) this.drivenOn = body.drivenOn ?? '';
	}

	/** Fills in the stored distance as it was typed, unless it is being typed. */
	protected receiveTypedDistance(body: MileageBody): void {
		const { autosave } = this;
		const isTypingDistance =
			autosave.isPending('distanceM') ||
			autosave.isPending('distanceText') ||
			this.#holds('distanceText', body) ||
			document.activeElement?.id === mileageFieldId('distanceM');
		if (!isTypingDistance && body.distanceSource === 'typed') {
			this.distanceText =
				body.distanceM === null ? body.distanceText : this.kilometres(body.distanceM);
			// Kept as it was typed, perhaps days ago: what is wrong with it is said again.
			const isUnreadable = body.distanceM === null && body.distanceText !== '';
			const read = isUnreadable ? parseKilometres(body.distanceText) : null;
			this.distanceRefusal = read === null || read.ok ? null : read.refusal;
		}
	}

	edit(
		change: Omit<MileageChange, 'distanceM' | 'distanceText' | 'distanceSource' | 'clearances'>
	): void {
		this.noteChange(change);
		if (this.submitRefusal?.field !== undefined && this.submitRefusal.field in change) {
			this.submitRefusal = null;
		}
	}

	/** A choice is made in one go, so it is stored at once. */
	choose(change: Parameters<this['edit']>[0]): void {
		this.edit(change);
		void this.autosave.flush();
	}

	/** Reads what stands in the distance field; what can't be read is stored as it was typed. */
	editDistance(): void {
		this.distanceRefusal = null;
		if (this.submitRefusal?.field === 'distanceM') this.submitRefusal = null;
		const read = parseKilometres(this.distanceText);
		const isEmpty = !read.ok && read.refusal.code === 'mileage.distance_missing';
		this.distanceM = read.ok ? read.value : null;
		this.noteChange({
			...NO_SOURCE,
			distanceM: this.distanceM,
			distanceText: read.ok || isEmpty ? '' : this.distanceText,
			distanceSource: 'typed'
		});
	}

	leaveDistance(): void {
		const read = parseKilometres(this.distanceText);
		if (read.ok) this.distanceText = this.kilometres(read.value);
		else if (read.refusal.code !== 'mileage.distance_missing') this.distanceRefusal = read.refusal;
	}

	/** The recorded distance counts, or the person types it instead. */
	chooseSource(source: MileageBody['distanceSource'], recorded: TripDistance): void {
		this.source = source;
		if (this.submitRefusal?.field === 'distanceM') this.submitRefusal = null;
		if (source === 'typed') return this.editDistance();
		this.distanceRefusal = null;
		this.autosave.note({ ...NO_SOURCE, ...recorded });
		void this.autosave.flush();
	}

	/** What is to be said about the words of a field. */
	note(field: GuardedField): ContentNote {
		return this.guard.note(field, this.#text(field));
	}

	/** The person says that a number in a field is no identity or card number: it is stored as it was typed. */
	clearContent(field: GuardedField): void {
		this.guard.clear(field, this[field], instantOf(Date.now()));
		this.autosave.note({ [field]: this[field], clearances: this.guard.clearances });
		void this.autosave.flush();
	}

	/** What Submit said; its field is marked until it is edited. */
	refuse(refusal: Refusal | null): void {
		this.submitRefusal = refusal;
	}

	/** What is wrong, by field. */
	get refusals(): FieldRefusals<MileageField> {
		return fieldRefusals(this.#sources);
	}

	/** Whether what Submit said still holds: nobody has mended its field since. */
	isStanding({ field }: Refusal): boolean {
		return field === undefined || this.refusals[shownAt(field)] !== undefined;
	}

	/** The first field whose words are not stored as they stand here: it must be mended before submitting. */
	get unstored(): { field: MileageField; refusal: Refusal } | null {
		return firstUnstored(this.#sources);
	}

	get #sources(): RefusalSources<MileageField> {
		const read: FieldRefusals<MileageField> = {};
		if (this.distanceRefusal) read.distanceM = this.distanceRefusal;
		if (this.drivenOn > this.#today()) {
			read.drivenOn = { code: 'mileage.date_future', field: 'drivenOn' };
		}
		return {
			submit: this.submitRefusal,
			read,
			unstored: this.autosave.refusals,
			blocked: this.blocked(),
			shownAt
		};
	}

	/** Texts with content that has no place in them. */
	protected blocked(): RefusalSources<MileageField>['blocked'] {
		return GUARDED.flatMap((field) => {
			const { block } = this.note(field);
			return block === null ? [] : [{ field: shownAt(field), refusal: block }];
		});
	}

	/** Words as they are stored: a distance that can be read is no words. */
	#text(field: GuardedField): string {
		return field === 'distanceText' && parseKilometres(this.distanceText).ok ? '' : this[field];
	}

	/** Whether the screen has its own words for what is stored: being typed, or with a number that is not stored. */
	#holds(field: GuardedField, body: MileageBody): boolean {
		const shown = this.#text(field);
		return (
			this.autosave.isPending(field) ||
			(shown !== '' && this.guard.isStoredOf(body[field], field, shown))
		);
	}

	protected noteChange(change: MileageChange): void {
		this.autosave.note(this.guard.noted(change, GUARDED));
	}

	protected kilometres(distanceM: number): string {
		return new Intl.NumberFormat(this.#language(), {
			maximumFractionDigits: 3,
			useGrouping: false
		}).format(distanceM / 1000);
	}
}

/** What goes when a distance comes from another source. */
export const NO_SOURCE = {
	distanceLowM: null,
	distanceHighM: null,
	distanceMethod: '',
	legs: [],
	wayMark: '',
	isEstimateConfirmed: false,
	odometerStartKm: null,
	odometerEndKm: null
};

const PLAIN = ['from', 'to', 'purpose', 'licencePlate'] as const;
const GUARDED = [...PLAIN, 'distanceText'] as const;
export type GuardedField = (typeof GUARDED)[number];

function shownAt(member: string): MileageField {
	return member === 'distanceText' ? 'distanceM' : (member as MileageField);
}

/** Id of a field's control, to move the focus to it. */
export function mileageFieldId(field: MileageField): string {
	return `mileage-${field}`;
}
