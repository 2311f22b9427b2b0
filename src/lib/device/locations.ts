import type { LocationPermission } from '@outlay/domain/trip';
import type { Fix, LocationRefusal, Locations } from '#lib/commands/recording-ports.ts';
import { onReturn } from './visibility.ts';

/** After this long without a position the person is told; the watch goes on. */
const SILENCE_MS = 30_000;

/** Positions of the browser. The permission is asked at `start`, and nothing is read before it or after the stop. */
export function createLocations(): Locations {
	return { start, permission };
}

function start(onFix: (fix: Fix) => void, onRefusal: (refusal: LocationRefusal) => void) {
	// Missing in old browsers and on addresses without TLS, whatever the type says.
	const geolocation = navigator.geolocation as Geolocation | undefined;
	let isStopped = false;
	let watchId: number | null = null;

	function read({ coords, timestamp }: GeolocationPosition): void {
		if (isStopped) return;
		onFix({
			timeMs: Math.round(timestamp),
			latitude: coords.latitude,
			longitude: coords.longitude,
			accuracyM: coords.accuracy,
			speedMps: measured(coords.speed),
			headingDeg: measured(coords.heading)
		});
	}

	function refuse(error: GeolocationPositionError): void {
		if (isStopped) return;
		onRefusal(refusalOf(error));
	}

	/** Some phones never resume a watch that slept with the screen, so a new one takes over. */
	function watch(): void {
		if (watchId !== null) geolocation?.clearWatch(watchId);
		watchId =
			geolocation?.watchPosition(read, refuse, {
				enableHighAccuracy: true,
				maximumAge: 0,
				timeout: SILENCE_MS
			}) ?? null;
	}

	if (!geolocation) {
		// Later, so that the caller holds the stop before it hears of anything.
		queueMicrotask(() => {
			if (!isStopped) onRefusal('unsupported');
		});
		return () => {
			isStopped = true;
		};
	}
	watch();
	const stopListening = onReturn(watch);
	return () => {
		isStopped = true;
		stopListening();
		if (watchId !== null) geolocation.clearWatch(watchId);
	};
}

/** Safari before 16 can't say. */
async function permission(): Promise<LocationPermission> {
	const permissions = navigator.permissions as Permissions | undefined;
	try {
		const status = await permissions?.query({ name: 'geolocation' });
		return status?.state ?? 'unknown';
	} catch {
		return 'unknown';
	}
}

/** What an error of the Geolocation API means; only `denied` needs the person. */
export function refusalOf({ code }: Pick<GeolocationPositionError, 'code'>): LocationRefusal {
	return code === 1 ? 'denied' : 'unavailable';
}

/** Phones write a missing speed or heading as null, NaN or -1. */
function measured(figure: number | null): number | null {
	return figure !== null && figure >= 0 ? figure : null;
}
