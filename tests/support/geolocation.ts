import type { BrowserContext, Page } from '@playwright/test';
import type { RecordedFix } from './recordings.ts';

/** Slower than this a bicycle stays below any speed the distance engine doubts, although it is replayed fast. */
const FIX_EVERY_MS = 150;

/** Replays a recording through the browser's own geolocation. */
export async function ride(context: BrowserContext, fixes: readonly RecordedFix[]): Promise<void> {
	for (const { latitude, longitude, accuracyM } of fixes) {
		await context.setGeolocation({ latitude, longitude, accuracy: accuracyM });
		await new Promise((next) => setTimeout(next, FIX_EVERY_MS));
	}
}

interface Reads {
	/** Calls of the browser's geolocation. */
	all: number;
	/** Positions handed to the app while no trip was being recorded. */
	outside: number;
}

/** Counts, in every page of the context, how often positions are asked for and when they arrive. */
export async function countLocationReads(context: BrowserContext): Promise<void> {
	await context.addInitScript(() => {
		const counted = { all: 0, outside: 0 };
		Object.assign(window, { locationReads: counted });
		const isRecording = () => document.body.textContent?.includes('Recording') ?? false;
		const { geolocation } = navigator;
		const watch = geolocation.watchPosition.bind(geolocation);
		const read = geolocation.getCurrentPosition.bind(geolocation);
		geolocation.watchPosition = (onPosition, ...rest) => {
			counted.all += 1;
			return watch(
				(position) => {
					if (!isRecording()) counted.outside += 1;
					onPosition(position);
				},
				...rest
			);
		};
		geolocation.getCurrentPosition = (...args) => {
			counted.all += 1;
			counted.outside += 1;
			read(...args);
		};
	});
}

export function locationReads(page: Page): Promise<Reads> {
	return page.evaluate(() => (window as unknown as { locationReads: Reads }).locationReads);
}
