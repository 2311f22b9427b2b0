import axe, { type RunOptions } from 'axe-core';
import { expect } from 'vitest';

/** A page alone has no frame of landmarks and no language around it. */
const OF_THE_FRAME = ['region', 'landmark-one-main', 'html-has-lang'];

/** No accessibility violation, in both themes, and nothing wider than the page. Needs `app.css`. */
export async function expectAccessible(): Promise<void> {
	const rules = Object.fromEntries(OF_THE_FRAME.map((rule) => [rule, { enabled: false }]));
	await inTheme('light', { rules });
	// Themes differ in their colours only.
	await inTheme('dark', { runOnly: ['color-contrast'] });
	delete document.documentElement.dataset['theme'];
	expect(sidewaysPx()).toBeLessThanOrEqual(0);
}

async function inTheme(theme: 'light' | 'dark', options: RunOptions): Promise<void> {
	document.documentElement.dataset['theme'] = theme;
	// Colours on their way from one theme to the other have any contrast.
	await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
	const { violations } = await axe.run(document, { ...options, resultTypes: ['violations'] });
	expect(violations.map(({ id, nodes }) => `${theme}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
}

/** How far the page or the dialog on top of it can be scrolled sideways. */
export function sidewaysPx(): number {
	const dialog = [...document.querySelectorAll('dialog[open]')].at(-1);
	return Math.max(
		...[document.documentElement, dialog]
			.filter((box) => box !== undefined)
			.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)
	);
}
