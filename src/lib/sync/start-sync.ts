import type { SessionView } from '@outlay/domain/session-view';
import type { Clock, ItemState, Live, QueueEntry, Sync, SyncStatus } from '#lib/commands/ports.ts';
import { LiveValue } from '#lib/storage/live-value.ts';
import type { OutlayDatabase } from '#lib/storage/open-collections.ts';
import { startBell } from './bell.ts';
import { Lane } from './lane.ts';
import type { Locks } from './one-at-a-time.ts';
import { Outstanding } from './outstanding.ts';
import { startPull } from './pull.ts';
import { Push } from './push.ts';
import { retryPhoto, sendPhotos } from './receipt-outbox.ts';
import { freeWhatWasEdited, unpark } from './refusals.ts';
import { forgetRevisions, offerEverythingAgain } from './restored.ts';
import { ServerLine } from './server-line.ts';
import { Subjects } from './subjects.ts';
import { itemStatesOf, queueOf, statusOf, type InFlight } from './sync-status.ts';
import { uploadByXhr, type Upload } from './upload.ts';

/** How long changes are collected before the screens are told. */
const TELLING_MS = 50;
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
		if (isReadingAgain) return;
		await push.run();
		photoLane.ask();
	}, onDeviceTrouble);
	const photoLane = new Lane(
		() =>
			sendPhotos({
				database,
				databaseName: mailbox,
				line,
				outstanding,
				upload: parts.upload ?? uploadByXhr,
				locks,
				signal: stopping.signal,
				onProgress: (progress) => {
					view.setPhoto(progress);
				}
			}),
		onDeviceTrouble
	);
	const timers: (ReturnType<typeof setTimeout> | undefined)[] = [];
	const askLanes = () => {
		documentLane.ask();
		photoLane.ask();
	};

	const settingsPull = startPull({
		collection: database.settings,
		databaseName: settings,
		line,
		me: session.userId,
		nowMs,
		onRestored: () => forgetRevisions(database.settings)
	});
	/** The server was restored: what it has must be known before everything is offered again. */
	let isReadingAgain = false;
	const mailboxPull = startPull({
		collection: database.documents,
		databaseName: mailbox,
		line,
		me: session.userId,
		nowMs,
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
		async retry(documentId) {
			for (const { receipt, sha256 } of outstanding.photos.values()) {
				if (receipt?.id === documentId) await retryPhoto(database, sha256);
			}
			await unpark(database, documentId);
			wake();
		},
		async unsentCount() {
			await following;
			return outstanding.count;
		},
		async stop() {
			stopping.abort();
			stopReturns();
			stopConnectivity();
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
				photoLane.stop()
			]);
			outstanding.stop();
			await view.stop();
		}
	};
}

/** What the screens follow, told at most every few milliseconds. */
class SyncView {
	readonly status = new LiveValue<SyncStatus>();
	readonly queue = new LiveValue<QueueEntry[]>();
	readonly itemStates = new LiveValue<ReadonlyMap<string, ItemState>>();
	readonly #line: ServerLine;
	readonly #outstanding: Outstanding;
	readonly #subjects: Subjects;
	readonly #stopLine: () => void;
	#inFlight: InFlight = { documentIds: new Set(), photo: null, sentPhotoBytes: 0 };
	#caughtUpMs: number | null = null;
	#photoBytesBefore = new Map<string, number>();
	#timer: ReturnType<typeof setTimeout> | null = null;
	#telling: Promise<void> = Promise.resolve();
	/** Before everything unsent is known it would say "up to date" of what isn't. */
	#isShown = false;

	constructor(line: ServerLine, outstanding: Outstanding, subjects: Subjects) {
		this.#line = line;
		this.#outstanding = outstanding;
		this.#subjects = subjects;
		this.#stopLine = line.state.subscribe(() => {
			this.changed();
		});
	}

	setSending(ids: readonly string[]): void {
		this.#inFlight = { ...this.#inFlight, documentIds: new Set(ids) };
		this.changed();
	}

	setPhoto(photo: InFlight['photo']): void {
		this.#inFlight = { ...this.#inFlight, photo };
		this.changed();
	}

	setCaughtUp(atMs: number): void {
		this.#caughtUpMs = atMs;
		this.changed();
	}

	/** Begins to tell. */
	show(): void {
		this.#isShown = true;
		this.changed();
	}

	changed(): void {
		if (!this.#isShown) return;
		this.#timer ??= setTimeout(() => {
			this.#timer = null;
			// One after the other: a slow look-up must not overwrite what a later one told.
			this.#telling = this.#telling.catch(() => undefined).then(() => this.#tell());
		}, TELLING_MS);
	}

	/** Resolves when nothing is being looked up any more. */
	async stop(): Promise<void> {
		this.#isShown = false;
		this.#stopLine();
		if (this.#timer !== null) clearTimeout(this.#timer);
		await this.#telling.catch(() => undefined);
	}

	async #tell(): Promise<void> {
		if (!this.#isShown) return;
		await this.#subjects.learn(this.#outstanding.documents.values());
		this.#countSentPhotos();
		const subjectsOf = (id: string) => this.#subjects.of(id);
		const line = this.#line.state.value ?? 'connecting';
		this.status.set(statusOf(line, this.#outstanding, this.#inFlight, this.#caughtUpMs));
		this.queue.set(queueOf(this.#outstanding, this.#inFlight, subjectsOf));
		this.itemStates.set(itemStatesOf(this.#outstanding, this.#inFlight, subjectsOf));
	}

	/** A photo that left the list was sent; the count starts over when nothing is left. */
	#countSentPhotos(): void {
		const { photos } = this.#outstanding;
		let sentPhotoBytes = this.#inFlight.sentPhotoBytes;
		for (const [sha256, byteLength] of this.#photoBytesBefore) {
			if (!photos.has(sha256)) sentPhotoBytes += byteLength;
		}
		this.#photoBytesBefore = new Map(
			[...photos.values()].map(({ sha256, byteLength }) => [sha256, byteLength])
		);
		this.#inFlight = { ...this.#inFlight, sentPhotoBytes: photos.size === 0 ? 0 : sentPhotoBytes };
	}
}
