import { documentId } from '@outlay/domain/identifiers';
import { refuse } from '@outlay/domain/refusal';
import { settingOn } from '@outlay/domain/setting-on';
import { createDistanceMeter, type DistanceMeter } from '@outlay/domain/distance-meter';
import { createLiveLine, type LiveLine } from '@outlay/domain/live-line';
import { fixOfRow } from '@outlay/domain/trace-fix';
import type { FixRow, Trip, TripBody, TripDeed } from '@outlay/domain/trip';
import { pausesOf, withSleep, type TimeSpan } from '@outlay/domain/trip-events';
import type { Done, Recording, TripRecorder } from './app.ts';
import { firstOf, localDay, withBody } from './context.ts';
import { finishTrip } from './finish-trip.ts';
import { newTrip } from './new-trip.ts';
import type { RecorderContext } from './recorder-context.ts';
import type { Fix } from './recording-ports.ts';
import { IDLE, recordingOf } from './recording.ts';
import { removeTrip } from './remove-trip.ts';
import { closeLeftChunk, createTraceWriter, type TraceWriter } from './trace-writer.ts';

/** A position from before Start is nobody's business, even when the browser hands one out. */
const CLOCK_SLACK_MS = 1000;

/** The one owner of a recording in this tab: positions are read between `start` and `stop` only. */
export function createTripRecorder(context: RecorderContext): TripRecorder & {
	/** Goes on with a trip that a killed app left open. */
	recover(): Promise<void>;
	/** Stops reading positions without ending the trip, for sign-out or a closing tab. */
	letGo(): Promise<void>;
} {
	const listeners = new Set<(recording: Recording) => void>();
	let recording = IDLE;
	let writer: TraceWriter | null = null;
	let meter: DistanceMeter = createDistanceMeter();
	let line: LiveLine = createLiveLine();
	let stopWatching: (() => void) | null = null;
	let stopBeating: (() => void) | null = null;
	let releaseLock: (() => void) | null = null;

	function show(change: Partial<Recording>): void {
		recording = { ...recording, ...change };
		for (const listener of listeners) listener(recording);
	}

	function watch(tripId: string): void {
		const notBeforeMs = (recording.startedAtMs ?? 0) - CLOCK_SLACK_MS;
		stopWatching = context.locations.start(
			(fix) => {
				if (recording.tripId === tripId && fix.timeMs >= notBeforeMs) take(fix);
			},
			(locationRefusal) => show({ locationRefusal })
		);
		stopBeating = context.heartbeat.start((span) => {
			noteSleep(tripId, span).catch((error: unknown) => show({ storageFailure: codeOf(error) }));
		});
		void context.wakeLock.hold((screenStaysOn) => show({ screenStaysOn }));
	}

	function unwatch(): void {
		stopWatching?.();
		stopWatching = null;
		stopBeating?.();
		stopBeating = null;
		void context.wakeLock.release();
	}

	function take(fix: Fix): void {
		const row: FixRow = [
			fix.timeMs,
			fix.latitude,
			fix.longitude,
			fix.accuracyM,
			fix.speedMps,
			fix.headingDeg
		];
		writer?.write(row).then(
			() => recording.storageFailure !== null && show({ storageFailure: null }),
			// The fix stays queued and is written with the next one.
			(error: unknown) => show({ storageFailure: codeOf(error) })
		);
		const { distanceM, gaps, path } = meter.add(fixOfRow(row));
		show({
			distanceM,
			gaps: [...gaps],
			stretches: line.follow(path, gaps),
			fixCount: recording.fixCount + 1,
			locationRefusal: null,
			lastFix: {
				position: [fix.latitude, fix.longitude],
				accuracyM: fix.accuracyM,
				timeMs: fix.timeMs
			}
		});
	}

	async function note(
		tripId: string,
		deed: TripDeed,
		state: TripBody['state'],
		change: Partial<TripBody> = {}
	): Promise<Trip> {
		const atMs = context.clock.nowMs();
		return editTrip(tripId, (body) => ({
			...body,
			...change,
			state,
			stoppedAtMs: state === 'stopped' ? atMs : body.stoppedAtMs,
			events: [...body.events, { deed, atMs }]
		}));
	}

	async function editTrip(tripId: string, change: (body: TripBody) => TripBody): Promise<Trip> {
		const { document } = await context.documents.edit('trip', tripId, (trip) =>
			withBody(trip, change(trip.body), context.clock)
		);
		return document;
	}

	function known(trip: Trip): ReturnType<typeof recordingOf> {
		return recordingOf(trip.body, context.clock.nowMs());
	}

	/** Writes down that the page stood still, so that the gap is known as one and not as a rest. */
	async function noteSleep(tripId: string, span: TimeSpan): Promise<void> {
		const trip = await editTrip(tripId, (body) =>
			body.state === 'recording' ? { ...body, events: withSleep(body.events, span) } : body
		);
		if (recording.tripId === tripId) show(known(trip));
	}

	async function start(): Promise<Done<string>> {
		if (recording.state !== 'idle') return refuse('trip.already_recording');
		show({ ...IDLE, state: 'starting' });
		const release = await context.recordingLock.tryHold();
		const company = settingOn(await context.settings(), 'company', localDay(context.clock));
		if (release === null || !company?.body.locationPurpose) {
			release?.();
			show(IDLE);
			return refuse(release === null ? 'trip.already_recording' : 'trip.location_off');
		}
		releaseLock = release;
		const tripId = documentId('trip', context.me.userId, context.identities.ulid());
		const startedAtMs = context.clock.nowMs();
		const permissionAtStart = await context.locations.permission();
		try {
			await context.documents.add(
				newTrip(context, tripId, {
					startedAtMs,
					events: [{ deed: 'start', atMs: startedAtMs }],
					permissionAtStart,
					clockOffsetMs: context.clockOffsetMs()
				})
			);
		} catch (error) {
			end();
			throw error;
		}
		writer = createTraceWriter(context, tripId, 0);
		meter = createDistanceMeter();
		line = createLiveLine();
		show({
			state: 'recording',
			tripId,
			startedAtMs,
			asOfMs: startedAtMs,
			events: [{ deed: 'start', atMs: startedAtMs }]
		});
		watch(tripId);
		return { ok: true, value: tripId };
	}

	async function pause(): Promise<Done> {
		const { tripId } = recording;
		if (recording.state !== 'recording' || tripId === null) return refuse('trip.not_recording');
		unwatch();
		await writer?.close();
		show({ state: 'paused', ...known(await note(tripId, 'pause', 'paused')) });
		return { ok: true, value: undefined };
	}

	async function resume(): Promise<Done> {
		const { tripId } = recording;
		if (recording.state !== 'paused' || tripId === null) return refuse('trip.not_recording');
		const trip = await note(tripId, 'resume', 'recording');
		await replay(trip);
		show({ state: 'recording', ...known(trip) });
		watch(tripId);
		return { ok: true, value: undefined };
	}

	async function stop(): Promise<Done<string>> {
		const { tripId } = recording;
		if (tripId === null || !['recording', 'paused'].includes(recording.state)) {
			return refuse('trip.not_recording');
		}
		const before = recording.state;
		unwatch();
		show({ state: 'stopping' });
		try {
			await writer?.close();
			const permissionAtStop = await context.locations.permission();
			// With the trip: another device must know when it has all of them.
			const fixCount = (await context.documents.fixesOf(tripId)).length;
			await note(tripId, 'stop', 'stopped', { permissionAtStop, fixCount });
		} catch (error) {
			// A full disk: the trip stays open and Stop can be pressed again when there is room.
			show({ state: before });
			throw error;
		}
		try {
			return await finishTrip(context, tripId);
		} finally {
			end();
		}
	}

	async function discard(): Promise<Done> {
		const { tripId } = recording;
		if (tripId === null) return refuse('trip.not_recording');
		unwatch();
		await writer?.close();
		await removeTrip(context, tripId);
		end();
		return { ok: true, value: undefined };
	}

	function end(): void {
		writer = null;
		releaseLock?.();
		releaseLock = null;
		show(IDLE);
	}

	/** Fills meter and line from the stored fixes, with the pauses known so far. */
	async function replay(trip: Trip): Promise<void> {
		meter = createDistanceMeter({ pauses: pausesOf(trip.body.events) });
		line = createLiveLine();
		const fixes = await context.documents.fixesOf(trip._id);
		for (const row of fixes) meter.add(fixOfRow(row));
		const { distanceM, gaps, path } = meter.reading();
		show({ distanceM, gaps, stretches: line.follow(path, gaps), fixCount: fixes.length });
	}

	async function recover(): Promise<void> {
		const newest = await firstOf(context.documents.watchNewest('trip', 20));
		const own = newest.map(({ document }) => document).filter(isOwn);
		const open = own.find((trip) => trip.body.state !== 'stopped');
		if (open === undefined || recording.state !== 'idle') return;
		releaseLock = await context.recordingLock.tryHold();
		if (releaseLock === null) return show({ ...IDLE, state: 'elsewhere', tripId: open._id });
		const nextChunk = await closeLeftChunk(context, open._id);
		const trip = await note(open._id, 'restart', open.body.state);
		writer = createTraceWriter(context, open._id, nextChunk);
		show({
			...IDLE,
			state: trip.body.state === 'paused' ? 'paused' : 'recording',
			tripId: open._id,
			startedAtMs: trip.body.startedAtMs,
			wasInterrupted: true,
			...known(trip)
		});
		await replay(trip);
		if (trip.body.state === 'recording') watch(open._id);
	}

	function isOwn(trip: Trip): boolean {
		return trip.ownerId === context.me.userId;
	}

	return {
		recording: {
			subscribe(run) {
				listeners.add(run);
				run(recording);
				return () => listeners.delete(run);
			}
		},
		start,
		pause,
		resume,
		stop,
		discard,
		recover,
		async letGo() {
			unwatch();
			await writer?.close();
			writer = null;
			releaseLock?.();
			releaseLock = null;
			show(IDLE);
		}
	};
}

function codeOf(error: unknown): string {
	return typeof error === 'object' && error !== null && 'code' in error
		? String(error.code)
		: 'storage.failed';
}
