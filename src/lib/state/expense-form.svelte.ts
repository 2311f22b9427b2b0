import { formatAmount, parseAmount } from '@outlay/domain/money';
import type { Refusal } from '@outlay/domain/refusal';
import type { ExpenseBody } from '@outlay/domain/transaction';
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

export type ExpenseChange = Partial<Omit<ExpenseBody, 'kind' | 'receiptIds'>>;
/** Where an error can stand on the form. */
export type ExpenseField =
	| 'amountMinor'
	| 'currency'
	| 'merchant'
	| 'spentOn'
	| 'costTypeId'
	| 'country'
	| 'purpose'
	| 'receiptIds';

/**
 * What stands in the fields of an expense while it is filled in. Each edit is saved by itself; a change that arrives
 * from another device or tab fills only the fields nobody is typing in. `today` is `YYYY-MM-DD`.
 */
export class ExpenseForm {
	amountText = $state('');
	currency = $state('');
	merchant = $state('');
	spentOn = $state('');
	country = $state('');
	costTypeId = $state('');
	purpose = $state('');
	paidWith = $state<ExpenseBody['paidWith']>('own-money');

	readonly autosave: Autosave<ExpenseChange>;
	readonly #guard = new GuardedTexts();
	readonly #language: () => string;
	readonly #today: () => string;
	/** Said once the person leaves the amount, not while they type it. */
	#amountRefusal = $state<Refusal | null>(null);
	#submitRefusal = $state<Refusal | null>(null);

	constructor(
		save: (change: ExpenseChange) => Promise<Done>,
		environment: { language: () => string; today: () => string }
	) {
		this.autosave = new Autosave(save);
		this.#language = environment.language;
		this.#today = environment.today;
	}

	/** Fills in what is stored, except where an edit waits to be stored. */
	receive(body: ExpenseBody): void {
		const { autosave } = this;
		if (!autosave.isPending('clearances')) {
			const { merchant, purpose, amountText } = body;
			if (!this.#holds('merchant', body)) this.merchant = merchant;
			if (!this.#holds('purpose', body)) this.purpose = purpose;
			this.#guard.receive(
				{ merchant: this.merchant, purpose: this.purpose, amountText },
				body.clearances
			);
		}
		const isTypingAmount =
			autosave.isPending('amountMinor') ||
			autosave.isPending('amountText') ||
			this.#holds('amountText', body) ||
			document.activeElement?.id === expenseFieldId('amountMinor');
		if (!isTypingAmount) {
			this.amountText = this.#shownAmount(body);
			// Kept as it was typed, perhaps days ago: what is wrong with it is said again.
			const isUnreadable = body.amountMinor === null && body.amountText !== '';
			const read = isUnreadable
				? parseAmount(body.amountText, body.currency, this.#language())
				: null;
			this.#amountRefusal = read === null || read.ok ? null : read.refusal;
		}
		if (!autosave.isPending('currency')) this.currency = body.currency;
		if (!autosave.isPending('spentOn')) this.spentOn = body.spentOn ?? '';
		if (!autosave.isPending('country')) this.country = body.country;
		if (!autosave.isPending('costTypeId')) this.costTypeId = body.costTypeId ?? '';
		if (!autosave.isPending('paidWith')) this.paidWith = body.paidWith;
	}

	/** Notes an edit of plain words or a choice. */
	edit(
		change: Omit<ExpenseChange, 'amountMinor' | 'amountText' | 'currency' | 'clearances'>
	): void {
		this.#note(change);
		if (this.#submitRefusal?.field !== undefined && this.#submitRefusal.field in change) {
			this.#submitRefusal = null;
		}
	}

	/** A choice is made in one go, so it is stored at once. */
	choose(change: Parameters<this['edit']>[0]): void {
		this.edit(change);
		void this.autosave.flush();
	}

	/** Reads what stands in the amount field; what can't be read is stored as it was typed. */
	editAmount(): void {
		this.#amountRefusal = null;
		if (this.#submitRefusal?.field === 'amountMinor') this.#submitRefusal = null;
		const read = parseAmount(this.amountText, this.currency, this.#language());
		const isEmpty = !read.ok && read.refusal.code === 'amount.missing';
		this.#note({
			amountMinor: read.ok ? read.value : null,
			amountText: read.ok || isEmpty ? '' : this.amountText
		});
	}

	/** The person left the amount: shows how it was read, or says what is wrong with it. */
	leaveAmount(): void {
		const read = parseAmount(this.amountText, this.currency, this.#language());
		if (read.ok) this.amountText = this.#grouped(read.value, this.currency);
		else if (read.refusal.code !== 'amount.missing') this.#amountRefusal = read.refusal;
	}

	/** Another currency may have other decimals, so the amount is read again. */
	editCurrency(): void {
		this.autosave.note({ currency: this.currency });
		if (this.amountText !== '') {
			this.editAmount();
			this.leaveAmount();
		}
		void this.autosave.flush();
	}

	/** What is to be said about the words of a field. */
	note(field: GuardedField): ContentNote {
		const text = field === 'amountText' ? this.#unreadAmount : this[field];
		return this.#guard.note(field, text);
	}

	/** The person says that a number in a field is no identity or card number: it is stored as it was typed. */
	clearContent(field: GuardedField): void {
		this.#guard.clear(field, this[field], instantOf(Date.now()));
		this.autosave.note({ [field]: this[field], clearances: this.#guard.clearances });
		void this.autosave.flush();
	}

	/** What Submit said; its field is marked until it is edited. */
	refuse(refusal: Refusal | null): void {
		this.#submitRefusal = refusal;
	}

	/** What is wrong, by field. */
	get refusals(): FieldRefusals<ExpenseField> {
		return fieldRefusals(this.#sources);
	}

	/** Whether what Submit said still holds: nobody has mended its field since. */
	isStanding({ field }: Refusal): boolean {
		return field === undefined || this.refusals[shownAt(field)] !== undefined;
	}

	/** The first field whose words are not stored as they stand here: it must be mended before submitting. */
	get unstored(): { field: ExpenseField; refusal: Refusal } | null {
		return firstUnstored(this.#sources);
	}

	get #sources(): RefusalSources<ExpenseField> {
		const read: FieldRefusals<ExpenseField> = {};
		if (this.#amountRefusal) read.amountMinor = this.#amountRefusal;
		if (this.spentOn > this.#today()) {
			read.spentOn = { code: 'expense.date_future', field: 'spentOn' };
		}
		const blocked = GUARDED.flatMap((field) => {
			const { block } = this.note(field);
			return block === null ? [] : [{ field: shownAt(field), refusal: block }];
		});
		return {
			submit: this.#submitRefusal,
			read,
			unstored: this.autosave.refusals,
			blocked,
			shownAt
		};
	}

	/** What stands in the amount field and can't be read: only then it is stored as words. */
	get #unreadAmount(): string {
		return parseAmount(this.amountText, this.currency).ok ? '' : this.amountText;
	}

	/** Whether the screen has its own words for what is stored: being typed, or with a number that is not stored. */
	#holds(field: GuardedField, body: ExpenseBody): boolean {
		const shown = field === 'amountText' ? this.#unreadAmount : this[field];
		return (
			this.autosave.isPending(field) ||
			(shown !== '' && this.#guard.isStoredOf(body[field], field, shown))
		);
	}

	#note(change: ExpenseChange): void {
		this.autosave.note(this.#guard.noted(change, GUARDED));
	}

	#shownAmount(body: ExpenseBody): string {
		return body.amountMinor === null
			? body.amountText
			: this.#grouped(body.amountMinor, body.currency);
	}

	#grouped(amountMinor: number, currency: string): string {
		const { whole, decimals } = formatAmount(amountMinor, currency, this.#language());
		return whole + decimals;
	}
}

const GUARDED = ['merchant', 'purpose', 'amountText'] as const;
type GuardedField = (typeof GUARDED)[number];

function shownAt(member: string): ExpenseField {
	return member === 'amountText' ? 'amountMinor' : (member as ExpenseField);
}

/** Id of a field's control, to move the focus to it. */
export function expenseFieldId(field: ExpenseField): string {
	return `expense-${field}`;
}
