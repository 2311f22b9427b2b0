import { createTripMeasuring } from '#lib/workers/trip-client.ts';

/* What the page of `in-browser.ts` runs: the app's own way to its worker. */

Object.assign(globalThis, { createTripMeasuring });
