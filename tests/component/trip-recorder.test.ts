import { DOCUMENT_VERSIONS } from '@outlay/domain/documents';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cdp } from 'vitest/browser';
import type { Account, App, Recording } from '#lib/commands/app.ts';
import { COMPANY } from '../support/documents.ts';
import { openApp } from '../support/open-app.ts';

/* Recording with the browser's own geolocation, on the real app: what is read when, and what is kept as evidence. */

const browser = cdp() as unknown as {
	send(method: string, parameters?: Record<string, unknown>): Promise<unknown>;
};

let app: App;
let account: Account;
let recording: Recording;

beforeEach(async () => {
	const { targetInfo } = (await browser.send('Target.getTargetInfo')) as {
		targetInfo: { browserContextId: string };
	};
	await browser.send('Browser.setPermission', {
		browserContextId: targetInfo.browserContextId,
		permission: { name: 'geolocation' },
		setting: 'granted',
		origin: window.location.origin
	});
	({ app, account } = await openApp());
	account.recorder.recording.subscribe((now) => (recording = now));
});

afterEach(async () => {
	await browser.send('Emulation.clearGeolocationOverride');
	await app.sessions.signOut();
});

async function recordPurpose(): Promise<void> {
	const at = '2026-01-01T00:00:00.000Z';
	await account.documents.add({
		_id: 'setting:company:2020-01-01',
		type: 'setting',
		schema: DOCUMENT_VERSIONS.setting,
		companyId: COMPANY,
		ownerId: '',
		createdAt: at,
		updatedAt: at,
		body: {
			name: 'company',
			companyName: 'Nordlys Service',
			companyCode: 'nordlys',
			country: 'DK',
			homeCurrency: 'DKK',
			controllerContact: 'privacy@nordlys.example',
			locationPurpose: { purpose: 'Mileage', recordedOn: '2026-01-01' },
			traceRetentionMonths: 3,
			deviceLock: null
		}
	});
}

async function stand(latitude: number): Promise<void> {
	await browser.send('Emulation.setGeolocationOverride', {
		latitude,
		longitude: 10.4,
		accuracy: 5
	});
	// After a pause the browser first hands out the place it remembers, which is no new fix.
	await expect.poll(() => recording.lastFix?.position[0]).toBe(latitude);
}

it('reads nothing while the company has not said why it records', async () => {
	expect(await account.recorder.start()).toMatchObject({ refusal: { code: 'trip.location_off' } });
	expect(recording.state).toBe('idle');
	await recordPurpose();
	expect(await account.recorder.start()).toMatchObject({ ok: true });
	expect(await account.recorder.start()).toMatchObject({
		refusal: { code: 'trip.already_recording' }
	});
	expect(await account.recorder.discard()).toMatchObject({ ok: true });
});

it('keeps presses, permission and a hash of the positions with the trip', async () => {
	await recordPurpose();
	const started = await account.recorder.start();
	if (!started.ok) throw new Error(started.refusal.code);
	await stand(55.4);
	await account.deeds.saveOdometer(started.value, { startM: 48_210_000 });
	await account.recorder.pause();
	await account.recorder.resume();
	await stand(55.41);
	// A step of a kilometre in a moment is no drive.
	expect(await account.recorder.stop()).toMatchObject({ refusal: { code: 'trip.no_movement' } });
	const { body } = (await account.documents.get('trip', started.value))!.document;
	expect(body).toMatchObject({
		state: 'stopped',
		permissionAtStart: 'granted',
		permissionAtStop: 'granted',
		recordedBy: 'app',
		odometerStartM: 48_210_000,
		// Nothing spoke with a server here.
		clockOffsetMs: null
	});
	expect(body.events.map(({ deed }) => deed)).toEqual(['start', 'pause', 'resume', 'stop']);
	expect(body.fixesSha256).toMatch(/^[0-9a-f]{64}$/);
	expect(body.fixCount).toBeGreaterThan(1);
	expect(recording).toMatchObject({ state: 'idle', tripId: null, stretches: [] });
});

it('is not cut short by the lock of an idle device, which closes as soon as nothing is recorded', async () => {
	expect(await account.protection.setPasscode(null, 'four blue tractors')).toMatchObject({
		ok: true
	});
	await recordPurpose();
	expect(await account.recorder.start()).toMatchObject({ ok: true });
	let why: string | null = null;
	const stopFollowing = app.closed.subscribe((closed) => (why = closed?.kind ?? null));
	// Idle from the first moment: each look at the page tries to lock.
	const stopLocking = account.protection.lockWhenIdle(0);
	const look = () => document.dispatchEvent(new Event('visibilitychange'));
	look();
	expect(await account.protection.lock()).toMatchObject({ refusal: { code: 'lock.recording' } });
	await stand(55.4);
	expect(why).toBeNull();
	expect(recording.state).toBe('recording');

	expect(await account.recorder.discard()).toMatchObject({ ok: true });
	look();
	await expect.poll(() => why).toBe('locked');
	stopLocking();
	stopFollowing();
});
