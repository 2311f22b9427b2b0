import type * as navigation from '$app/navigation';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import ImportPage from '../../src/routes/(field)/trips/import/+page.svelte';
import MileagePage from '../../src/routes/(field)/trips/MileagePage.svelte';
import RecordPage from '../../src/routes/(field)/trips/record/+page.svelte';
import PlacesPage from '../../src/routes/settings/places/+page.svelte';
import VehiclesPage from '../../src/routes/settings/vehicles/+page.svelte';
import { expectAccessible, sidewaysPx } from '../support/accessible.ts';
import { aGpxFile, importFirstDrive } from '../support/imported-drive.ts';
import { pagesInApp } from './pages-in-app.ts';

/* The pages around a trip, on the real app without a server: by hand, by keys, and for who can't see them. */

/** Where a page would have gone; there is no router around a page alone. */
const visited = vi.hoisted((): string[] => []);
vi.mock('$app/navigation', async (original) => ({
	...(await original<typeof navigation>()),
	beforeNavigate: () => undefined,
	goto: (address: string) => {
		visited.push(address);
		return Promise.resolve();
	}
}));

const pages = pagesInApp([]);

beforeEach(() => {
	visited.length = 0;
});

/** Waits until the map of the dialog on top can be steered. */
async function mapIn(dialog: ReturnType<typeof page.getByRole>, name: string) {
	const map = dialog.getByRole('group', { name });
	await expect.poll(() => map.element().querySelectorAll('canvas').length).toBeGreaterThan(0);
	return map;
}

describe('a recording of another app', () => {
	const input = () => document.querySelector<HTMLInputElement>('input[type=file]')!;

	it('becomes a trip that opens; chosen again it is taken only when that is meant', async () => {
		const screen = await pages.show(ImportPage);
		await userEvent.upload(input(), aGpxFile());
		await expect.poll(() => visited).toHaveLength(1);
		expect(visited[0]).toMatch(/^\/trips\/[0-9a-z]{26}$/);

		await userEvent.upload(input(), aGpxFile());
		await expect.element(screen.getByRole('alert')).toBeVisible();
		await expectAccessible();
		expect(visited).toHaveLength(1);
		await screen.getByRole('alert').getByRole('button').click();
		await expect.poll(() => visited).toHaveLength(2);
		expect(visited[1]).not.toBe(visited[0]);
	});

	it('that can’t be read is refused in words, and another file can be chosen', async () => {
		const screen = await pages.show(ImportPage);
		const half = new File([aGpxFile().slice(0, 5_000)], 'half.gpx');
		await userEvent.upload(input(), half);
		await expect
			.element(screen.getByRole('alert'))
			.toHaveTextContent('This file is damaged or not complete. Export it once more.');
		await userEvent.upload(input(), aGpxFile());
		await expect.poll(() => visited).toHaveLength(1);
		await expect.element(screen.getByRole('alert')).not.toBeInTheDocument();
	});

	it('with several drives asks which, and fits a small phone', async () => {
		const long = 'Maschinenfabrik Unterland, hall 2, then the depot and the harbour office';
		await page.viewport(320, 640);
		const screen = await pages.show(ImportPage);
		await userEvent.upload(input(), aGpxFile(['To the site', long]));
		await expect.element(screen.getByText(long)).toBeVisible();
		await expectAccessible();
		expect(visited).toEqual([]);
		await screen.getByRole('listitem').filter({ hasText: long }).getByRole('button').click();
		await expect.poll(() => visited).toHaveLength(1);
	});
});

describe('cutting a recording', () => {
	it('the ends go by keys, and come back; Escape changes nothing', async () => {
		const { transactionId } = await importFirstDrive(pages.account);
		const whole = (await pages.mileageOf(transactionId)).distanceM!;
		const screen = await pages.show(MileagePage, { transactionId });
		const trim = screen.getByRole('button', { name: 'Trim the ends' });
		await trim.click();
		const dialog = screen.getByRole('dialog', { name: 'Trim the ends' });
		const from = dialog.getByRole('slider', { name: /^Counts from/ });
		await expect.element(from).toBeVisible();
		await expectAccessible();
		from.element().focus();
		for (let n = 0; n < 3; n += 1) await userEvent.keyboard('{PageUp}');
		await userEvent.keyboard('{Escape}');
		await expect.element(dialog).not.toBeInTheDocument();
		expect((await pages.mileageOf(transactionId)).distanceM).toBe(whole);

		await trim.click();
		await expect.element(from).toBeVisible();
		from.element().focus();
		const atFirst = from.element().getAttribute('aria-valuetext');
		for (let n = 0; n < 3; n += 1) await userEvent.keyboard('{PageUp}');
		expect(from.element().getAttribute('aria-valuetext')).not.toBe(atFirst);
		await dialog.getByRole('button', { name: 'Trim', exact: true }).click();
		await expect.element(screen.getByText(/The ends of this recording are trimmed/)).toBeVisible();
		await expect
			.poll(async () => (await pages.mileageOf(transactionId)).distanceM!)
			.toBeLessThan(whole * 0.9);
		await screen.getByRole('button', { name: 'Undo' }).click();
		await expect.poll(async () => (await pages.mileageOf(transactionId)).distanceM).toBe(whole);
	});

	it('makes two trips and shows the second; what would leave nothing is refused in words', async () => {
		const { transactionId } = await importFirstDrive(pages.account);
		const whole = (await pages.mileageOf(transactionId)).distanceM!;
		const screen = await pages.show(MileagePage, { transactionId });
		await screen.getByRole('button', { name: 'Split' }).click();
		const dialog = screen.getByRole('dialog', { name: 'Split into two trips' });
		const at = dialog.getByRole('slider', { name: /^Split at/ });
		await expect.element(at).toBeVisible();
		await expectAccessible();
		at.element().focus();
		await userEvent.keyboard('{Home}');
		const split = dialog.getByRole('button', { name: 'Split', exact: true });
		await split.click();
		await expect.element(dialog.getByRole('alert')).toBeVisible();
		at.element().focus();
		for (let n = 0; n < 3; n += 1) await userEvent.keyboard('{PageUp}');
		await split.click();
		await expect.poll(() => visited).toHaveLength(1);
		await expect
			.poll(async () => (await pages.mileageOf(transactionId)).distanceM!)
			.toBeLessThan(whole * 0.6);
	});
});

describe('a point on the map', () => {
	it('ends a typed trip, put by keys or by a press; closed, nothing changes', async () => {
		const transactionId = pages.account.deeds.newTransactionId();
		const screen = await pages.show(MileagePage, { transactionId, isNew: true });
		const from = screen.getByLabelText('From', { exact: true });
		const dialog = screen.getByRole('dialog', { name: 'Point on the map' });
		const openPin = async () => {
			await from.click();
			await screen.getByRole('option', { name: 'Point on the map' }).click();
			return mapIn(dialog, 'Point on the map');
		};

		await openPin();
		await expectAccessible();
		await userEvent.keyboard('{Escape}');
		await expect.element(dialog).not.toBeInTheDocument();
		await expect.element(from).toHaveValue('');

		const map = await openPin();
		map.element().focus();
		await userEvent.keyboard('{ArrowRight}{ArrowRight}');
		const put = dialog.getByRole('button', { name: 'Put the point at the cross' });
		put.element().focus();
		await userEvent.keyboard('{Enter}');
		await expect.element(dialog).not.toBeInTheDocument();
		const shown = () => (from.element() as HTMLInputElement).value;
		await expect.poll(shown).toMatch(/^\d+\.\d{5}, \d+\.\d{5}$/);
		const byKeys = shown();
		await expect
			.poll(async () => (await pages.mileageOf(transactionId).catch(() => null))?.fromPoint)
			.toMatchObject({ kind: 'pin' });

		await openPin();
		const sheet = dialog.getByRole('group', { name: 'Point on the map' }).element();
		await userEvent.click(sheet, { position: { x: 60, y: sheet.clientHeight / 3 } });
		await expect.element(dialog).not.toBeInTheDocument();
		await expect.poll(shown).not.toBe(byKeys);
		expect(shown()).toMatch(/^\d+\.\d{5}, \d+\.\d{5}$/);
	});
});

describe('the map of a trip', () => {
	it('is told in words, credits its data, and shows speeds to the driver only when asked', async () => {
		const { transactionId } = await importFirstDrive(pages.account);
		const screen = await pages.show(MileagePage, { transactionId });
		await expect
			.element(screen.getByRole('img', { name: /^Map of the route: 1[12]\.\d km, / }))
			.toBeVisible();
		await screen.getByText('The route in words').click();
		await expect.element(screen.getByText(/start at 55\.4\d+° N, 10\.4000° E/)).toBeVisible();
		await screen.getByRole('button', { name: 'Large map' }).click();
		const large = screen.getByRole('dialog', { name: 'Map of the route' });
		await expect.element(large.getByText(/Natural Earth/)).toBeVisible();
		const coloured = () => large.element().querySelectorAll('[class*="route-speed-"]').length;
		const speed = large.getByRole('checkbox', { name: 'Speed by colour' });
		await expect.element(speed).not.toBeChecked();
		expect(coloured()).toBe(0);
		await expectAccessible();
		await speed.click();
		await expect.poll(coloured).toBeGreaterThan(0);
		await expectAccessible();
		await speed.click();
		await expect.poll(coloured).toBe(0);
	});
});

describe('books of places and vehicles', () => {
	it('a place is kept, shown with its name and removed again', async () => {
		const screen = await pages.show(PlacesPage);
		await screen.getByRole('button', { name: 'Add a place' }).click();
		const sheet = screen.getByRole('dialog', { name: 'Add a place' });
		await sheet.getByRole('button', { name: 'Save place' }).click();
		await expect.element(sheet.getByLabelText('Name')).toHaveAttribute('aria-invalid', 'true');
		await expectAccessible();
		await sheet.getByLabelText('Name').fill('Pump 4');
		await sheet.getByRole('checkbox', { name: /I live here/ }).click();
		await sheet.getByRole('button', { name: 'Save place' }).click();
		await expect.element(sheet).not.toBeInTheDocument();
		await screen.getByRole('button', { name: /Pump 4/ }).click();
		await expect.element(screen.getByRole('checkbox', { name: /I live here/ })).toBeChecked();
		await screen.getByRole('button', { name: 'Remove this place' }).click();
		await expect.element(screen.getByText('No places yet')).toBeVisible();
	});

	it('a vehicle is kept, made the first and removed again, on a small phone too', async () => {
		await page.viewport(320, 640);
		const screen = await pages.show(VehiclesPage);
		for (const plate of ['AB 12 345', 'EL 98 765']) {
			await screen.getByRole('button', { name: 'Add a vehicle' }).click();
			await screen.getByLabelText('Licence plate').fill(plate);
			await screen.getByRole('button', { name: 'Save vehicle' }).click();
			await expect.element(screen.getByRole('button', { name: plate })).toBeVisible();
		}
		await screen.getByRole('button', { name: 'EL 98 765' }).click();
		await screen.getByRole('checkbox', { name: 'Use for new trips' }).click();
		await expectAccessible();
		await screen.getByRole('button', { name: 'Save vehicle' }).click();
		await expect
			.element(screen.getByRole('button', { name: /EL 98 765.*For new trips/s }))
			.toBeVisible();
		await screen.getByRole('button', { name: /AB 12 345/ }).click();
		await screen.getByRole('button', { name: 'Remove this vehicle' }).click();
		await expect.element(screen.getByText('AB 12 345')).not.toBeInTheDocument();
		expect(sidewaysPx()).toBeLessThanOrEqual(0);
	});
});

describe('recording', () => {
	it('fits every width before it starts', async () => {
		const screen = await pages.show(RecordPage);
		await expect.element(screen.getByRole('button', { name: 'Start' })).toBeVisible();
		for (const [width, height] of [
			[320, 640],
			[1440, 900]
		] as const) {
			await page.viewport(width, height);
			await expectAccessible();
		}
	});
});
