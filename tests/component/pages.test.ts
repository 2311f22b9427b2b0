import type { Account, App } from '#lib/commands/app.ts';
import { overwriteGetLocale } from '#lib/paraglide/runtime.js';
import { dayOfMs } from '#lib/state/formats.ts';
import { saveForms } from '#lib/state/open-forms.ts';
import { startApp } from '#lib/start.ts';
import { rememberSignedIn } from '#lib/storage/signed-in.ts';
import { checkDocument } from '@outlay/domain/documents';
import type { Setting, SettingBody } from '@outlay/domain/setting';
import type { TransactionBody } from '@outlay/domain/transaction';
import { DOCUMENT_SCHEMAS } from '@outlay/domain/documents';
import { UNTOUCHED_TRIP, type TripBody } from '@outlay/domain/trip';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../src/app.css';
import { createRawSnippet, type Component } from 'svelte';
import ApprovalsLayout from '../../src/routes/(office)/approvals/+layout.svelte';
import ExpensePage from '../../src/routes/(field)/expenses/ExpensePage.svelte';
import MileagePage from '../../src/routes/(field)/trips/MileagePage.svelte';
import PageInApp from './PageInApp.svelte';
import { CAR_RATE } from '../support/car-rate.ts';
import { COMPANY, WORKER, aSubmission, anExpense, ulidOf } from '../support/documents.ts';
import { aSession } from '../support/session.ts';

/* The pages on the real app: storage in IndexedDB, deeds, workers. There is no server, as where there is no signal. */

function setting(body: SettingBody): Setting {
	const at = '2026-01-01T00:00:00.000Z';
	return {
		_id: `setting:${body.name}:2020-01-01`,
		type: 'setting',
		schema: 2,
		companyId: COMPANY,
		ownerId: '',
		createdAt: at,
		updatedAt: at,
		body
	};
}

const SETTINGS = [
	setting({
		name: 'company',
		companyName: 'Nordlys Service',
		companyCode: 'nordlys',
		country: 'DK',
		homeCurrency: 'DKK',
		controllerContact: 'privacy@nordlys.example',
		locationPurpose: null,
		traceRetentionMonths: 3,
		deviceLock: null
	}),
	setting({
		name: 'cost-types',
		costTypes: [
			{ costTypeId: 'meals', labels: { en: 'Meals', da: 'Fortæring' }, needsReceipt: false }
		]
	}),
	setting({
		name: 'mileage-rates',
		state: [CAR_RATE],
		company: [],
		excessIsSalary: false
	})
];

let app: App;
let account: Account;

beforeEach(async () => {
	overwriteGetLocale(() => 'en');
	await page.viewport(390, 844);
	await rememberSignedIn().remember(aSession());
	app = await startApp({ saveForms, onWaiting: () => undefined });
	account = await new Promise<Account>((resolve) => {
		app.account.subscribe((value) => {
			if (value) resolve(value);
		});
	});
	for (const document of SETTINGS) await account.documents.add(document);
});

afterEach(async () => {
	document.body.innerHTML = '';
	await app.sessions.signOut();
});

/** Shows a page in the app. */
function show(Page: unknown, pageProps: Record<string, unknown>) {
	const page = Page as Component<Record<string, unknown>>;
	return render(PageInApp, { app, account, page, pageProps });
}

async function bodyOf(transactionId: string): Promise<TransactionBody | null> {
	return (await account.documents.get('transaction', transactionId))?.document.body ?? null;
}

describe('a new expense', () => {
	async function open() {
		const transactionId = account.deeds.newTransactionId();
		const oncreated = vi.fn();
		const screen = await show(ExpensePage, { transactionId, isNew: true, oncreated });
		return { transactionId, oncreated, screen };
	}

	it('is stored while it is filled in, its amount read however it is grouped', async () => {
		const { transactionId, oncreated, screen } = await open();
		await screen.getByLabelText('Amount').fill('1.234,56');
		await screen.getByLabelText('Bought at').fill('Bistro Møllan');
		await userEvent.tab();
		await expect
			.poll(() => bodyOf(transactionId))
			.toMatchObject({ amountMinor: 123_456, amountText: '', merchant: 'Bistro Møllan' });
		await expect.element(screen.getByLabelText('Amount')).toHaveValue('1,234.56');
		await expect.element(screen.getByText(/^Saved on this device/)).toBeVisible();
		expect(oncreated).toHaveBeenCalledOnce();
	});

	it('keeps an amount nobody can read, and says how to type it', async () => {
		const { transactionId, screen } = await open();
		await screen.getByLabelText('Amount').fill('about twelve');
		await userEvent.tab();
		await expect.element(screen.getByText(/not readable as an amount/)).toBeVisible();
		await expect
			.poll(() => bodyOf(transactionId))
			.toMatchObject({ amountMinor: null, amountText: 'about twelve' });
		await expect.element(screen.getByLabelText('Amount')).toHaveValue('about twelve');
	});

	it('stores a card number unreadable, keeps it on the screen, and stores everything else as typed', async () => {
		const { transactionId, screen } = await open();
		await screen.getByLabelText('Purpose').fill('Paid with 4111 1111 1111 1111');
		await screen.getByLabelText('Bought at').fill('Byggemarkedet');
		await userEvent.tab();
		await expect.element(screen.getByText(/looks like a card number/)).toBeVisible();
		await expect
			.poll(() => bodyOf(transactionId))
			.toMatchObject({ merchant: 'Byggemarkedet', purpose: 'Paid with •••• •••• •••• ••••' });
		await expect
			.element(screen.getByLabelText('Purpose'))
			.toHaveValue('Paid with 4111 1111 1111 1111');
	});

	it('only warns about bare digits that fit a card or an ID number, and stores them as typed', async () => {
		const { transactionId, screen } = await open();
		const warning = screen.getByText(/could be somebody’s ID number or a card number/);
		for (const purpose of ['Seals 4111111111111111', 'Pump 2110625629']) {
			await screen.getByLabelText('Purpose').fill(purpose);
			await userEvent.tab();
			await expect.element(warning).toBeVisible();
			await expect.element(screen.getByText(/This looks like/)).not.toBeInTheDocument();
			await expect.poll(() => bodyOf(transactionId)).toMatchObject({ purpose });
		}
	});

	it('says what is missing when it is submitted, and goes there', async () => {
		const { screen } = await open();
		const submit = screen.getByRole('button', { name: 'Submit' });
		await submit.click();
		await expect.element(screen.getByLabelText('Amount')).toHaveFocus();
		await expect.element(screen.getByRole('alert')).toHaveTextContent('Type the amount.');
		await screen.getByLabelText('Amount').fill('42');
		await submit.click();
		await expect.element(screen.getByLabelText('Cost type')).toHaveFocus();
	});

	it('refuses a text file called .jpg in words and keeps the draft', async () => {
		const { transactionId, screen } = await open();
		await screen.getByLabelText('Bought at').fill('Kiosk');
		const chooser = screen.container.querySelector<HTMLInputElement>('input[type=file][multiple]');
		if (chooser === null) throw new Error('no file chooser');
		await userEvent.upload(chooser, new File(['no picture'], 'x.jpg', { type: 'image/jpeg' }));
		await expect.element(screen.getByText(/not a picture or a PDF/)).toBeVisible();
		await expect
			.poll(() => bodyOf(transactionId))
			.toMatchObject({ merchant: 'Kiosk', receiptIds: [] });
	});

	it('turns to reading once it is submitted, and back when it is taken back', async () => {
		const { transactionId, screen } = await open();
		await account.deeds.saveExpense(transactionId, {
			amountMinor: 4200,
			costTypeId: 'meals',
			purpose: 'Lunch'
		});
		await expect.element(screen.getByLabelText('Amount')).toHaveValue('42.00');
		await screen.getByRole('button', { name: 'Submit' }).click();
		await expect.element(screen.getByText('You submitted')).toBeVisible();
		await screen.getByRole('button', { name: 'Take back' }).click();
		await expect.element(screen.getByLabelText('Amount')).toHaveValue('42.00');
		await expect.element(screen.getByText('You took it back')).toBeVisible();
	});
});

it('says so when an expense is not there', async () => {
	const screen = await show(ExpensePage, { transactionId: account.deeds.newTransactionId() });
	await expect.element(screen.getByText('This expense is not here')).toBeVisible();
});

describe('a typed drive', () => {
	it('is stored in metres, with its amount and where the rate comes from', async () => {
		const transactionId = account.deeds.newTransactionId();
		const screen = await show(MileagePage, { transactionId, isNew: true });
		await screen.getByLabelText('Distance in km').fill('64,6');
		await screen.getByLabelText('From').fill('Odense');
		await userEvent.tab();
		await expect
			.poll(() => bodyOf(transactionId))
			.toMatchObject({ distanceM: 64_600, distanceSource: 'typed', drivenOn: dayOfMs(Date.now()) });
		await expect.element(screen.getByText('64.6 km × 3.94 DKK')).toBeVisible();
		await expect.element(screen.getByText('Unverified')).toBeVisible();
	});
});

describe('a typed drive between places', () => {
	const place = (id: string, name: string, latitude: number, home = false) => ({
		id,
		name,
		address: '',
		latitude,
		longitude: 10,
		home
	});
	beforeEach(async () => {
		await account.deeds.keepOwn('places', place('home', 'Home', 55, true));
		await account.deeds.keepOwn('places', place('pump', 'Pump 4', 55.1));
		await account.deeds.keepOwn('vehicles', {
			id: 'bike',
			vehicle: 'bicycle',
			vehicleOwner: 'own',
			licencePlate: '',
			name: 'Blue one'
		});
	});

	async function open() {
		const transactionId = account.deeds.newTransactionId();
		const screen = await show(MileagePage, { transactionId, isNew: true });
		await screen.getByLabelText('From', { exact: true }).fill('home');
		await screen.getByLabelText('To', { exact: true }).fill('Pump 4');
		await userEvent.tab();
		return { transactionId, screen };
	}

	it('is estimated where nobody knows the roads, must be confirmed, and holds no position', async () => {
		const { transactionId, screen } = await open();
		await expect.element(screen.getByText('14.5 km is an estimate')).toBeVisible();
		await screen.getByLabelText('Purpose').fill('Repair');
		await screen.getByRole('button', { name: 'Submit' }).click();
		await expect
			.element(screen.getByRole('alert'))
			.toHaveTextContent('The distance is an estimate.');
		await screen.getByRole('button', { name: 'Confirm 14.5 km' }).click();
		await expect
			.poll(() => bodyOf(transactionId))
			.toMatchObject({
				from: 'Home',
				fromPoint: { kind: 'own-place', placeId: 'home' },
				distanceSource: 'straight-estimate',
				isEstimateConfirmed: true,
				vehicle: 'bicycle',
				vehicleId: 'bike'
			});
		expect(JSON.stringify(await bodyOf(transactionId))).not.toMatch(/latitude|longitude/);
	});

	it('follows its places: back doubles it, and without a known place it is asked for', async () => {
		const { transactionId, screen } = await open();
		const body = () => bodyOf(transactionId);
		await expect.poll(body).toMatchObject({ legs: [{ source: 'straight-estimate' }] });
		await screen.getByRole('button', { name: 'There and back' }).click();
		await expect.poll(body).toMatchObject({ isReturn: true, distanceM: 28_944 });
		await screen.getByRole('button', { name: 'Add a stop' }).click();
		await screen.getByLabelText('Stop 1', { exact: true }).fill('A friend 211062-5629');
		await userEvent.tab();
		await expect.poll(body).toMatchObject({
			vias: [{ name: 'A friend ••••••-••••' }],
			distanceM: null,
			distanceSource: 'typed',
			legs: []
		});
		await expect.element(screen.getByText(/is not known here/)).toBeVisible();
		await screen.getByText('This is not an ID number').click();
		await expect.poll(body).toMatchObject({ vias: [{ name: 'A friend 211062-5629' }] });
		await screen.getByRole('button', { name: 'Remove stop 1' }).click();
		await expect.poll(body).toMatchObject({ vias: [], distanceM: 28_944 });
	});

	it('what was typed stays when a place changes', async () => {
		const { transactionId, screen } = await open();
		await screen.getByText('Type it').first().click();
		await screen.getByLabelText('Distance in km').fill('20');
		await screen.getByRole('button', { name: 'There and back' }).click();
		await expect
			.poll(() => bodyOf(transactionId))
			.toMatchObject({
				isReturn: true,
				distanceM: 20_000,
				distanceSource: 'typed',
				legs: []
			});
	});

	it('is driven again in one tap, with nothing in it that a drive does not have', async () => {
		const way = { from: 'Home', fromPoint: null, to: 'Depot', toPoint: null, isReturn: true };
		await account.deeds.keepOwn('favouriteTrips', {
			id: 'f',
			...way,
			vias: [{ id: 'v', name: 'Store', point: null }],
			purpose: 'Parts'
		});
		const transactionId = account.deeds.newTransactionId();
		const screen = await show(MileagePage, { transactionId, isNew: true });
		await screen.getByRole('button', { name: 'Home ⇄ Store ⇄ Depot' }).click();
		await expect
			.poll(() => bodyOf(transactionId))
			.toMatchObject({ ...way, vias: [{ name: 'Store' }], purpose: 'Parts' });
		const stored = await account.documents.get('transaction', transactionId);
		expect(checkDocument({ ...stored?.document })).toMatchObject({ ok: true });
	});

	it('asks for no position while the company has recorded no purpose', async () => {
		const { screen } = await open();
		const read = vi.spyOn(navigator.geolocation, 'watchPosition');
		try {
			await screen.getByLabelText('To', { exact: true }).click();
			await screen.getByText('Where I am now').last().click();
			await expect.element(screen.getByRole('alert')).toBeVisible();
			expect(read).not.toHaveBeenCalled();
		} finally {
			read.mockRestore();
		}
	});

	it('is read from the odometer', async () => {
		const { transactionId, screen } = await open();
		await screen.getByText('Odometer').first().click();
		await screen.getByLabelText('Odometer at the start, km').fill('64 210');
		await screen.getByLabelText('Odometer at the end, km').fill('64 200');
		await expect.element(screen.getByText(/shows less at the end/)).toBeVisible();
		await screen.getByLabelText('Odometer at the end, km').fill('64 225');
		await userEvent.tab();
		await expect
			.poll(() => bodyOf(transactionId))
			.toMatchObject({
				distanceM: 15_000,
				distanceSource: 'odometer',
				odometerStartKm: 64_210,
				odometerEndKm: 64_225
			});
	});
});

describe('a trip too short to be paid', () => {
	const tripId = `trip:${WORKER}:${ulidOf(1)}`;
	const transactionId = `transaction:${WORKER}:${ulidOf(1)}`;
	const fixes = `trace:${WORKER}:${ulidOf(1)}:0`;

	async function record(state: TripBody['state']): Promise<void> {
		const at = '2026-03-02T08:00:00.000Z';
		const startedAtMs = Date.parse(at);
		const stoppedAtMs = state === 'stopped' ? startedAtMs + 60_000 : null;
		const envelope = {
			schema: 1,
			companyId: COMPANY,
			ownerId: WORKER,
			createdAt: at,
			updatedAt: at
		};
		await account.documents.add({
			_id: tripId,
			type: 'trip',
			...envelope,
			schema: DOCUMENT_SCHEMAS.trip.version,
			body: {
				...UNTOUCHED_TRIP,
				gapFills: [],
				state,
				startedAtMs,
				stoppedAtMs,
				distanceM: stoppedAtMs === null ? null : 12,
				distanceLowM: null,
				distanceHighM: null,
				distanceMethod: null,
				gaps: [],
				fixCount: 1,
				events: [{ deed: 'start', atMs: startedAtMs }],
				fixesSha256: null
			}
		});
		await account.documents.add({
			_id: fixes,
			type: 'trace',
			...envelope,
			body: { tripId, n: 0, isOpen: false, fixes: [[startedAtMs, 55.4, 10.4, 5, null, null]] }
		});
	}

	it('goes with its fixes and its draft', async () => {
		await record('stopped');
		await account.deeds.saveMileage(transactionId, { tripId });
		expect(await account.deeds.discardTrip(tripId)).toMatchObject({ ok: true });
		expect(await account.documents.get('trip', tripId)).toBeNull();
		expect(await account.documents.get('trace', fixes)).toBeNull();
		expect(await bodyOf(transactionId)).toBeNull();
	});

	it('stays while it is being recorded', async () => {
		await record('recording');
		expect(await account.deeds.discardTrip(tripId)).toMatchObject({
			refusal: { code: 'trip.still_recording' }
		});
		expect(await account.documents.get('trip', tripId)).not.toBeNull();
	});
});

describe('approvals', () => {
	it('ask for a reason before declining, and mark what is not sent', async () => {
		const submission = aSubmission(
			1,
			{ subjectId: `transaction:manager9:${'0'.repeat(26)}`, snapshot: anExpense() },
			'manager9'
		);
		await account.documents.add(submission);
		const screen = await show(ApprovalsLayout, {
			children: createRawSnippet(() => ({ render: () => '<span></span>' }))
		});
		await screen.getByLabelText(/Select Byggemarkedet/).click();
		await screen.getByRole('button', { name: 'Decline…' }).first().click();
		const dialog = screen.getByRole('dialog');
		await dialog.getByRole('button', { name: 'Decline' }).click();
		await expect.element(dialog.getByText(/Say why/)).toBeVisible();
		await dialog.getByLabelText('Reason').fill('Guest name is missing');
		await dialog.getByRole('button', { name: 'Decline' }).click();
		await expect.element(screen.getByText('Nothing waits for you').first()).toBeVisible();
		await screen.getByText('Decided', { exact: true }).click();
		await expect.element(screen.getByText(/not sent yet/).first()).toBeVisible();
	});
});
