import { createRawSnippet } from 'svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../src/app.css';
import { overwriteGetLocale } from '#lib/paraglide/runtime.js';
import Amount from '#lib/ui/Amount.svelte';
import Button from '#lib/ui/Button.svelte';
import Combobox from '#lib/ui/Combobox.svelte';
import DateField from '#lib/ui/DateField.svelte';
import Dock from '#lib/ui/Dock.svelte';
import Field from '#lib/ui/Field.svelte';
import ListRow from '#lib/ui/ListRow.svelte';
import ClosedPage from '../../src/routes/ClosedPage.svelte';
import type { App } from '#lib/commands/app.ts';
import SegmentedControl from '#lib/ui/SegmentedControl.svelte';
import Sheet from '#lib/ui/Sheet.svelte';
import StateMark from '#lib/ui/StateMark.svelte';

const text = (words: string) => createRawSnippet(() => ({ render: () => `<span>${words}</span>` }));

let locale: 'en' | 'da' = 'en';
beforeEach(async () => {
	locale = 'en';
	overwriteGetLocale(() => locale);
	await page.viewport(390, 844);
});
afterEach(() => {
	document.documentElement.removeAttribute('data-theme');
});

test('a field names itself, says what is wrong and keeps what was typed', async () => {
	const typed: string[] = [];
	const screen = await render(Field, {
		label: 'Amount',
		value: '12,x',
		error: 'Type it like 1234.56.',
		oninput: (value: string) => typed.push(value)
	});
	const input = screen.getByLabelText('Amount');
	await expect.element(input).toHaveValue('12,x');
	await expect.element(input).toHaveAttribute('aria-invalid', 'true');
	await expect.element(input).toHaveAccessibleDescription('Type it like 1234.56.');
	await input.fill('12,50');
	expect(typed).toEqual(['12,50']);
});

test('a field is 60 high, a main button 52, whatever stands in them', async () => {
	const field = await render(Field, { label: 'Purpose', value: '' });
	const frame = field.getByLabelText('Purpose').element().closest('[id$="-frame"]');
	expect(frame?.getBoundingClientRect().height).toBeGreaterThanOrEqual(60);
	const button = await render(Button, { children: text('Submit') });
	const { height } = button.getByRole('button').element().getBoundingClientRect();
	expect(height).toBe(52);
});

test('a busy button keeps its place and takes no second press', async () => {
	let presses = 0;
	const screen = await render(Button, {
		children: text('Submit'),
		isBusy: true,
		onclick: () => (presses += 1)
	});
	const button = screen.getByRole('button');
	await expect.element(button).toHaveAttribute('aria-busy', 'true');
	(button.element() as HTMLButtonElement).click();
	expect(presses).toBe(0);
});

test('an amount is grouped the way of the language and always has its decimals', async () => {
	const english = await render(Amount, { amountMinor: 425000, currency: 'DKK' });
	await expect.element(english.getByText('4,250')).toHaveTextContent('4,250.00 DKK');
	await english.unmount();
	locale = 'da';
	const danish = await render(Amount, { amountMinor: -425050, currency: 'DKK' });
	await expect.element(danish.getByText('4.250')).toHaveTextContent('−4.250,50 DKK');
});

test('a date is shown in the language of the person and entered in the picker of the platform', async () => {
	locale = 'da';
	const chosen: string[] = [];
	const screen = await render(DateField, {
		label: 'Dato',
		value: '2025-11-19',
		onchange: (value: string) => chosen.push(value)
	});
	await expect.element(screen.getByText('ons. 19. nov. 2025')).toBeVisible();
	await screen.getByLabelText('Dato').fill('2025-11-20');
	(screen.getByLabelText('Dato').element() as HTMLElement).blur();
	expect(chosen.at(-1)).toBe('2025-11-20');
	await expect.element(screen.getByText('tors. 20. nov. 2025')).toBeVisible();
});

test('a long list is searched by typing and chosen by keyboard', async () => {
	const chosen: string[] = [];
	const screen = await render(Combobox, {
		label: 'Country',
		value: 'DK',
		options: [
			{ value: 'DK', label: 'Denmark' },
			{ value: 'NO', label: 'Norway' },
			{ value: 'SE', label: 'Sweden' }
		],
		onchange: (value: string) => chosen.push(value)
	});
	const input = screen.getByLabelText('Country');
	await expect.element(input).toHaveValue('Denmark');
	await input.click();
	await userEvent.keyboard('swe');
	await expect.element(screen.getByRole('option', { name: 'Sweden' })).toBeVisible();
	await expect.element(screen.getByRole('option', { name: 'Norway' })).not.toBeInTheDocument();
	await userEvent.keyboard('{Enter}');
	await expect.element(input).toHaveValue('Sweden');
	expect(chosen).toEqual(['SE']);
});

test('choices side by side are radio buttons that arrows move between', async () => {
	const chosen: string[] = [];
	const screen = await render(SegmentedControl, {
		legend: 'Paid with',
		value: 'own-money',
		options: [
			{ value: 'own-money', label: 'My own money' },
			{ value: 'company-card', label: 'Company card' }
		],
		onchange: (value: string) => chosen.push(value)
	});
	await expect.element(screen.getByRole('group', { name: 'Paid with' })).toBeVisible();
	(screen.getByRole('radio', { name: 'My own money' }).element() as HTMLElement).focus();
	await userEvent.keyboard('{ArrowRight}');
	await expect.element(screen.getByRole('radio', { name: 'Company card' })).toBeChecked();
	expect(chosen).toEqual(['company-card']);
});

test('a sheet keeps the focus, closes on Escape and gives the focus back', async () => {
	const opener = await render(Button, { children: text('Add') });
	const button = opener.getByRole('button', { name: 'Add' }).element() as HTMLElement;
	button.focus();
	let closes = 0;
	const screen = await render(Sheet, {
		isOpen: true,
		title: 'Add',
		children: text('Expense'),
		onclose: () => (closes += 1)
	});
	await expect.element(screen.getByRole('dialog', { name: 'Add' })).toBeVisible();
	expect(document.activeElement?.closest('dialog')).not.toBeNull();
	await userEvent.keyboard('{Escape}');
	await expect.element(screen.getByRole('dialog')).not.toBeInTheDocument();
	expect(closes).toBe(1);
	expect(document.activeElement).toBe(button);
});

test('a row says kind, title, status, amount and state, and its amount is never cut off', async () => {
	const props = {
		href: '/expenses/1',
		kind: 'expense',
		title: 'A very long name of a place where somebody bought something',
		detail: 'Draft · Today',
		amountMinor: 425000,
		currency: 'DKK',
		state: 'needs-attention'
	} as const;
	const screen = await render(ListRow, props);
	const row = screen.getByRole('link');
	await expect
		.element(row)
		.toHaveAccessibleName(/Expense.*bought something.*4,250.*Draft.*attention/);
	for (const widthPx of [390, 320]) {
		await page.viewport(widthPx, 844);
		const amount = screen.getByText('4,250').element().getBoundingClientRect();
		expect(amount.right).toBeLessThanOrEqual(widthPx);
		expect(row.element().scrollWidth).toBeLessThanOrEqual(row.element().clientWidth);
	}
});

test('each state has its own word beside its picture', async () => {
	const words = {
		'on-this-device': 'On this device',
		sending: 'Sending',
		sent: 'Sent',
		'needs-attention': 'Needs attention'
	} as const;
	for (const state of Object.keys(words) as (keyof typeof words)[]) {
		const screen = await render(StateMark, { state });
		await expect.element(screen.getByText(words[state])).toBeVisible();
		await screen.unmount();
	}
});

test('approvals are in the dock of approvers only, and say how many wait', async () => {
	const hrefs = { home: '/', trips: '/t', entries: '/e', approvals: '/a', more: '/m' };
	const shared = { current: 'home', hrefs, onadd: () => undefined } as const;
	const worker = await render(Dock, { ...shared, approvalCount: null });
	await expect.element(worker.getByRole('link', { name: /Approvals/ })).not.toBeInTheDocument();
	await expect
		.element(worker.getByRole('link', { name: 'Home' }))
		.toHaveAttribute('aria-current', 'page');
	await worker.unmount();
	const approver = await render(Dock, { ...shared, approvalCount: 3 });
	await expect.element(approver.getByRole('link', { name: 'Approvals 3 waiting' })).toBeVisible();
});

test('a tab that an update has overtaken says so like a page, with one way on', async () => {
	await page.viewport(390, 844);
	const screen = await render(ClosedPage, { app: {} as App, closed: { kind: 'replaced' } });
	const heading = screen.getByRole('heading', { level: 1 });
	await expect.element(heading).toHaveTextContent('Outlay was updated in another tab');
	expect(document.title).toBe('Outlay was updated in another tab · Outlay');
	const button = screen.getByRole('button', { name: 'Load again' });
	const { left, right } = button.element().getBoundingClientRect();
	expect(left).toBe(heading.element().getBoundingClientRect().left);
	expect(right - left).toBeGreaterThan(300);
});
