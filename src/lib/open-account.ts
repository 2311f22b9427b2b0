import { documentId } from '@outlay/domain/identifiers';
import type { Account, Deeds, Protection } from './commands/app.ts';
import { attachReceipt } from './commands/attach-receipt.ts';
import { bringBackUnsent } from './commands/bring-back-unsent.ts';
import { followTrips } from './commands/catch-up-trips.ts';
import { enterAgain } from './commands/enter-again.ts';
import { kilometresOfYear } from './commands/confirmed-drives.ts';
import { documentsOf, firstOf, type DeedContext } from './commands/context.ts';
import { splitTrip, trimTrip } from './commands/cut-trip.ts';
import { decide } from './commands/decide.ts';
import { discardTrip } from './commands/discard-trip.ts';
import type { RoadContext } from './commands/measure-by-road.ts';
import { measureWay } from './commands/measure-way.ts';
import { keepOwn, makeFirstVehicle, removeOwn } from './commands/own-books.ts';
import { fillGap } from './commands/fill-gap.ts';
import { importTrip } from './commands/import-trip.ts';
import { drivenRoute, fixesThatCount, recordedLine } from './commands/measure-trip.ts';
import type { SignedIn } from './commands/ports.ts';
import { readHere } from './commands/read-here.ts';
import { recall } from './commands/recall.ts';
import { removeDraft } from './commands/remove-draft.ts';
import { removeReceipt } from './commands/remove-receipt.ts';
import { saveExpense } from './commands/save-expense.ts';
import { saveMileage } from './commands/save-mileage.ts';
import { saveOdometer } from './commands/save-odometer.ts';
import { saveProfile } from './commands/save-profile.ts';
import { standingHere } from './commands/standing.ts';
import { submit } from './commands/submit.ts';
import { createTripRecorder } from './commands/trip-recorder.ts';
import type { createClock } from './device/clock.ts';
import type { createConnectivity } from './device/connectivity.ts';
import { createHashing } from './device/hashing.ts';
import { createHeartbeat } from './device/heartbeat.ts';
import { createIdentities } from './device/identities.ts';
import { createLocations } from './device/locations.ts';
import { createMetered } from './device/metered.ts';
import { createRecordingLock } from './device/recording-lock.ts';
import { onReturn, untilVisible } from './device/visibility.ts';
import { followUnsent } from './device/unsent-outside.ts';
import { createWakeLock } from './device/wake-lock.ts';
import type { AccountGuard } from './storage/account-guard.ts';
import { documentsIn } from './storage/documents.ts';
import { openDatabase, type OpenOptions } from './storage/open-database.ts';
import { RegionFiles } from './storage/region-files.ts';
import { vaultIn } from './storage/vault.ts';
import { blobFetcher } from './sync/fetch-blob.ts';
import { openRegions } from './sync/regions.ts';
import { openRoutingDesk } from './sync/routing-desk.ts';
import { followServerClock } from './sync/server-clock.ts';
import { startSync } from './sync/start-sync.ts';
import { createPhotos } from './workers/photo-client.ts';
import { createRecordingFiles } from './workers/recordings-client.ts';
import { createRoadSearch } from './workers/roads-client.ts';
import { createTripMeasuring } from './workers/trip-client.ts';

export interface OpenAccount {
	session: SignedIn;
	account: Account;
	wake(): void;
	close(): Promise<void>;
}

/** The most settings documents read at once: a name with each day it changed. */
const SETTINGS_LIMIT = 500;

/** Opens an account's store and wires everything that works on it. Throws as `openDatabase`. */
export async function openAccount(
	guard: AccountGuard,
	parts: {
		clock: ReturnType<typeof createClock>;
		connectivity: ReturnType<typeof createConnectivity>;
		options: OpenOptions;
		protection: Protection;
	}
): Promise<OpenAccount> {
	const { clock, connectivity } = parts;
	const me = guard.session;
	const database = await openDatabase(me, parts.options);
	const serverClock = followServerClock((input, init) => fetch(input, init), clock);
	const online = serverClock.fetch;
	const documents = documentsIn(database, clock);
	const vault = vaultIn(database, clock, blobFetcher(me.databases.mailbox, online));
	const sync = startSync({
		database,
		session: me,
		clock,
		connectivity,
		isMetered: createMetered(),
		onReturn,
		untilVisible,
		fetch: online
	});
	const stopOutside = followUnsent(sync.status);
	const regions = openRegions(new RegionFiles(me.companyId), online);
	const roads: RoadContext = {
		regions,
		roadSearch: createRoadSearch(),
		routingDesk: openRoutingDesk(online)
	};
	const context: DeedContext = {
		me,
		documents,
		vault,
		clock,
		identities: createIdentities(),
		hashing: createHashing(),
		photos: createPhotos(),
		measuring: createTripMeasuring(),
		settings: async () =>
			documentsOf(await firstOf(documents.watchNewest('setting', SETTINGS_LIMIT))),
		caseOf: (subjectId) => standingHere(documents, me, subjectId)
	};
	const recorder = createTripRecorder({
		...context,
		locations: createLocations(),
		wakeLock: createWakeLock(),
		recordingLock: createRecordingLock(`${database.name}-recording`),
		heartbeat: createHeartbeat(clock),
		clockOffsetMs: () => serverClock.offsetMs()
	});
	await recorder.recover();
	const running = new Set<Promise<unknown>>();
	// Nobody waits for it to see their trips; what it can't do now it does at the next opening.
	let stopTrips = () => undefined as void;
	const trips = followTrips(context, sync.status, (work) => follow(work, running));
	follow(
		trips.then((stop) => (stopTrips = stop)),
		running
	);
	return {
		session: me,
		account: {
			me,
			documents,
			vault,
			sync,
			deeds: followed(deedsOf(context, roads), running),
			recorder,
			regions,
			protection: parts.protection
		},
		wake: () => sync.wake(),
		async close() {
			await recorder.letGo();
			// A photo in the middle of being prepared, a form that was left: both end in the store.
			while (running.size > 0) await Promise.allSettled([...running]);
			stopTrips();
			stopOutside();
			await sync.stop();
			await database.close();
		}
	};
}

function deedsOf(context: DeedContext, roads: RoadContext): Deeds {
	const recordingFiles = createRecordingFiles();
	return {
		newTransactionId: () => documentId('transaction', context.me.userId, context.identities.ulid()),
		saveExpense: (transactionId, change) => saveExpense(context, transactionId, change),
		saveMileage: (transactionId, change) => saveMileage(context, transactionId, change),
		attachReceipt: (transactionId, file) => attachReceipt(context, transactionId, file),
		removeReceipt: (transactionId, receiptId) => removeReceipt(context, transactionId, receiptId),
		submit: (transactionId) => submit(context, transactionId),
		recall: (transactionId) => recall(context, transactionId),
		decide: (submissionId, verdict, reason, clearances) =>
			decide(context, submissionId, verdict, reason, clearances),
		removeDraft: (transactionId) => removeDraft(context, transactionId),
		discardTrip: (tripId) => discardTrip(context, tripId),
		measureWay: (way, vehicle) => measureWay(context, roads, way, vehicle),
		kilometresOfYear: (transactionId, drive) => kilometresOfYear(context, transactionId, drive),
		readHere: () => readHere(context, createLocations()),
		newElementId: () => context.identities.ulid(),
		keepOwn: (book, element, clearances) => keepOwn(context, book, element, clearances),
		removeOwn: (book, id) => removeOwn(context, book, id),
		makeFirstVehicle: (id) => makeFirstVehicle(context, id),
		saveProfile: (change) => saveProfile(context, change),
		enterAgain: (keptId) => enterAgain(context, keptId),
		bringBackUnsent: (file) => bringBackUnsent(context, file),
		drivenRoute: (tripId) => drivenRoute(context, tripId),
		trimTrip: (tripId, span) => trimTrip(context, tripId, span),
		splitTrip: (tripId, atMs) => splitTrip(context, tripId, atMs),
		recordedLine: (tripId) => recordedLine(context, tripId),
		countedFixes: (tripId) => fixesThatCount(context, tripId),
		readRecording: (file) => recordingFiles.read(file),
		importTrip: (by, drive, isTwiceMeant) => importTrip(context, by, drive, isTwiceMeant),
		fillGap: (tripId, gap, answer) => fillGap(context, roads, tripId, gap, answer),
		saveOdometer: (tripId, change) => saveOdometer(context, tripId, change)
	};
}

function follow(work: Promise<unknown>, running: Set<Promise<unknown>>): void {
	running.add(work);
	const end = () => running.delete(work);
	work.then(end, end);
}

/** The same deeds; those under way are in `running`. */
function followed(deeds: Deeds, running: Set<Promise<unknown>>): Deeds {
	const followedDeed =
		(deed: (...given: unknown[]) => unknown) =>
		(...given: unknown[]) => {
			const done = deed(...given);
			if (done instanceof Promise) follow(done, running);
			return done;
		};
	// Each deed keeps what it takes and gives.
	return Object.fromEntries(
		Object.entries(deeds).map(([name, deed]) => [name, followedDeed(deed as never)])
	) as unknown as Deeds;
}
