import type { Leg, LegSource } from '@outlay/domain/mileage/distance-source';
import type { FavouriteTrip, OwnPlace, OwnVehicle } from '@outlay/domain/person';
import type { DocumentOf, OutlayDocument } from '@outlay/domain/documents';
import type { DocumentType } from '@outlay/domain/identifiers';
import type { ReceiptMediaType } from '@outlay/domain/receipt';
import type { Refusal, Result } from '@outlay/domain/refusal';
import type { FoundWay, RegionOffer } from '@outlay/domain/regions';
import type { SessionView } from '@outlay/domain/session-view';
import type { PathPoint, TraceFill } from '@outlay/domain/trace-distance';
import type { FixRow, Position, TripGap } from '@outlay/domain/trip';
import type { BroughtBack, UnsentDocument } from './unsent-ports.ts';

/** How long a way is, and who says so: what a mileage stores of it. */
export interface MeasuredWay {
	preference: 'fastest' | 'shortest';
	distanceM: number;
	/** Between these it lies, as far as the source says; null where it doesn't. */
	lowM: number | null;
	highM: number | null;
	source: LegSource;
	/** Whose roads; '' for nothing. */
	method: string;
	legs: Leg[];
	/** Of the places it was measured between. */
	mark: string;
}

/** What a person keeps to choose from, by the list of their profile. */
export interface OwnBooks {
	places: OwnPlace;
	vehicles: OwnVehicle;
	favouriteTrips: FavouriteTrip;
}

/** A value that changes: Svelte's store contract, so that screens can follow it. */
export interface Live<T> {
	/** Calls `run` with the present value at once or as soon as it is known, then at each change. Returns how to stop. */
	subscribe(run: (value: T) => void): () => void;
}

/** A document as it lies on this device. */
export interface Stored<D> {
	document: D;
	/** When it was last changed here without the server having it yet; null once it is sent. */
	unsentSinceMs: number | null;
	/** Written by a newer app: shown, never changed, until this app is updated. */
	isReadOnly: boolean;
}

/** The documents of one person on this device. Every promise resolves when the change is durable here. */
export interface Documents {
	get<T extends DocumentType>(type: T, id: string): Promise<Stored<DocumentOf<T>> | null>;
	/** Writes a new document; the same id with the same content again is no error. */
	add(document: OutlayDocument): Promise<void>;
	/**
	 * Changes a document by a pure function of its newest state; runs again when two changes meet.
	 * Throws `storage.not_found` when it isn't there.
	 */
	edit<T extends DocumentType>(
		type: T,
		id: string,
		change: (document: DocumentOf<T>) => DocumentOf<T>
	): Promise<Stored<DocumentOf<T>>>;
	remove(type: DocumentType, id: string): Promise<void>;
	/** Everything the server does not have as it is here, but for what was deleted. */
	unsent(): Promise<UnsentDocument[]>;
	/** Takes up again what was unsent when it was saved to a file. Nothing that is here is lost, nor what comes. */
	bringBack(unsent: UnsentDocument): Promise<BroughtBack>;

	watch<T extends DocumentType>(type: T, id: string): Live<Stored<DocumentOf<T>> | null>;
	/** Newest first by creation. */
	watchNewest<T extends DocumentType>(type: T, limit: number): Live<Stored<DocumentOf<T>>[]>;
	/** Submissions, recalls and decisions about a transaction. */
	watchAbout(subjectId: string): Live<Stored<DocumentOf<'submission' | 'recall' | 'decision'>>[]>;
	/** Raw fixes of a trip, in order, without loading the screen with documents. */
	fixesOf(tripId: string): Promise<FixRow[]>;
	/** The chunks they lie in, in order; numbers may be missing. */
	tracesOf(tripId: string): Promise<DocumentOf<'trace'>[]>;
}

/** Receipt bytes by their hash. */
export interface Vault {
	/** Stores bytes durably and queues them for upload; the same bytes twice are stored once. */
	put(
		bytes: Uint8Array,
		mediaType: ReceiptMediaType
	): Promise<{ sha256: string; byteLength: number }>;
	/** The bytes, fetched and verified from the server when they are not here; null while they can't be had. */
	get(sha256: string): Promise<Blob | null>;
	/** As `put`, of bytes that were saved before; false, storing nothing, when they are not the ones the hash names. */
	bringBack(sha256: string, bytes: Uint8Array, mediaType: ReceiptMediaType): Promise<boolean>;
	/** Hashes of what the server has not confirmed yet. */
	unsent(): Promise<string[]>;
	/** Removes bytes no document needs any more and that were never sent, with the thumbnail made of them. */
	forget(picture: { sha256: string; thumbnailSha256: string | null }): Promise<void>;
}

/** Transport state of one item, as the person sees it. */
export type ItemState = 'on-this-device' | 'sending' | 'sent' | 'needs-attention';

/**
 * A closed set, once a page. Times are epoch milliseconds. What is unsent is counted as a person counts: an entry with
 * its receipts, photos and submissions is one.
 */
export type SyncStatus =
	| { state: 'offline'; unsentCount: number }
	| { state: 'unreachable'; unsentCount: number }
	/** The network asks to sign in to it first, as in a hotel. */
	| { state: 'portal'; unsentCount: number }
	| { state: 'sign-in-again'; unsentCount: number }
	/** App and server speak different versions: nothing is sent or fetched until the older one is updated. */
	| { state: 'app-too-old'; unsentCount: number }
	| { state: 'server-too-old'; unsentCount: number }
	| {
			state: 'sending';
			unsentCount: number;
			/** Sent since there was last nothing to send. */
			sentCount: number;
			sentBytes: number;
			totalBytes: number;
	  }
	| {
			/** Much is read from the server, as on a new device; counted in changes, of which the server may not know how many. */
			state: 'fetching';
			doneCount: number;
			totalCount: number | null;
	  }
	/** Only full photos are left, and they wait for Wi-Fi. */
	| { state: 'photos-wait'; unsentCount: number }
	| { state: 'up-to-date'; atMs: number | null };

/** Something on its way, or something the server refused. */
export interface QueueEntry {
	documentId: string;
	/** The transaction it belongs to, where there is one. */
	subjectId: string | null;
	part: 'entry' | 'photo' | 'submission' | 'decision' | 'trip' | 'other';
	state: 'waiting' | 'sending' | 'refused';
	sentBytes: number;
	totalBytes: number;
	refusal: Refusal | null;
}

export interface Sync {
	readonly status: Live<SyncStatus>;
	readonly queue: Live<QueueEntry[]>;
	/** State of documents by id; a transaction's includes its receipts, photos and submissions. An id that is missing is sent. */
	readonly itemStates: Live<ReadonlyMap<string, ItemState>>;
	/** Try now: a tap, a return to the app, a change of network. */
	wake(): void;
	/** Sends photos over the present connection too, though it is metered. */
	sendPhotosNow(): void;
	/** Sends a refused document again. */
	retry(documentId: string): Promise<void>;
	/** How many items have not reached the server, the refused ones among them; an entry with its photos is one. */
	unsentCount(): Promise<number>;
}

/** Who is signed in on this device; known without network. */
export type SignedIn = SessionView;

export interface Sessions {
	readonly current: Live<SignedIn | null>;
	/** Needs the server: refusals `sign_in.refused`, `sign_in.too_many`, `sign_in.incomplete`, `sign_in.unreachable`. */
	signIn(
		companyCode: string,
		workEmail: string,
		password: string
	): Promise<{ ok: true } | { ok: false; refusal: Refusal }>;
	/** Ends the session and removes every database of this app from the device. */
	signOut(): Promise<void>;
}

/** What guards the data on this device. */
export interface ProtectionState {
	hasPasscode: boolean;
	/** Face, finger or the device's own code opens it too. */
	hasPlatformKey: boolean;
	/** How long the next try has to wait, from when it was read. */
	waitMs: number;
}

export interface Clock {
	nowMs(): number;
}

export interface Identities {
	/** A new ULID in lower case. */
	ulid(): string;
}

/** Lower-case hex SHA-256. */
export interface Hashing {
	text(text: string): Promise<string>;
}

export interface PreparedPhoto {
	bytes: Uint8Array;
	mediaType: ReceiptMediaType;
	widthPx: number;
	heightPx: number;
	/** A small picture of it; null where it is small itself, or a PDF. */
	thumbnail: { bytes: Uint8Array; mediaType: ReceiptMediaType } | null;
}

/** Downscales a picture and frees it of EXIF, off the main thread. PDFs pass through. */
export interface Photos {
	/** Refusals: `photo.empty`, `photo.not_a_picture`, `photo.broken`, `photo.too_large`. */
	prepare(
		file: Blob
	): Promise<{ ok: true; value: PreparedPhoto } | { ok: false; refusal: Refusal }>;
}

/** Distance and line of a trace, computed off the main thread. */
export interface TripMeasuring {
	/** Nothing inside a pause is counted; a gap that somebody filled counts as they filled it. */
	measure(
		fixes: readonly FixRow[],
		pauses: readonly { fromMs: number; toMs: number }[],
		fills?: readonly TraceFill[]
	): Promise<{
		distanceM: number;
		/** The truth lies between these in nine cases of ten. */
		lowM: number;
		highM: number;
		method: string;
		gaps: TripGap[];
		/** Simplified, one list for each stretch between gaps. */
		stretches: Position[][];
	}>;
	line(
		fixes: readonly FixRow[],
		pauses: readonly { fromMs: number; toMs: number }[]
	): Promise<RecordedLine>;
}

/** Where the vehicle was, with times, and the stretches in between of which nothing is known. */
export interface RecordedLine {
	path: PathPoint[];
	gaps: TripGap[];
}

/** A region that is kept on this device. */
export interface KeptRegion {
	name: string;
	byteLength: number;
	/** Changes when the server offers something newer. */
	versions: string;
}

/** A PMTiles archive of vector tiles. */
export interface KeptMap {
	name: string;
	version: string;
	file: Blob;
}

/** A pack of roads, as `decodeRoadNetwork` reads it. */
export interface KeptRoads {
	name: string;
	version: string;
	file: Blob;
}

/** Maps and roads of regions: what the company's server offers, and what is kept on this device. */
export interface Regions {
	readonly kept: Live<KeptRegion[]>;
	readonly maps: Live<KeptMap[]>;
	readonly roads: Live<KeptRoads[]>;
	/** Null while the server can't be asked. */
	offer(): Promise<RegionOffer | null>;
	/**
	 * Fetches a region for keeping; what came before a broken connection stays and is not fetched again. Refusals
	 * `region.interrupted`, `region.changed` (look at the offer again), `storage.full`.
	 */
	keep(
		region: RegionOffer['regions'][number],
		onProgress: (doneBytes: number, totalBytes: number) => void
	): Promise<Result<void>>;
	remove(name: string): Promise<void>;
}

/** Ways by road over the packs that are kept here, off the main thread. */
export interface RoadSearch {
	/**
	 * The fastest way through the places and, where it differs, the shortest, over the first pack that knows them all.
	 * Null when none of the packs does.
	 */
	ways(
		packs: readonly KeptRoads[],
		places: readonly Position[]
	): Promise<{ ways: FoundWay[]; source: string } | null>;
}

/** Ways by road from the service that the company chose, asked through its server. */
export interface RoutingDesk {
	/** Null while it can't be asked or knows none. */
	ways(places: readonly Position[]): Promise<FoundWay[] | null>;
}
