import { afterEach, describe, expect, it, vi } from 'vitest';
import { cdp } from 'vitest/browser';
import type { Fix, LocationRefusal } from '#lib/commands/recording-ports.ts';
import { createLocations, refusalOf } from '#lib/device/locations.ts';

/** The browser's own geolocation, steered from outside the page as the developer tools do. */
const browser = cdp() as unknown as {
	send(method: string, parameters?: Record<string, unknown>): Promise<unknown>;
};

async function permit(setting: 'granted' | 'denied'): Promise<void> {
	const { targetInfo } = (await browser.send('Target.getTargetInfo')) as {
		targetInfo: { browserContextId: string };
	};
	await browser.send('Browser.setPermission', {
		browserContextId: targetInfo.browserContextId,
		permission: { name: 'geolocation' },
		setting,
		origin: window.location.origin
	});
}

const stops: (() => void)[] = [];

function record() {
	const fixes: Fix[] = [];
	const refusals: LocationRefusal[] = [];
	const stop = createLocations().start(
		(fix) => fixes.push(fix),
		(refusal) => refusals.push(refusal)
	);
	stops.push(stop);
	return { fixes, refusals, stop };
}

afterEach(async () => {
	for (const stop of stops.splice(0)) stop();
	vi.restoreAllMocks();
	await browser.send('Emulation.clearGeolocationOverride');
});

describe('locations', () => {
	it('gives fixes between start and stop, and none after', async () => {
		await permit('granted');
		await browser.send('Emulation.setGeolocationOverride', {
			latitude: 55.4,
			longitude: 10.38,
			accuracy: 4
		});
		const { fixes, refusals, stop } = record();
		await expect.poll(() => fixes.length).toBe(1);
		expect(fixes[0]).toMatchObject({
			latitude: 55.4,
			longitude: 10.38,
			accuracyM: 4,
			speedMps: null,
			headingDeg: null
		});
		expect(Number.isInteger(fixes[0]!.timeMs)).toBe(true);
		expect(Math.abs(fixes[0]!.timeMs - Date.now())).toBeLessThan(60_000);

		await browser.send('Emulation.setGeolocationOverride', {
			latitude: 55.41,
			longitude: 10.39,
			accuracy: 8
		});
		await expect.poll(() => fixes.length).toBe(2);
		stop();

		await browser.send('Emulation.setGeolocationOverride', {
			latitude: 55.42,
			longitude: 10.4,
			accuracy: 8
		});
		// Another watch hears of the new place: by then the stopped one would have heard of it too.
		const later = record();
		await expect.poll(() => later.fixes.length).toBe(1);
		expect(fixes).toHaveLength(2);
		expect(refusals).not.toContain('denied');
	});

	it('reads nothing before start', () => {
		const watch = vi.spyOn(navigator.geolocation, 'watchPosition');
		const once = vi.spyOn(navigator.geolocation, 'getCurrentPosition');
		createLocations();
		expect(watch).not.toHaveBeenCalled();
		expect(once).not.toHaveBeenCalled();
	});

	it('takes a new watch and clears the old one when the person returns, until stop', async () => {
		await permit('granted');
		const watch = vi.spyOn(navigator.geolocation, 'watchPosition');
		const clear = vi.spyOn(navigator.geolocation, 'clearWatch');
		const { stop } = record();
		document.dispatchEvent(new Event('visibilitychange'));
		expect(watch).toHaveBeenCalledTimes(2);
		expect(clear).toHaveBeenCalledExactlyOnceWith(watch.mock.results[0]?.value);
		stop();
		expect(clear).toHaveBeenLastCalledWith(watch.mock.results[1]?.value);
		document.dispatchEvent(new Event('visibilitychange'));
		expect(watch).toHaveBeenCalledTimes(2);
	});

	it('says denied when the person refuses', async () => {
		await permit('denied');
		const { fixes, refusals } = record();
		await expect.poll(() => refusals).toEqual(['denied']);
		expect(fixes).toEqual([]);
	});

	it('says unavailable for a lost signal and goes on to the next fix', async () => {
		await permit('granted');
		// Without a position the emulated device reports one that can't be had.
		await browser.send('Emulation.setGeolocationOverride', {});
		const { fixes, refusals } = record();
		await expect.poll(() => refusals).toEqual(['unavailable']);
		await browser.send('Emulation.setGeolocationOverride', {
			latitude: 55.4,
			longitude: 10.38,
			accuracy: 4
		});
		await expect.poll(() => fixes.length).toBe(1);
	});

	it('says unsupported where the browser has no geolocation, unless already stopped', async () => {
		vi.spyOn(navigator, 'geolocation', 'get').mockReturnValue(undefined as unknown as Geolocation);
		const stopped = record();
		stopped.stop();
		const { refusals } = record();
		await expect.poll(() => refusals).toEqual(['unsupported']);
		expect(stopped.refusals).toEqual([]);
	});

	it('maps every error of the browser', () => {
		expect([1, 2, 3].map((code) => refusalOf({ code }))).toEqual([
			'denied',
			'unavailable',
			'unavailable'
		]);
	});
});
