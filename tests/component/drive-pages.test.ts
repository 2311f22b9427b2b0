import { dayOfMs } from '#lib/state/formats.ts';
import { checkDocument } from '@outlay/domain/document-schemas';
import { DOCUMENT_VERSIONS } from '@outlay/domain/documents';
import { UNTOUCHED_TRIP } from '@outlay/domain/untouched-trip';
import type { TripBody } from '@outlay/domain/trip';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import MileagePage from '../../src/routes/(field)/trips/MileagePage.svelte';
import { COMPANY, WORKER, ulidOf } from '../support/documents.ts';
import { pagesInApp } from './pages-in-app.ts';

const pages = pagesInApp();

describe('a typed drive', () => {
	it('is stored in metres, with its amount and where the rate comes from', async () => {
		const transactionId = pages.account.deeds.newTransactionId();
		const screen = await pages.show(MileagePage, { transactionId, isNew: true });
		await screen.getByLabelText('Distance in km').fill('64,6');
		await screen.getByLabelText('From').fill('Odense');
		await userEvent.tab();
		await expect
			.poll(() => pages.bodyOf(transactionId))
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
		await pages.account.deeds.keepOwn('places', place('home', 'Home', 55, true));
		await pages.account.deeds.keepOwn('places', place('pump', 'Pump 4', 55.1));
		await pages.account.deeds.keepOwn('vehicles', {
			id: 'bike',
			vehicle: 'bicycle',
			vehicleOwner: 'own',
			licencePlate: '',
			name: 'Blue one'
		});
	});

	async function open() {
		const transactionId = pages.account.deeds.newTransactionId();
		const screen = await pages.show(MileagePage, { transactionId, isNew: true });
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
			.poll(() => pages.bodyOf(transactionId))
			.toMatchObject({
				from: 'Home',
				fromPoint: { kind: 'own-place', placeId: 'home' },
				distanceSource: 'straight-estimate',
				isEstimateConfirmed: true,
				vehicle: 'bicycle',
				vehicleId: 'bike'
			});
		expect(JSON.stringify(await pages.bodyOf(transactionId))).not.toMatch(/latitude|longitude/);
	});

	it('follows its places: back doubles it, and without a known place it is asked for', async () => {
		const { transactionId, screen } = await open();
		const body = () => pages.bodyOf(transactionId);
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
			.poll(() => pages.bodyOf(transactionId))
			.toMatchObject({
				isReturn: true,
				distanceM: 20_000,
				distanceSource: 'typed',
				legs: []
			});
	});

	it('is driven again in one tap, with nothing in it that a drive does not have', async () => {
		const way = { from: 'Home', fromPoint: null, to: 'Depot', toPoint: null, isReturn: true };
		await pages.account.deeds.keepOwn('favouriteTrips', {
			id: 'f',
			...way,
			vias: [{ id: 'v', name: 'Store', point: null }],
			purpose: 'Parts'
		});
		const transactionId = pages.account.deeds.newTransactionId();
		const screen = await pages.show(MileagePage, { transactionId, isNew: true });
		await screen.getByRole('button', { name: 'Home ⇄ Store ⇄ Depot' }).click();
		await expect
			.poll(() => pages.bodyOf(transactionId))
			.toMatchObject({ ...way, vias: [{ name: 'Store' }], purpose: 'Parts' });
		const stored = await pages.account.documents.get('transaction', transactionId);
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
			.poll(() => pages.bodyOf(transactionId))
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
		await pages.account.documents.add({
			_id: tripId,
			type: 'trip',
			...envelope,
			schema: DOCUMENT_VERSIONS.trip,
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
		await pages.account.documents.add({
			_id: fixes,
			type: 'trace',
			...envelope,
			body: { tripId, n: 0, isOpen: false, fixes: [[startedAtMs, 55.4, 10.4, 5, null, null]] }
		});
	}

	it('goes with its fixes and its draft', async () => {
		await record('stopped');
		await pages.account.deeds.saveMileage(transactionId, { tripId });
		expect(await pages.account.deeds.discardTrip(tripId)).toMatchObject({ ok: true });
		expect(await pages.account.documents.get('trip', tripId)).toBeNull();
		expect(await pages.account.documents.get('trace', fixes)).toBeNull();
		expect(await pages.bodyOf(transactionId)).toBeNull();
	});

	it('stays while it is being recorded', async () => {
		await record('recording');
		expect(await pages.account.deeds.discardTrip(tripId)).toMatchObject({
			refusal: { code: 'trip.still_recording' }
		});
		expect(await pages.account.documents.get('trip', tripId)).not.toBeNull();
	});
});
