import { emptyProfile } from '@outlay/domain/person';
import { DOCUMENT_VERSIONS } from '@outlay/domain/documents';
import type { RecordedFile } from '@outlay/domain/recordings/recorded-file';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account, App } from '#lib/commands/app.ts';
import { gpxOf } from '@outlay/domain/trip-files';
import { CAR_RATE } from '../support/car-rate.ts';
import { COMPANY, WORKER } from '../support/documents.ts';
import { openApp } from '../support/open-app.ts';
import { START_MS, PLACES, aGpx, aFit, aTimeline } from '../support/drive-files.ts';

/* Recordings of other apps become trips, and trips are cut: on the real app, with its workers, without a server. */

let app: App;
let account: Account;

beforeEach(async () => {
	({ app, account } = await openApp());
});

afterEach(async () => {
	await app.sessions.signOut();
});

async function read(file: Blob): Promise<RecordedFile> {
	const done = await account.deeds.readRecording(file);
	if (!done.ok) throw new Error(done.refusal.code);
	return done.value;
}

async function importFirst(file: Blob, isTwiceMeant = false) {
	const { by, drives } = await read(file);
	return account.deeds.importTrip(by, drives[0]!, isTwiceMeant);
}

async function imported(file: Blob = aGpx()): Promise<{ tripId: string; transactionId: string }> {
	const done = await importFirst(file);
	if (!done.ok) throw new Error(done.refusal.code);
	return { transactionId: done.value, tripId: done.value.replace('transaction:', 'trip:') };
}

const tripBody = async (id: string) => (await account.documents.get('trip', id))!.document.body;

async function mileage(id: string) {
	const body = (await account.documents.get('transaction', id))?.document.body;
	if (body?.kind !== 'mileage') throw new Error('no mileage');
	return body;
}

describe('a drive recorded elsewhere', () => {
	it.each([
		['gpx', aGpx],
		['fit', aFit],
		['timeline', aTimeline]
	] as const)('%s: becomes a trip that says where it comes from', async (by, file) => {
		const { tripId, transactionId } = await imported(file());
		const trip = await tripBody(tripId);
		expect(trip).toMatchObject({
			state: 'stopped',
			recordedBy: by,
			startedAtMs: START_MS,
			stoppedAtMs: START_MS + 599_000,
			fixCount: 600,
			events: [{ deed: 'import' }]
		});
		expect(trip.fixesSha256).toMatch(/^[0-9a-f]{64}$/);
		// 599 s at 20 m/s.
		const { distanceM, distanceSource, drivenOn } = await mileage(transactionId);
		expect(distanceM).toBeGreaterThan(11_900);
		expect(distanceM).toBeLessThan(12_100);
		expect({ distanceSource, drivenOn }).toEqual({
			distanceSource: 'recorded',
			drivenOn: '2026-03-02'
		});
		expect(await account.deeds.drivenRoute(tripId)).toMatchObject({ recordedBy: by });
	});

	it('warns when it is here already, and is imported again only when that is meant', async () => {
		await imported();
		expect(await importFirst(aGpx())).toMatchObject({ refusal: { code: 'import.twice' } });
		expect(await importFirst(aGpx(), true)).toMatchObject({ ok: true });
	});

	it('that did not move, or ends in the future, makes no trip', async () => {
		const drive = (fixes: [number, number, number, number, null, null][]) =>
			account.deeds.importTrip('gpx', { name: '', fixes }, false);
		expect(
			await drive([
				[START_MS, 55, 10, 5, null, null],
				[START_MS + 60_000, 55, 10, 5, null, null]
			])
		).toMatchObject({ refusal: { code: 'import.too_short' } });
		const later = Date.now() + 10 * 86_400_000;
		expect(
			await drive([
				[later, 55, 10, 5, null, null],
				[later + 60_000, 55.1, 10, 5, null, null]
			])
		).toMatchObject({ refusal: { code: 'import.future' } });
		expect(await drive([])).toMatchObject({ refusal: { code: 'import.no_drives' } });
	});

	it.each([
		['nothing', () => Promise.resolve(new Blob([])), 'import.empty'],
		[
			'a picture',
			() => Promise.resolve(new Blob([new Uint8Array([255, 216, 255])])),
			'import.unknown'
		],
		['half a GPX', () => Promise.resolve(aGpx().slice(0, 5_000)), 'import.broken'],
		['half a FIT', () => Promise.resolve(aFit().slice(0, 5_000)), 'import.broken'],
		['half a Timeline', () => Promise.resolve(aTimeline().slice(0, 5_000)), 'import.broken']
	])('%s is refused with a code', async (_, file, code) => {
		const done = await account.deeds.readRecording(await file());
		expect(done).toMatchObject({ ok: false, refusal: { code } });
	});

	it('written as GPX it is the same drive again', async () => {
		const { tripId } = await imported();
		const route = await account.deeds.drivenRoute(tripId);
		const fixes = await account.deeds.countedFixes(tripId);
		const again = await read(new Blob([gpxOf('A trip', fixes, route!)]));
		expect(again.drives[0]!.fixes.map(([time, lat]) => [time, lat.toFixed(6)])).toEqual(
			PLACES.map(({ timeMs, latitude }) => [timeMs, latitude.toFixed(6)])
		);
	});
});

describe('cutting', () => {
	it('trims the ends, and gives them back until it is submitted', async () => {
		const { tripId, transactionId } = await imported();
		const whole = await mileage(transactionId);
		const { fixesSha256 } = await tripBody(tripId);
		const span = { fromMs: START_MS + 60_000, toMs: START_MS + 300_000 };
		expect(await account.deeds.trimTrip(tripId, span)).toMatchObject({ ok: true });
		const trimmed = await mileage(transactionId);
		expect(trimmed.distanceM).toBeGreaterThan(4_700);
		expect(trimmed.distanceM).toBeLessThan(4_900);
		expect((await tripBody(tripId)).fixesSha256).not.toBe(fixesSha256);
		expect(await account.deeds.drivenRoute(tripId)).toMatchObject({
			startedAtMs: span.fromMs,
			stoppedAtMs: span.toMs
		});
		// All of it is still there to be looked at and given back.
		expect((await account.deeds.recordedLine(tripId)).path.length).toBeGreaterThan(500);
		await account.deeds.trimTrip(tripId, { fromMs: null, toMs: null });
		expect((await mileage(transactionId)).distanceM).toBe(whole.distanceM);
		expect((await tripBody(tripId)).fixesSha256).toBe(fixesSha256);
	});

	it('refuses to leave nothing, and changes nothing then', async () => {
		const { tripId, transactionId } = await imported();
		const before = await mileage(transactionId);
		const refused = { refusal: { code: 'trip.cut_too_much' } };
		const none = { fromMs: START_MS + 5_000, toMs: START_MS + 5_500 };
		expect(await account.deeds.trimTrip(tripId, none)).toMatchObject(refused);
		expect(await account.deeds.splitTrip(tripId, START_MS + 1_000)).toMatchObject(refused);
		expect(await mileage(transactionId)).toEqual(before);
	});

	it('makes two trips of one: each with its part of the way, its positions and what was entered', async () => {
		const { tripId, transactionId } = await imported();
		const whole = await mileage(transactionId);
		await account.deeds.saveMileage(transactionId, {
			from: 'Odense',
			to: 'Kolding',
			purpose: 'Pump'
		});
		const done = await account.deeds.splitTrip(tripId, START_MS + 200_000);
		if (!done.ok) throw new Error(done.refusal.code);
		const [first, rest] = [await mileage(transactionId), await mileage(done.value)];
		expect(first).toMatchObject({ from: 'Odense', to: '', purpose: 'Pump' });
		expect(rest).toMatchObject({ from: '', to: 'Kolding', purpose: 'Pump' });
		expect(Math.abs(first.distanceM! + rest.distanceM! - whole.distanceM!)).toBeLessThan(60);
		const restId = done.value.replace('transaction:', 'trip:');
		expect(await tripBody(restId)).toMatchObject({
			cutFrom: tripId,
			recordedBy: 'gpx',
			fixCount: 400
		});
		// The rest may go without the first.
		expect(await account.deeds.discardTrip(restId)).toMatchObject({ ok: true });
		expect((await account.deeds.countedFixes(tripId)).length).toBe(201);
	});

	it('once it is submitted, what was trimmed away is gone and the hash still fits', async () => {
		const { tripId, transactionId } = await imported();
		await account.deeds.trimTrip(tripId, { fromMs: START_MS + 60_000, toMs: null });
		await account.deeds.saveMileage(transactionId, { from: 'A', to: 'B', purpose: 'Pump' });
		await addRate();
		const { fixesSha256 } = await tripBody(tripId);
		expect(await account.deeds.submit(transactionId)).toMatchObject({ ok: true });
		const left = await account.documents.fixesOf(tripId);
		expect(left).toHaveLength(540);
		expect(Math.min(...left.map(([timeMs]) => timeMs))).toBe(START_MS + 60_000);
		expect((await tripBody(tripId)).fixesSha256).toBe(fixesSha256);
		expect((await account.deeds.countedFixes(tripId)).length).toBe(540);
	});
});

describe('a home marked in the place book', () => {
	it('is not on the route that goes with the submission, and the driver still sees all of it', async () => {
		await account.documents.add({
			_id: `profile:${WORKER}`,
			type: 'profile',
			schema: DOCUMENT_VERSIONS.profile,
			companyId: COMPANY,
			ownerId: WORKER,
			createdAt: '2026-03-01T08:00:00.000Z',
			updatedAt: '2026-03-01T08:00:00.000Z',
			body: {
				...emptyProfile(),
				places: [
					{ id: 'h', name: 'Home', address: '', latitude: 55.4, longitude: 10.4, home: true },
					{ id: 'w', name: 'Work', address: '', latitude: 55.5, longitude: 10.4, home: false }
				]
			}
		});
		const { tripId, transactionId } = await imported();
		await account.deeds.saveMileage(transactionId, { from: 'A', to: 'B', purpose: 'Pump' });
		await addRate();
		const own = await account.deeds.drivenRoute(tripId);
		expect(own!.stretches[0]![0]![0]).toBeCloseTo(55.4, 3);
		expect(await account.deeds.submit(transactionId)).toMatchObject({ ok: true });
		const sent = await account.documents.get('route', tripId.replace('trip:', 'route:'));
		expect(sent!.document.body).toMatchObject({
			isStartBlurred: true,
			isEndBlurred: false,
			distanceM: own!.distanceM
		});
		expect(sent!.document.body.stretches[0]![0]![0]).toBeGreaterThan(55.4015);

		// Nor is it in a drive that was typed from "here".
		const near = await typedFrom(55.4001);
		expect(near.snapshot).toMatchObject({
			from: 'My door',
			fromPoint: { kind: 'own-place', placeId: 'h' }
		});
		expect(near.draft).toMatchObject({ fromPoint: { kind: 'here' } });

		// How far around it is the person's choice: a kilometre away is shown, until they hide two.
		expect((await typedFrom(55.41)).snapshot).toMatchObject({ fromPoint: { kind: 'here' } });
		expect(await account.deeds.saveProfile({ homeRadiusM: 2000 })).toMatchObject({ ok: true });
		expect((await typedFrom(55.41)).snapshot).toMatchObject({
			fromPoint: { kind: 'own-place', placeId: 'h' }
		});
	});
});

/** A drive from where the person is, as it was sent and as they keep it. */
async function typedFrom(latitude: number) {
	const typedId = account.deeds.newTransactionId();
	await account.deeds.saveMileage(typedId, {
		...{ from: 'My door', to: 'B', purpose: 'Pump', distanceM: 8_000 },
		fromPoint: { kind: 'here', latitude, longitude: 10.4001 }
	});
	const submitted = await account.deeds.submit(typedId);
	if (!submitted.ok) throw new Error(submitted.refusal.code);
	const submission = await account.documents.get('submission', submitted.value);
	const draft = await account.documents.get('transaction', typedId);
	return { snapshot: submission!.document.body.snapshot, draft: draft!.document.body };
}

async function addRate(): Promise<void> {
	const at = '2026-01-01T00:00:00.000Z';
	await account.documents.add({
		_id: 'setting:mileage-rates:2020-01-01',
		type: 'setting',
		schema: DOCUMENT_VERSIONS.setting,
		companyId: COMPANY,
		ownerId: '',
		createdAt: at,
		updatedAt: at,
		body: {
			name: 'mileage-rates',
			state: [CAR_RATE],
			company: [],
			excessIsSalary: false
		}
	});
}
