import type { ItemState, QueueEntry, SyncStatus } from '#lib/commands/ports.ts';
import { LiveValue } from '#lib/storage/live-value.ts';
import type { Outstanding } from './outstanding.ts';
import type { Reading } from './pull.ts';
import type { ServerLine } from './server-line.ts';
import type { Subjects } from './subjects.ts';
import {
	itemsOf,
	itemStatesOf,
	queueOf,
	statusOf,
	type InFlight,
	type SubjectsOf
} from './sync-status.ts';

/** How long changes are collected before the screens are told. */
const TELLING_MS = 50;
/** How soon it is tried again when the store could not be read. */
const TELLING_AGAIN_MS = 1_000;

/** What the screens follow, told at most every few milliseconds. */
export class SyncView {
	readonly status = new LiveValue<SyncStatus>();
	readonly queue = new LiveValue<QueueEntry[]>();
	readonly itemStates = new LiveValue<ReadonlyMap<string, ItemState>>();
	readonly #line: ServerLine;
	readonly #outstanding: Outstanding;
	readonly #subjects: Subjects;
	readonly #stopLine: () => void;
	#inFlight: InFlight = { documentIds: new Set(), photo: null, sentCount: 0, sentPhotoBytes: 0 };
	#caughtUpMs: number | null = null;
	#reading: Reading | null = null;
	#photoBytesBefore = new Map<string, number>();
	#unsentBefore: ReadonlySet<string> = new Set();
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

	setReading(reading: Reading): void {
		this.#reading = reading;
		this.changed();
	}

	setCaughtUp(atMs: number): void {
		this.#caughtUpMs = atMs;
		this.#reading = null;
		this.changed();
	}

	/** Begins to tell. */
	show(): void {
		this.#isShown = true;
		this.changed();
	}

	changed(): void {
		if (!this.#isShown) return;
		const tell = () => {
			this.#timer = null;
			// One after the other: a slow look-up must not overwrite what a later one told.
			this.#telling = this.#telling
				.then(() => this.#tell())
				.catch(() => {
					// The browser closed the store by force: it is open again in a moment.
					if (this.#isShown) this.#timer ??= setTimeout(tell, TELLING_AGAIN_MS);
				});
		};
		this.#timer ??= setTimeout(tell, TELLING_MS);
	}

	/** Resolves when nothing is being looked up any more. */
	async stop(): Promise<void> {
		this.#isShown = false;
		this.#stopLine();
		if (this.#timer !== null) clearTimeout(this.#timer);
		await this.#telling;
	}

	async #tell(): Promise<void> {
		if (!this.#isShown) return;
		await this.#subjects.learn(this.#outstanding.documents.values());
		const subjectsOf = (id: string) => this.#subjects.of(id);
		this.#countSent(subjectsOf);
		this.#countSentPhotos();
		const line = this.#line.state.value ?? 'connecting';
		this.status.set(
			statusOf(line, this.#outstanding, this.#inFlight, this.#caughtUpMs, this.#reading, subjectsOf)
		);
		this.queue.set(queueOf(this.#outstanding, this.#inFlight, subjectsOf));
		this.itemStates.set(itemStatesOf(this.#outstanding, this.#inFlight, subjectsOf));
	}

	/** What left the list was sent, or taken back, which is as done; the count starts over when nothing is left. */
	#countSent(subjectsOf: SubjectsOf): void {
		const { documents, photos } = this.#outstanding;
		const unsent = itemsOf(
			this.#outstanding.sendableDocuments(),
			this.#outstanding.sendablePhotos(),
			subjectsOf
		);
		const left = itemsOf(documents.keys(), photos.values(), subjectsOf);
		const gone = [...this.#unsentBefore].filter((item) => !left.has(item));
		const sentCount = unsent.size === 0 ? 0 : this.#inFlight.sentCount + gone.length;
		this.#unsentBefore = unsent;
		this.#inFlight = { ...this.#inFlight, sentCount };
	}

	/** A photo that left the list was sent; the count starts over when nothing is left. */
	#countSentPhotos(): void {
		const photos = this.#outstanding.originals();
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
