import type { Language } from '@outlay/domain/person';
import { getLocale, localStorageKey, setLocale } from '#lib/paraglide/runtime.js';

/** The names of the languages, each in itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', da: 'Dansk' };

export const language = {
	get current(): Language {
		return getLocale();
	},
	/** Whether a choice was made on this device. */
	get isChosenHere(): boolean {
		return localStorage.getItem(localStorageKey) !== null;
	},
	/** Keeps the choice on this device and loads the page again in that language. */
	choose(next: Language): void {
		if (next === getLocale() && language.isChosenHere) return;
		void setLocale(next);
	}
};
