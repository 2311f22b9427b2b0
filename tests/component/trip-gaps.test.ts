import { DOCUMENT_VERSIONS } from '@outlay/domain/documents';
import type { Trip } from '@outlay/domain/trip';
import { describe, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import MileagePage from '../../src/routes/(field)/trips/MileagePage.svelte';
import { CAR_RATE } from '../support/car-rate.ts';
import { expectAccessible } from '../support/accessible.ts';
import { COMPANY, WORKER, aTripBody, ulidOf } from '../support/documents.ts';
import { pagesInApp } from './pages-in-app.ts';

/* What a person does about a recording with holes, on the real app, without a server. */

const tripId = `trip:${WORKER}:${ulidOf(1)}`;
const transactionId = `transaction:${WORKER}:${ulidOf(1)}`;
const startedAtMs = Date.parse('2026-03-02T13:00:00.000Z');
const envelope = {
	companyId: COMPANY,
	ownerId: WORKER,
	createdAt: '2026-03-02T13:00:00.000Z',
	updatedAt: '2026-03-02T13:20:00.000Z'
};

const pages = pagesInApp([]);

/** A drive east at 20 m/s, 400 s long; the page slept from 150 s to 250 s and the car went on. */
async function drive(): Promise<void> {
	const trip: Trip = {
		_id: tripId,
		type: 'trip',
		schema: DOCUMENT_VERSIONS.trip,
		...envelope,
		body: aTripBody({
			startedAtMs,
			stoppedAtMs: startedAtMs + 400_000,
			distanceM: null,
			...{ fixCount: 299, fixesSha256: null },
			events: [
				{ deed: 'start', atMs: startedAtMs },
				{ deed: 'sleep', atMs: startedAtMs + 150_000 },
				{ deed: 'wake', atMs: startedAtMs + 250_000 },
				{ deed: 'stop', atMs: startedAtMs + 400_000 }
			]
		})
	};
	await pages.account.documents.add(trip);
	await pages.account.documents.add({
		_id: `trace:${WORKER}:${ulidOf(1)}:0`,
		type: 'trace',
		schema: DOCUMENT_VERSIONS.trace,
		...envelope,
		body: {
			tripId,
			n: 0,
			isOpen: false,
			fixes: Array.from({ length: 400 }, (_, s): [number, number, number, number, number, null] => [
				startedAtMs + s * 1000,
				55.4,
				10 + s * 3.14e-4,
				5,
				20,
				null
			]).filter((_, s) => s < 150 || s > 250)
		}
	});
	// As after a kill between Stop and measuring.
	await pages.account.deeds.saveMileage(transactionId, { tripId, distanceSource: 'recorded' });
	expect(await pages.account.deeds.saveOdometer(tripId, {})).toMatchObject({ ok: true });
}

const show = () => pages.show(MileagePage, { transactionId });

/** What the person said of the gap, as the page shows it. */
const chosen = () =>
	[...document.querySelectorAll<HTMLInputElement>('input[type=radio]:checked')]
		.map(({ value }) => value)
		.filter((value) => ['straight', 'via', 'road', 'odometer', 'typed'].includes(value));

const mileage = () => pages.mileageOf(transactionId);

async function tripBody() {
	return (await pages.account.documents.get('trip', tripId))!.document.body;
}

describe('a recording that paused on the way', () => {
	it('says from when to when, and counts through the points the person puts on the map', async () => {
		await drive();
		const straight = await mileage();
		expect(straight.distanceM).toBeGreaterThan(7_800);
		expect(straight.distanceLowM).toBeLessThan(straight.distanceM!);
		const screen = await show();
		await expect
			.element(screen.getByRole('heading', { name: /^Recording paused \d\d:\d\d–\d\d:\d\d$/ }))
			.toBeVisible();
		await expect.element(screen.getByText(/2\.0 km in a straight line/)).toBeVisible();
		// Nothing is accepted for the person.
		expect(chosen()).toEqual([]);
		await expectAccessible();

		await screen.getByRole('radio', { name: /Add a point you passed/ }).click();
		const dialog = screen.getByRole('dialog', { name: 'Points you passed' });
		await dialog.getByRole('button', { name: 'Measure through these' }).click();
		await expect.element(screen.getByText('Press the map where you drove first.')).toBeVisible();
		await expect.poll(chosen).toEqual([]);

		await screen.getByRole('radio', { name: /Add a point you passed/ }).click();
		const map = dialog.getByRole('group', { name: 'Map of the route' });
		await expect.poll(() => map.element().querySelectorAll('canvas').length).toBeGreaterThan(0);
		const sheet = map.element();
		// North of the gap: a detour.
		await userEvent.click(sheet, {
			position: { x: sheet.clientWidth / 2, y: sheet.clientHeight / 4 }
		});
		await expect.element(dialog.getByText(/^Point 1/)).toBeVisible();
		await expectAccessible();
		await dialog.getByRole('button', { name: 'Measure through these' }).click();
		await expect.element(screen.getByText(/km through your points/)).toBeVisible();
		// The draft follows the trip in a write of its own.
		await expect
			.poll(async () => (await mileage()).distanceM)
			.toBeGreaterThan(straight.distanceM! + 100);
		const filled = await mileage();
		expect(filled.distanceHighM).toBeGreaterThanOrEqual(filled.distanceM!);
		expect((await tripBody()).gapFills).toMatchObject([{ by: 'via', source: '' }]);

		await screen.getByRole('radio', { name: /Accept the straight/ }).click();
		await expect.poll(async () => (await mileage()).distanceM).toBe(straight.distanceM);
		expect((await tripBody()).gapFills).toMatchObject([{ by: 'straight' }]);
		await expect.poll(chosen).toEqual(['straight']);
	});

	it('says what to do where no roads are known, and leaves the distance', async () => {
		await drive();
		const before = await mileage();
		const screen = await show();
		await screen.getByRole('radio', { name: /Route by road/ }).click();
		await expect
			.element(screen.getByText(/No roads of this place are on this device/))
			.toBeVisible();
		await expect.poll(chosen).toEqual([]);
		expect(await mileage()).toEqual(before);
	});

	it('can be paid by the odometer, once both readings say something', async () => {
		await drive();
		const recorded = await mileage();
		const screen = await show();
		await screen.getByRole('radio', { name: /Type the odometer/ }).click();
		const start = screen.getByLabelText('Odometer at start, km');
		await expect.element(start).toHaveFocus();
		await start.fill('48 210');
		await screen.getByLabelText('Odometer at end, km').fill('48,200');
		await userEvent.tab();
		await expect.element(screen.getByText(/must show more than at the start/)).toBeVisible();
		expect((await mileage()).distanceM).toBe(recorded.distanceM);
		await screen.getByLabelText('Odometer at end, km').fill('48.222');
		await userEvent.tab();
		await expect
			.poll(() => mileage())
			.toMatchObject({
				distanceM: 12_000,
				distanceSource: 'odometer',
				distanceLowM: 11_000,
				distanceHighM: 13_000
			});
		await expect.element(screen.getByText('by the odometer')).toBeVisible();
	});

	it('is not submitted while the odometer says something else and nobody says why', async () => {
		await drive();
		await pages.account.deeds.saveOdometer(tripId, { startM: 48_210_000, endM: 48_222_000 });
		await pages.account.deeds.saveMileage(transactionId, { from: 'A', to: 'B', purpose: 'Pump' });
		await pages.account.documents.add({
			_id: 'setting:mileage-rates:2020-01-01',
			type: 'setting',
			schema: DOCUMENT_VERSIONS.setting,
			...envelope,
			ownerId: '',
			body: {
				name: 'mileage-rates',
				state: [CAR_RATE],
				company: [],
				excessIsSalary: false
			}
		});
		const screen = await show();
		await screen.getByRole('button', { name: 'Submit' }).click();
		await expect
			.element(screen.getByText('Odometer and recording differ. Say why first.'))
			.toBeVisible();
		await screen.getByRole('radio', { name: 'Positions were missing on the way' }).click();
		await expect.poll(async () => (await tripBody()).odometerReason).toBe('positions-missing');
		await screen.getByRole('button', { name: 'Submit' }).click();
		await expect.element(screen.getByText(/^Waiting/).first()).toBeVisible();
		// What others see says it all.
		const route = await pages.account.documents.get('route', `route:${WORKER}:${ulidOf(1)}`);
		expect(route?.document.body).toMatchObject({
			odometerM: 12_000,
			odometerReason: 'positions-missing',
			distanceBy: 'track',
			gaps: [{ by: 'unanswered' }]
		});
	});
});

describe('a recording with a hole in the part that was trimmed off', () => {
	it('is still shown whole, with its hole, when its ends are cut anew', async () => {
		await drive();
		const [hole] = (await tripBody()).gaps;
		const span = { fromMs: startedAtMs, toMs: startedAtMs + 120_000 };
		expect(await pages.account.deeds.trimTrip(tripId, span)).toMatchObject({ ok: true });
		expect((await tripBody()).gaps).toEqual([]);
		const { path, gaps } = await pages.account.deeds.recordedLine(tripId);
		expect(path.at(-1)?.[0]).toBe(startedAtMs + 399_000);
		expect(gaps).toMatchObject([{ fromMs: hole?.fromMs, toMs: hole?.toMs }]);

		const screen = await show();
		await screen.getByRole('button', { name: 'Trim the ends' }).click();
		const dialog = screen.getByRole('dialog', { name: 'Trim the ends' });
		// Leaflet keeps a path for each kind of line, and one of nothing has no line in it.
		const isDrawn = (kind: string) =>
			dialog.element().querySelector(kind)?.getAttribute('d')?.includes('L') ?? false;
		await expect.poll(() => isDrawn('.route-line')).toBe(true);
		expect(isDrawn('.route-gap')).toBe(false);
		await dialog.getByRole('slider', { name: /^Counts until/ }).fill(String(path.length - 1));
		await expect.poll(() => isDrawn('.route-gap')).toBe(true);
	});
});
