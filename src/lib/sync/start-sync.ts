import type { SessionView } from '@outlay/domain/session-view';
import type { Clock, Live, Sync } from '#lib/commands/ports.ts';
import type { OutlayDatabase } from '#lib/storage/open-collections.ts';
import { startBell } from './bell.ts';
import { Lane } from './lane.ts';
import type { Locks } from './one-at-a-time.ts';
import { isHeld } from './original-hold.ts';
import { Outstanding } from './outstanding.ts';
import { readNewest } from './newest-first.ts';
import { startPull } from './pull.ts';
import { Push } from './push.ts';
import { retryPhoto, sendPhotos } from './receipt-outbox.ts';
import { freeWhatWasEdited, unpark } from './refusals.ts';
import { forgetRevisions, offerEverythingAgain } from './restored.ts';
import { ServerLine } from './server-line.ts';
import { Subjects } from './subjects.ts';
import { itemsOf } from './sync-status.ts';
import { SyncView } from './sync-view.ts';
import { uploadByXhr, type Upload } from './upload.ts';

/** A write is offered after this pause, so that what is saved together is sent together. */
const GATHERING_MS = 100;
/** Settings change rarely: they are read at the start, at each wake, and this often. */
const SETTINGS_EVERY_MS = 5 * 60_000;
/** What failed on the device itself, such as a full disk, is tried again. */
const DEVICE_RETRY_MS = 10_000;

export interface SyncParts {
	database: OutlayDatabase;
	/** Whose databases they are. */
	session: SessionView;
	clock: Clock;
	/** Whether the device believes it has a network. */
	connectivity: Live<boolean>;
	/** Whether the connection is one on which large photos wait; never, without it. */
	isMetered?: Live<boolean>;
	/** Calls back each time the person returns to the page; returns how to stop. */
	onReturn: (run: () => void) => () => void;
	/** Resolves while somebody looks at the page. */
	untilVisible: () => Promise<void>;
	fetch: typeof globalThis.fetch;
	upload?: Upload;
	/** Of this browser, shared by all tabs. */
	locks?: Locks;
}

/**
 * Keeps an open database and the server alike until it is stopped. Every tab does it for itself: a sleeping one
 * stops nobody, two at once only cost a request, since each write is settled by its revision. Batches and photos
 * are sent by one tab at a time. `stop` resolves when nothing touches the database any more.
 */
export function startSync(parts: SyncParts): Sync & { stop(): Promise<void> } {
	const { database, session, clock } = parts;
	const { mailbox, settings } = session.databases;
	const nowMs = () => clock.nowMs();
	const stopping = new AbortController();
	const locks = parts.locks ?? navigator.locks;
	const line = new ServerLine({
		fetch: parts.fetch,
		connectivity: parts.connectivity,
		account: { companyId: session.companyId, userId: session.userId },
		nowMs
	});
	const outstanding = new Outstanding(database);
	const subjects = new Subjects(database);
	const view = new SyncView(line, outstanding, subjects);

	const push = new Push({
		database,
		databaseName: mailbox,
		line,
		outstanding,
		nowMs,
		locks,
		signal: stopping.signal,
		onSending: (ids) => {
			view.setSending(ids);
		}
	});
	const onDeviceTrouble = () => {
		timers.push(setTimeout(askLanes, DEVICE_RETRY_MS));
	};
	const documentLane = new Lane(async () => {
		if (!isEpochKnown || isReadingAgain) return;
		await push.run();
		thumbnailLane.ask();
		originalLane.ask();
	}, onDeviceTrouble);
	const outbox = {
		database,
		databaseName: mailbox,
		line,
		outstanding,
		upload: parts.upload ?? uploadByXhr,
		locks,
		signal: stopping.signal
	};
	const thumbnailLane = new Lane(async () => {
		await sendPhotos({ ...outbox, kind: 'thumbnails', onProgress: () => undefined });
		originalLane.ask();
	}, onDeviceTrouble);
	const originalLane = new Lane(
		() =>
			sendPhotos({
				...outbox,
				kind: 'originals',
				onProgress: (progress) => {
					view.setPhoto(progress);
				}
			}),
		onDeviceTrouble
	);
	let isMetered = false;
	let isToldToSend = false;
	outstanding.hold((photo) => isHeld(photo, { isMetered, isToldToSend, nowMs: nowMs() }));
	const stopMetered = parts.isMetered?.subscribe((now) => {
		// Said of the connection it was said on.
		if (now !== isMetered) isToldToSend = false;
		isMetered = now;
		view.changed();
		originalLane.ask();
	});
	const timers: (ReturnType<typeof setTimeout> | undefined)[] = [];
	const askLanes = () => {
		documentLane.ask();
		thumbnailLane.ask();
		originalLane.ask();
	};

	const settingsPull = startPull({
		collection: database.settings,
		databaseName: settings,
		line,
		me: session.userId,
		nowMs,
		onRestored: () => forgetRevisions(database.settings)
	});
	/**
	 * What is sent before a first page is read would be missed by nobody if the server were set back to before it: a device
	 * that knows no epoch can't see that another one began (found by chaos).
	 */
	let isEpochKnown = false;
	/** The server was restored: what it has must be known before everything is offered again. */
	let isReadingAgain = false;
	const mailboxPull = startPull({
		collection: database.documents,
		databaseName: mailbox,
		line,
		me: session.userId,
		nowMs,
		readFirst: () => readNewest(line, mailbox, session.userId),
		onReading: (reading) => {
			view.setReading(reading);
		},
		onEpochKnown: () => {
			if (isEpochKnown) return;
			isEpochKnown = true;
			askLanes();
		},
		onRestored: () => {
			isReadingAgain = true;
			return offerEverythingAgain(database, nowMs());
		},
		onCaughtUp: () => {
			if (isReadingAgain) {
				isReadingAgain = false;
				askLanes();
			}
			view.setCaughtUp(nowMs());
		}
	});
	const bell = startBell({
		databaseName: mailbox,
		line,
		untilVisible: parts.untilVisible,
		ring: () => {
			mailboxPull.ring();
		}
	});

	let gathering: ReturnType<typeof setTimeout> | null = null;
	const stopWatching = outstanding.onChange(() => {
		view.changed();
		gathering ??= setTimeout(() => {
			gathering = null;
			askLanes();
		}, GATHERING_MS);
	});
	const following = outstanding.follow();
	void following.then(() => {
		view.show();
	});
	const stopFreeing = freeWhatWasEdited(database, (id) => outstanding.isRefused(id));

	const wake = () => {
		line.wake();
		bell.shake();
		settingsPull.ring();
		askLanes();
	};
	const stopReturns = parts.onReturn(wake);
	const stopConnectivity = parts.connectivity.subscribe((isOnline) => {
		if (isOnline) wake();
	});
	const settingsTimer = setInterval(() => {
		settingsPull.ring();
	}, SETTINGS_EVERY_MS);

	return {
		status: view.status,
		queue: view.queue,
		itemStates: view.itemStates,
		wake,
		sendPhotosNow() {
			isToldToSend = true;
			wake();
			view.changed();
		},
		async retry(documentId) {
			for (const { receipt, sha256 } of outstanding.photos.values()) {
				if (receipt?.id === documentId) await retryPhoto(database, sha256);
			}
			await unpark(database, documentId);
			await outstanding.readRefused(documentId);
			wake();
		},
		async unsentCount() {
			await following;
			await subjects.learn(outstanding.documents.values());
			const { documents, photos } = outstanding.lacking();
			return itemsOf(documents, photos, (id) => subjects.of(id)).size;
		},
		async stop() {
			stopping.abort();
			stopReturns();
			stopConnectivity();
			stopMetered?.();
			clearInterval(settingsTimer);
			if (gathering !== null) clearTimeout(gathering);
			timers.forEach(clearTimeout);
			stopWatching();
			stopFreeing();
			bell.stop();
			line.stop();
			await following;
			await Promise.all([
				settingsPull.stop(),
				mailboxPull.stop(),
				documentLane.stop(),
				thumbnailLane.stop(),
				originalLane.stop()
			]);
			outstanding.stop();
			await view.stop();
		}
	};
}
