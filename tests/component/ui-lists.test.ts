import { beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { Component } from 'svelte';
import CloudOff from '@lucide/svelte/icons/cloud-off';
import type { Refusal } from '@outlay/domain/refusal';
import { emptyMileage } from '@outlay/domain/transaction';
import type { Account, App } from '#lib/commands/app.ts';
import type { QueueEntry, SyncStatus } from '#lib/commands/ports.ts';
import { overwriteGetLocale } from '#lib/paraglide/runtime.js';
import {
	formatBytesOf,
	formatDay,
	formatDuration,
	formatKilometres,
	formatTime
} from '#lib/state/formats.ts';
import { monthOf, monthsUpTo, needsHand, summaryOf } from '#lib/state/month-summary.ts';
import { tableOf, type OverviewFilter } from '#lib/state/overview-table.ts';
import { PAGE, approvalPath, isRootPage, placeOf, transactionPath } from '#lib/state/page-paths.ts';
import { byTransaction } from '#lib/state/queue-groups.ts';
import { refusalWords } from '#lib/state/refusal-words.ts';
import { syncViewOf } from '#lib/state/sync-status.svelte.ts';
import type { TransactionRow } from '#lib/state/transaction-row.ts';
import { LiveValue } from '#lib/storage/live-value.ts';
import EmptyEntries from '../../src/routes/EmptyEntries.svelte';
import EntriesPage from '../../src/routes/entries/+page.svelte';
import StatusCard from '../../src/routes/sync/StatusCard.svelte';
import { CAR_RATE } from '../support/car-rate.ts';
import { aTransaction } from '../support/documents.ts';
import PageInApp from './PageInApp.svelte';

let locale: 'en' | 'da' = 'en';
beforeEach(() => {
	locale = 'en';
	overwriteGetLocale(() => locale);
});

const row = (change: Partial<TransactionRow>): TransactionRow => ({
	id: 'transaction:jonas:1',
	kind: 'expense',
	title: 'Bistro',
	amountMinor: 10_000,
	currency: 'DKK',
	day: '2025-11-19',
	createdAt: '2025-11-19T12:00:00.000Z',
	status: 'draft',
	isStatusUnsent: false,
	state: 'sent',
	declinedReason: null,
	refusal: null,
	paidWith: 'own-money',
	costTypeId: 'meals',
	receiptCount: 1,
	distanceM: null,
	isReadOnly: false,
	...change
});

test('a month adds up its own currency, keeps others apart and knows what comes back', () => {
	const summary = summaryOf(
		[
			row({ status: 'waiting' }),
			row({ status: 'approved', paidWith: 'company-card', amountMinor: 5_000 }),
			row({ status: 'approved', amountMinor: 2_500 }),
			row({ currency: 'SEK', amountMinor: 48_600 }),
			row({ status: 'declined', amountMinor: 700 }),
			row({ kind: 'mileage', amountMinor: null, currency: '', distanceM: 64_600 })
		],
		'DKK'
	);
	expect(summary).toMatchObject({
		totalMinor: 18_200,
		foreign: [{ currency: 'SEK', amountMinor: 48_600 }],
		comesBackMinor: 12_500,
		waitingMinor: 10_000,
		approvedMinor: 7_500,
		handMinor: 700,
		handCount: 1,
		itemCount: 6,
		distanceM: 64_600
	});
});

test('months run back over the new year, and an entry without a day counts where it was made', () => {
	expect(monthsUpTo('2026-02', 4)).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
	expect(monthOf(row({ day: null }))).toBe('2025-11');
});

test('what the server refused needs a hand, whatever its status', () => {
	expect(needsHand(row({ refusal: { code: 'rate.missing' } }))).toBe(true);
	expect(needsHand(row({ status: 'waiting' }))).toBe(false);
});

const everything: OverviewFilter = {
	search: '',
	period: 'all',
	kind: 'all',
	status: 'all',
	paidWith: 'all'
};

test('the table is narrowed by every filter and sorted by every column, equal rows newest first', () => {
	const rows = [
		row({ id: 'a', title: 'Hotel', amountMinor: 300, day: '2025-10-02', costTypeId: 'hotel' }),
		row({ id: 'b', title: 'bistro', amountMinor: 48_600, status: 'approved' }),
		row({
			id: 'c',
			title: 'Parking',
			amountMinor: 300,
			paidWith: 'company-card',
			createdAt: '2025-11-20T12:00:00.000Z'
		})
	];
	const names = (id: string | null) => (id === 'hotel' ? 'Overnight' : 'Meals');
	const ids = (filter: Partial<OverviewFilter>, column = 'day' as const) =>
		tableOf(rows, { ...everything, ...filter }, { column, isAscending: false }, names).map(
			({ id }) => id
		);
	expect(ids({})).toEqual(['c', 'b', 'a']);
	expect(ids({ search: 'BIST' })).toEqual(['b']);
	expect(ids({ search: 'overn' })).toEqual(['a']);
	expect(ids({ search: '486,0' })).toEqual(['b']);
	expect(ids({ period: '2025-10' })).toEqual(['a']);
	expect(ids({ status: 'approved' })).toEqual(['b']);
	expect(ids({ paidWith: 'company-card' })).toEqual(['c']);
	expect(
		tableOf(rows, everything, { column: 'amount', isAscending: true }, names).map(({ id }) => id)
	).toEqual(['c', 'a', 'b']);
	expect(
		tableOf(rows, everything, { column: 'title', isAscending: true }, names).map(({ id }) => id)
	).toEqual(['b', 'a', 'c']);
});

test('the queue is told by entry: what is on its way apart from what was refused', () => {
	const refusal: Refusal = { code: 'submission.amount_differs' };
	const entry = (change: Partial<QueueEntry>): QueueEntry => ({
		documentId: 'x',
		subjectId: 't1',
		part: 'entry',
		state: 'waiting',
		sentBytes: 0,
		totalBytes: 0,
		refusal: null,
		...change
	});
	const groups = byTransaction([
		entry({ documentId: 'd1' }),
		entry({ documentId: 's1', part: 'submission', state: 'refused', refusal }),
		entry({
			documentId: 'p1',
			subjectId: 't2',
			part: 'photo',
			state: 'sending',
			sentBytes: 5,
			totalBytes: 9
		}),
		entry({ documentId: 'p2', part: 'photo', totalBytes: 4 })
	]);
	expect(groups.map(({ subjectId, isSending }) => [subjectId, isSending])).toEqual([
		['t2', true],
		['t1', false],
		['t1', false]
	]);
	expect(groups[1]).toMatchObject({ parts: ['entry', 'photo'], totalBytes: 4, refusal: null });
	expect(groups[2]).toMatchObject({ refusal, refusedIds: ['s1'] });
});

test('the sync state is said in words, with how much waits', () => {
	expect(syncViewOf({ state: 'offline', unsentCount: 3 }).words).toBe('Offline · 3 to send');
	expect(syncViewOf({ state: 'offline', unsentCount: 0 }).words).toBe('Offline');
	expect(
		syncViewOf({ state: 'sending', unsentCount: 2, sentCount: 1, sentBytes: 1, totalBytes: 4 })
	).toMatchObject({ words: 'Sending 2 of 3', fraction: 0.25 });
	expect(syncViewOf({ state: 'up-to-date', atMs: null }).words).toBe('Up to date');
	expect(syncViewOf({ state: 'fetching', doneCount: 2500, totalCount: 10_000 })).toMatchObject({
		words: 'Fetching 2,500 of 10,000',
		fraction: 0.25
	});
	expect(syncViewOf({ state: 'fetching', doneCount: 0, totalCount: null })).toMatchObject({
		words: 'Fetching',
		fraction: null
	});
});

/** Any component, as `PageInApp` takes it. */
const pageOf = (component: unknown) => component as Component<Record<string, unknown>>;

test('a list that is still fetched is not called empty', async () => {
	const status = new LiveValue<SyncStatus>({ state: 'fetching', doneCount: 0, totalCount: null });
	const account = { sync: { status } } as unknown as Account;
	const app = {} as App;
	void render(PageInApp, {
		app,
		account,
		page: pageOf(EmptyEntries),
		pageProps: { icon: CloudOff, title: 'Nothing here yet', words: 'Press +.' }
	});
	await expect.element(page.getByRole('heading')).toHaveTextContent('Fetching your entries');
	status.set({ state: 'up-to-date', atMs: null });
	await expect.element(page.getByRole('heading')).toHaveTextContent('Nothing here yet');
});

test("a list waits for the company's rates: a drive shows its amount at once or not at all", async () => {
	const settings = new LiveValue<unknown>();
	const drive = { ...emptyMileage({ day: '2026-01-15', country: 'DK' }), distanceM: 10_000 };
	const stored = { document: aTransaction(1), unsentSinceMs: null, isReadOnly: false };
	stored.document.body = { ...drive, from: 'Odense', to: 'Kolding' };
	const lists: Record<string, LiveValue<unknown>> = {
		transaction: new LiveValue<unknown>([stored]),
		setting: settings
	};
	const account = {
		documents: { watchNewest: (type: string) => lists[type] ?? new LiveValue<unknown>([]) },
		deeds: { kilometresOfYear: () => Promise.resolve(null) },
		sync: {
			status: new LiveValue<SyncStatus>({ state: 'up-to-date', atMs: null }),
			itemStates: new LiveValue(new Map()),
			queue: new LiveValue([])
		}
	} as unknown as Account;
	void render(PageInApp, {
		app: {} as App,
		account,
		page: pageOf(EntriesPage),
		pageProps: {}
	});
	await expect.element(page.getByRole('heading', { name: 'Entries' })).toBeVisible();
	expect(page.getByRole('link', { name: /Odense/ }).elements()).toEqual([]);
	const rates = { name: 'mileage-rates', state: [CAR_RATE], company: [], excessIsSalary: false };
	const document = { _id: 'setting:mileage-rates:2020-01-01', type: 'setting', body: rates };
	settings.set([{ document, unsentSinceMs: null, isReadOnly: false }]);
	const row = page.getByRole('link', { name: /Odense/ });
	await expect.element(row).toHaveTextContent(/DKK/);
});

const appThat = (canSendWhenClosed: boolean) => ({ canSendWhenClosed }) as App;

test('where nothing is sent once the app is closed, it says so with how much is left', async () => {
	const status = new LiveValue<SyncStatus>({ state: 'offline', unsentCount: 3 });
	const account = { sync: { status } } as unknown as Account;
	const shown = (canSendWhenClosed: boolean) =>
		render(PageInApp, {
			app: appThat(canSendWhenClosed),
			account,
			page: pageOf(StatusCard),
			pageProps: { onTheWay: [] }
		});
	const card = await shown(false);
	await expect.element(page.getByText(/Keep the app open until it is sent: 3 left/)).toBeVisible();
	status.set({ state: 'up-to-date', atMs: null });
	await expect.element(page.getByText(/Keep the app open/)).not.toBeInTheDocument();
	await card.unmount();
	status.set({ state: 'offline', unsentCount: 3 });
	await shown(true);
	await expect.element(page.getByRole('heading')).toHaveTextContent('Offline · 3 to send');
	await expect.element(page.getByText(/Keep the app open/)).not.toBeInTheDocument();
});

test('days, distances and bytes are said the way of the language', () => {
	const now = new Date(2025, 10, 20, 14, 5).getTime();
	expect(formatDay('2025-11-20', now)).toBe('Today');
	expect(formatDay('2025-11-19', now)).toBe('Yesterday');
	expect(formatDay('2025-11-17', now)).toBe('Mon 17 Nov');
	expect(formatDay('2025-11-02', now)).toBe('2 Nov');
	expect(formatDay('2024-11-02', now)).toBe('2 Nov 2024');
	expect(formatTime(now)).toBe('14:05');
	expect(formatDuration(1_906_000)).toBe('0:31:46');
	expect(formatBytesOf(1_300_000, 2_100_000)).toBe('1.3 of 2.1\u00a0MB');
	locale = 'da';
	expect(formatDay('2025-11-17', now)).toBe('man. 17. nov.');
	expect(formatTime(now)).toBe('14:05');
	expect(formatKilometres(64_600)).toBe('64,6');
	expect(formatBytesOf(23e6, 2e9)).toBe('23,0\u00a0MB af 2,0\u00a0GB');
});

test('an unknown refusal is told with its code, a known one with what to do', () => {
	expect(refusalWords({ code: 'expense.receipt_missing' })).toContain('photo of the receipt');
	expect(refusalWords({ code: 'document.shape' })).toContain('document.shape');
});

test('addresses of entries hold no person, and every place knows its pages', () => {
	expect(transactionPath('transaction:jonas:01abc', 'expense')).toBe('/expenses/01abc');
	expect(transactionPath('transaction:jonas:01abc', 'mileage')).toBe('/trips/01abc');
	expect(approvalPath('submission:freja:01abc')).toBe('/approvals/freja/01abc');
	expect(placeOf('/expenses/01abc')).toBe('entries');
	expect(placeOf(PAGE.recordTrip)).toBe('trips');
	expect(isRootPage(PAGE.trips)).toBe(true);
	expect(isRootPage(PAGE.recordTrip)).toBe(false);
});
