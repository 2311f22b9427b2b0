import { documentId } from '@outlay/domain/identifiers';
import type { Account, App, Deeds } from './commands/app.ts';
import { attachReceipt } from './commands/attach-receipt.ts';
import { documentsOf, firstOf, type DeedContext } from './commands/context.ts';
import { decide } from './commands/decide.ts';
import { discardTrip } from './commands/discard-trip.ts';
import { measureByRoad, type RoadContext } from './commands/measure-by-road.ts';
import type { SignedIn } from './commands/ports.ts';
import { recall } from './commands/recall.ts';
import { removeDraft } from './commands/remove-draft.ts';
import { removeReceipt } from './commands/remove-receipt.ts';
import { saveExpense } from './commands/save-expense.ts';
import { saveMileage } from './commands/save-mileage.ts';
import { saveProfile } from './commands/save-profile.ts';
import { standingHere } from './commands/standing.ts';
import { submit } from './commands/submit.ts';
import { createTripRecorder } from './commands/trip-recorder.ts';
import { createClock } from './device/clock.ts';
import { createConnectivity } from './device/connectivity.ts';
import { createHashing } from './device/hashing.ts';
import { createIdentities } from './device/identities.ts';
import { createLocations } from './device/locations.ts';
import { createRecordingLock } from './device/recording-lock.ts';
import { createStoragePersistence } from './device/storage-persistence.ts';
import { onReturn, untilVisible } from './device/visibility.ts';
import { createWakeLock } from './device/wake-lock.ts';
import { documentsIn } from './storage/documents.ts';
import { LiveValue } from './storage/live-value.ts';
import { forgetAccount, openDatabase, removeEverything } from './storage/open-database.ts';
import { RegionFiles } from './storage/region-files.ts';
import { rememberSignedIn } from './storage/signed-in.ts';
import { vaultIn } from './storage/vault.ts';
import { blobFetcher } from './sync/fetch-blob.ts';
import { openRegions } from './sync/regions.ts';
import { openRoutingDesk } from './sync/routing-desk.ts';
import { createSessions } from './sync/sessions.ts';
import { startSync } from './sync/start-sync.ts';
import { createPhotos } from './workers/photo-client.ts';
import { createRoadSearch } from './workers/roads-client.ts';
import { createTripMeasuring } from './workers/trip-client.ts';

interface OpenAccount {
	session: SignedIn;
	account: Account;
	wake(): void;
	close(): Promise<void>;
}

/** The most settings documents read at once: a name with each day it changed. */
const SETTINGS_LIMIT = 500;

/**
 * Wires adapters to deeds, once. Opens the account that is signed in on this device, without network, and follows
 * sign-in and sign-out from then on, in this tab and the others.
 */
export async function startApp(): Promise<App> {
	const clock = createClock();
	const connectivity = createConnectivity();
	const persistence = createStoragePersistence();
	const memory = rememberSignedIn();
	const current = new LiveValue<Account | null>();
	let open: OpenAccount | null = null;

	let closing: Promise<void> = Promise.resolve();
	/** Signing out asks for it twice, in this tab and through the others: both wait for the one closing. */
	const closeAccount = () => {
		const last = open;
		open = null;
		if (last !== null) {
			current.set(null);
			closing = last.close();
		}
		return closing;
	};
	const follow = async (session: SignedIn | null) => {
		if (session !== null && open !== null && isSameAccount(open.session, session)) {
			open.wake();
			return;
		}
		await closeAccount();
		if (session === null) {
			current.set(null);
			return;
		}
		open = await openAccount(session, clock, connectivity);
		current.set(open.account);
	};

	const sessions = createSessions({
		memory,
		fetch: (input, init) => fetch(input, init),
		closeAccount,
		removeEverything
	});
	// One change of account at a time; the first failure is the start's to show.
	let work: Promise<void> = Promise.resolve();
	await new Promise<void>((resolve, reject) => {
		memory.current.subscribe((session) => {
			work = work.then(() => follow(session));
			work.then(resolve, reject);
			work = work.catch(() => undefined);
		});
	});

	return {
		sessions,
		account: current,
		async storageUse() {
			const [isPersistent, estimate] = await Promise.all([
				persistence.persist(),
				persistence.estimate()
			]);
			return { usedBytes: 0, quotaBytes: 0, ...estimate, isPersistent };
		}
	};
}

async function openAccount(
	me: SignedIn,
	clock: ReturnType<typeof createClock>,
	connectivity: ReturnType<typeof createConnectivity>
): Promise<OpenAccount> {
	const database = await openDatabase(me).catch(async (error: unknown) => {
		if (!hasCode(error, 'storage.key_unreadable')) throw error;
		// A restored phone has the data without its key: it can't be read, so it is fetched again.
		await forgetAccount(me);
		return openDatabase(me);
	});
	const online = (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init);
	const documents = documentsIn(database, clock);
	const vault = vaultIn(database, clock, blobFetcher(me.databases.mailbox, online));
	const sync = startSync({
		database,
		session: me,
		clock,
		connectivity,
		onReturn,
		untilVisible,
		fetch: online
	});
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
		recordingLock: createRecordingLock(`${database.name}-recording`)
	});
	await recorder.recover();
	return {
		session: me,
		account: { me, documents, vault, sync, deeds: deedsOf(context, roads), recorder, regions },
		wake: () => sync.wake(),
		async close() {
			await recorder.letGo();
			await sync.stop();
			await database.close();
		}
	};
}

function deedsOf(context: DeedContext, roads: RoadContext): Deeds {
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
		measureByRoad: (places) => measureByRoad(roads, places),
		saveProfile: (change) => saveProfile(context, change)
	};
}

function isSameAccount(a: SignedIn, b: SignedIn): boolean {
	return a.companyId === b.companyId && a.userId === b.userId;
}

function hasCode(error: unknown, code: string): boolean {
	return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
