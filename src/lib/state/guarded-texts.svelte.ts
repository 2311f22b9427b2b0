import {
	clearancesAfterEdit,
	clearancesFor,
	judgeText,
	storableText,
	type ContentClearance
} from '@outlay/domain/content-guard';
import type { Refusal } from '@outlay/domain/refusal';
import { sensitiveTopicsIn } from '@outlay/domain/sensitive-words';
import { m } from '#lib/paraglide/messages.js';

/** What stands under a field about its words. */
export interface ContentNote {
	/** What may not be handed over; null when all may. */
	block: Refusal | null;
	/** The way out of a block: what the person can say about the number. Null where there is nothing to say. */
	clearLabel: string | null;
	/** Gentle warnings, which block nothing. */
	warnings: string[];
}

/** The texts of a form that are looked at for numbers and words with no place in them, by field of the body. */
export class GuardedTexts {
	/** What the person said about numbers in these texts. */
	clearances = $state.raw<ContentClearance[]>([]);
	/** As they stood at the last edit; the screen does not depend on it. */
	readonly #texts: Record<string, string> = {};

	/** Takes what is stored: from now on edits are compared with it. */
	receive(texts: Readonly<Record<string, string>>, clearances: readonly ContentClearance[]): void {
		this.clearances = [...clearances];
		Object.assign(this.#texts, texts);
	}

	/** A text was edited: what was said about other numbers no longer holds. True when the clearances changed. */
	edit(field: string, text: string): boolean {
		const kept = clearancesAfterEdit(this.clearances, field, this.#texts[field] ?? '', text);
		this.#texts[field] = text;
		if (kept.length === this.clearances.length) return false;
		this.clearances = kept;
		return true;
	}

	/** A change of a form with what it does to the clearances, for the texts among its fields. */
	noted<C extends object>(
		change: C,
		texts: readonly (keyof C & string)[]
	): C & { clearances?: ContentClearance[] } {
		let isChanged = false;
		for (const field of texts) {
			const text = change[field];
			if (typeof text === 'string' && this.edit(field, text)) isChanged = true;
		}
		return isChanged ? { ...change, clearances: this.clearances } : change;
	}

	/** The person says that what is found in a text is no such number. `at` is an ISO instant. */
	clear(field: string, text: string, at: string): void {
		const others = this.clearances.filter((clearance) => clearance.field !== field);
		const said = clearancesFor(text, field, at);
		this.#texts[field] = text;
		this.clearances = [...others, ...said];
	}

	/** Whether what is stored is what stands on the screen, its numbers unreadable: the screen keeps its own. */
	isStoredOf(stored: string, field: string, shown: string): boolean {
		return stored === storableText(shown, field, this.clearances);
	}

	note(field: string, text: string): ContentNote {
		const { block, warn } = judgeText(text, field, this.clearances);
		const topics = sensitiveTopicsIn(text);
		return {
			block,
			clearLabel: block === null ? null : (CLEAR_LABELS[block.code]?.() ?? null),
			warnings: [
				...(block === null && warn.length > 0 ? [m.content_number_warning()] : []),
				...(topics.length > 0
					? [topics.includes('crime') ? m.content_crime_warning() : m.content_topic_warning()]
					: [])
			]
		};
	}
}

const CLEAR_LABELS: Readonly<Record<string, () => string>> = {
	'content.identity_number': m.content_not_identity_number,
	'content.card_number': m.content_not_card_number
};
