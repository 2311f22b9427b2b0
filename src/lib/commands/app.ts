import type { ExpenseBody, MileageBody } from '@outlay/domain/transaction';
import type { ContentClearance } from '@outlay/domain/content-guard';
import type { RecordedDrive, RecordedFile } from '@outlay/domain/recordings/recorded-file';
import type { Refusal } from '@outlay/domain/refusal';
import type { ProfileBody } from '@outlay/domain/person';
import type { Verdict } from '@outlay/domain/submission';
import type { VehicleType } from '@outlay/domain/mileage/vehicle';
import type { Way } from '@outlay/domain/mileage/way';
import type { YearKilometres } from '@outlay/domain/mileage/year-kilometres';
import type { RouteBody } from '@outlay/domain/route';
import type {
	DistanceBy,
	FixRow,
	OdometerReason,
	Position,
	TripEvent,
	TripGap
} from '@outlay/domain/trip';
import type { TimeSpan } from '@outlay/domain/trip-events';
import type {
	Documents,
	Live,
	MeasuredWay,
	OwnBooks,
	ProtectionState,
	RecordedLine,
	Regions,
	Sessions,
	SignedIn,
	Sync,
	Vault
} from './ports.ts';
import type { LocationRefusal } from './recording-ports.ts';
import type { BroughtBackFile, UnreadUnsent } from './unsent-ports.ts';

/** Refusals come back as values; anything thrown is broken infrastructure. */
export type Done<T = void> = { ok: true; value: T } | { ok: false; refusal: Refusal };

/** What a person says of a gap: leave the straight line, straight lines through places they passed, or by road. */
export type GapAnswer =
	{ by: 'straight' } | { by: 'via'; via: Position[] } | { by: 'road'; via: Position[] };

/** What of a recording counts, in epoch milliseconds; null for its own beginning or end. */
export interface CountedSpan {
	fromMs: number | null;
	toMs: number | null;
}

/** What a person reads off the car, and says of it. Readings in metres. */
export interface OdometerChange {
	startM?: number | null;
	endM?: number | null;
	reason?: OdometerReason | null;
	/** What the trip is paid by. */
	countsBy?: DistanceBy;
}

/** Everything a person does, bound to their account. One file per deed in this room. */
export interface Deeds {
	/** A fresh transaction id, to save a draft under. */
	newTransactionId(): string;
	/**
	 * Saves a draft expense, creating it at the first call; identity and card numbers are stored unreadable. Refuses what
	 * waits or is approved.
	 */
	saveExpense(transactionId: string, change: Partial<Omit<ExpenseBody, 'kind'>>): Promise<Done>;
	/** Saves a draft mileage, creating it (as a typed trip) at the first call. */
	saveMileage(transactionId: string, change: Partial<Omit<MileageBody, 'kind'>>): Promise<Done>;
	/** Prepares and stores a picture or PDF and adds it to the expense. The value is the receipt's id. */
	attachReceipt(transactionId: string, file: Blob): Promise<Done<string>>;
	removeReceipt(transactionId: string, receiptId: string): Promise<Done>;
	/** Refuses with the first thing missing; `refusal.field` names the field. The value is the submission's id. */
	submit(transactionId: string): Promise<Done<string>>;
	/** Takes a waiting submission back, so that it can be edited. */
	recall(transactionId: string): Promise<Done>;
	/** Approves or declines (a reason is then needed) a submission of somebody else. */
	decide(
		submissionId: string,
		verdict: Verdict,
		reason: string,
		clearances: ContentClearance[]
	): Promise<Done>;
	/** Only what was never submitted. */
	removeDraft(transactionId: string): Promise<Done>;
	/** Only a stopped trip that was never submitted; its draft mileage goes with it. */
	discardTrip(tripId: string): Promise<Done>;
	/**
	 * The ways through the places of a way with who says how long they are, the fastest first. Refuses with
	 * `place.missing` and `place.unknown`.
	 */
	measureWay(way: Way, vehicle: VehicleType): Promise<Done<MeasuredWay[]>>;
	/** How far the year's other submitted drives have come towards the limit of the high rate; null where there is none. */
	kilometresOfYear(transactionId: string, drive: MileageBody): Promise<YearKilometres | null>;
	/** Where the person is, read once; see `readHere` for what it refuses. */
	readHere(): Promise<Done<Position>>;
	/** A new id for an element of one's own books. */
	newElementId(): string;
	/** Keeps or changes a place, vehicle or favourite trip of one's own; see `keepOwn` for what it refuses. */
	keepOwn<B extends keyof OwnBooks>(
		book: B,
		element: OwnBooks[B],
		clearances?: readonly ContentClearance[]
	): Promise<Done>;
	removeOwn(book: keyof OwnBooks, id: string): Promise<Done>;
	/** The vehicle a new trip begins with. */
	makeFirstVehicle(id: string): Promise<Done>;
	/** A stopped trip as others would see it, from the positions on this device; null when there is nothing to see. */
	drivenRoute(tripId: string): Promise<RouteBody | null>;
	/** Fills a gap of a stopped trip as the person says; its distance follows. */
	fillGap(tripId: string, gap: TimeSpan, answer: GapAnswer): Promise<Done>;
	/** Lets only a part of a stopped trip count. */
	trimTrip(tripId: string, span: CountedSpan): Promise<Done>;
	/** Makes two trips of one; the value is the id of the rest's transaction. */
	splitTrip(tripId: string, atMs: number): Promise<Done<string>>;
	/** The whole recorded line of a stopped trip, trimmed parts and their gaps included. */
	recordedLine(tripId: string): Promise<RecordedLine>;
	/** The positions that count, as they were recorded. */
	countedFixes(tripId: string): Promise<FixRow[]>;
	/** Reads a recording of another app: GPX, FIT or Google's Timeline. */
	readRecording(file: Blob): Promise<Done<RecordedFile>>;
	/** Makes a trip of a drive recorded elsewhere; the value is its transaction's id. Refuses one that is here already. */
	importTrip(
		by: RecordedFile['by'],
		drive: RecordedDrive,
		isTwiceMeant: boolean
	): Promise<Done<string>>;
	/** Stores odometer readings; the distance of a stopped trip follows. */
	saveOdometer(tripId: string, change: OdometerChange): Promise<Done>;
	saveProfile(change: Partial<ProfileBody>): Promise<Done>;
	/** Makes a new draft of what was kept of an entry the company removed. The value is its id. */
	enterAgain(keptId: string): Promise<Done<string>>;
	/** Takes up again what a file of unsent work holds; twice is harmless. */
	bringBackUnsent(file: Blob): Promise<Done<BroughtBackFile>>;
}

/** `elsewhere`: another tab of this app is recording. */
export type RecordingState =
	'idle' | 'starting' | 'recording' | 'paused' | 'stopping' | 'elsewhere';

/** What the recording page shows. */
export interface Recording {
	state: RecordingState;
	tripId: string | null;
	startedAtMs: number | null;
	/** Running time without pauses, at `asOfMs`. */
	durationMs: number;
	asOfMs: number;
	distanceM: number;
	fixCount: number;
	lastFix: { position: Position; accuracyM: number; timeMs: number } | null;
	stretches: Position[][];
	gaps: readonly TripGap[];
	/** Presses, returns and times the page stood still, so far. */
	events: TripEvent[];
	odometerStartM: number | null;
	/** Set when the device gives no positions; mileage then works by typing the distance. */
	locationRefusal: LocationRefusal | null;
	/** Null until known. */
	screenStaysOn: boolean | null;
	/** The recording was resumed after the app had been closed. */
	wasInterrupted: boolean;
	/** Why the last fixes are not stored yet, such as `storage.full`; null while each one is. */
	storageFailure: string | null;
}

/** Location is read only between `start` and `stop`. */
export interface TripRecorder {
	readonly recording: Live<Recording>;
	/** Refuses with `trip.location_off` while the company has recorded no purpose, `trip.already_recording`. */
	start(): Promise<Done<string>>;
	pause(): Promise<Done>;
	resume(): Promise<Done>;
	/**
	 * Ends the trip, measures it and makes its route and a draft mileage; the value is the transaction's id.
	 * A trip without movement is kept and can be discarded or typed: refusal `trip.no_movement` names it in `values.tripId`.
	 */
	stop(): Promise<Done<string>>;
	/** Throws away the trip being recorded, with all its fixes. */
	discard(): Promise<Done>;
}

/** Guards the data of an open account. Passcodes are judged by the domain's rules and never stored. */
export interface Protection {
	readonly state: Live<ProtectionState>;
	/**
	 * Sets or changes the passcode; `current` is null where there is none. Refusals `passcode.too_short`,
	 * `passcode.too_simple`, `passcode.too_long`, `passcode.wrong`, `passcode.wait`, `passcode.changed`.
	 */
	setPasscode(current: string | null, next: string): Promise<Done>;
	removePasscode(current: string): Promise<Done>;
	/** Whether this device may know a person by face, finger or its own code. */
	canAddPlatformKey(): Promise<boolean>;
	/** Refuses `platform_key.none` where the person declines or the device hands out no secret. */
	addPlatformKey(current: string): Promise<Done>;
	removePlatformKey(): Promise<void>;
	/**
	 * Closes the account in all tabs until somebody unlocks it. Refuses `lock.recording` while a trip is recorded and
	 * `lock.unsaved` while a form holds what could not be stored.
	 */
	lock(): Promise<Done>;
	/** Locks whenever nobody has used any tab for `idleMs`. Returns how to stop. */
	lockWhenIdle(idleMs: number): () => void;
}

/** The way into an account that is locked. Nothing of it can be read or is sent until then. */
export interface Lock {
	readonly me: SignedIn;
	readonly state: Live<ProtectionState>;
	/** Refusals `passcode.wrong` and `passcode.wait`, with `values.seconds` until the next try. */
	unlock(passcode: string): Promise<Done>;
	/** Refuses `platform_key.refused`. */
	unlockByPlatform(): Promise<Done>;
	/** What would be lost with the passcode. */
	unsent(): Promise<UnreadUnsent>;
}

/** Why the account of who is signed in is not open. */
export type ClosedAccount =
	| { kind: 'locked'; lock: Lock }
	/** A newer app in another tab has taken the data over: this page has to be loaded again. */
	| { kind: 'replaced' }
	/** The key is gone, as on a phone restored from a backup, and with it what was not sent. */
	| { kind: 'key-lost'; unsent: UnreadUnsent; fetchAgain(): Promise<void> };

/** What is there while somebody is signed in on this device. */
export interface Account {
	readonly me: SignedIn;
	readonly documents: Documents;
	readonly vault: Vault;
	readonly sync: Sync;
	readonly deeds: Deeds;
	readonly recorder: TripRecorder;
	readonly regions: Regions;
	readonly protection: Protection;
}

export interface App {
	readonly sessions: Sessions;
	/** Null while nobody is signed in; known without network. */
	readonly account: Live<Account | null>;
	/** Null while the account is open or nobody is signed in. */
	readonly closed: Live<ClosedAccount | null>;
	/** Whether this browser sends what is left when the app is closed; elsewhere it must stay open until all is sent. */
	readonly canSendWhenClosed: boolean;
	/** Bytes used and allowed on this device, and whether the browser promised to keep them. */
	storageUse(): Promise<{ usedBytes: number; quotaBytes: number; isPersistent: boolean }>;
}
