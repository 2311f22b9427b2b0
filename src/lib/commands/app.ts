import type { ExpenseBody, MileageBody } from '@outlay/domain/transaction';
import type { ContentClearance } from '@outlay/domain/content-guard';
import type { Refusal } from '@outlay/domain/refusal';
import type { ProfileBody } from '@outlay/domain/person';
import type { Verdict } from '@outlay/domain/submission';
import type { Position, TripGap } from '@outlay/domain/trip';
import type { MeasuredByRoad } from './measure-by-road.ts';
import type {
	Documents,
	Live,
	LocationRefusal,
	Regions,
	Sessions,
	SignedIn,
	Sync,
	Vault
} from './ports.ts';

/** Refusals come back as values; anything thrown is broken infrastructure. */
export type Done<T = void> = { ok: true; value: T } | { ok: false; refusal: Refusal };

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
	/** Metres by road through two or more places, with who says so; an estimate where nobody knows the roads. */
	measureByRoad(places: readonly Position[]): Promise<MeasuredByRoad>;
	saveProfile(change: Partial<ProfileBody>): Promise<Done>;
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
	gaps: TripGap[];
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

/** What is there while somebody is signed in on this device. */
export interface Account {
	readonly me: SignedIn;
	readonly documents: Documents;
	readonly vault: Vault;
	readonly sync: Sync;
	readonly deeds: Deeds;
	readonly recorder: TripRecorder;
	readonly regions: Regions;
}

export interface App {
	readonly sessions: Sessions;
	/** Null while nobody is signed in; known without network. */
	readonly account: Live<Account | null>;
	/** Bytes used and allowed on this device, and whether the browser promised to keep them. */
	storageUse(): Promise<{ usedBytes: number; quotaBytes: number; isPersistent: boolean }>;
}
