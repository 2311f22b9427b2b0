/** The look a person chose on this device; `system` follows the device. `static/theme.js` reads it before the first paint. */
export type Theme = 'system' | 'light' | 'dark';

const STORED_AS = 'outlay.theme';
const PAGE_COLOURS = { light: '#f1f5f6', dark: '#090f13' };

function storedTheme(): Theme {
	const stored = localStorage.getItem(STORED_AS);
	return stored === 'light' || stored === 'dark' ? stored : 'system';
}

let chosen = $state<Theme>(storedTheme());

export const theme = {
	get current(): Theme {
		return chosen;
	},
	/** Whether a choice was made on this device. */
	get isChosenHere(): boolean {
		return localStorage.getItem(STORED_AS) !== null;
	},
	/** Shows it at once and keeps it for the next start. */
	choose(next: Theme): void {
		chosen = next;
		localStorage.setItem(STORED_AS, next);
		paint();
	},
	/** Brings the page in line with the choice; the browser's own bar follows. */
	paint
};

function paint(): void {
	if (chosen === 'system') delete document.documentElement.dataset['theme'];
	else document.documentElement.dataset['theme'] = chosen;
	for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
		const own = meta.media.includes('dark') ? 'dark' : 'light';
		meta.content = PAGE_COLOURS[chosen === 'system' ? own : chosen];
	}
}
