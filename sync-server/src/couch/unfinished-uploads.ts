/**
 * Receipt bytes that have not all arrived: pieces as they came, each a document of its own in the company's uploads
 * database, which nobody but the server reads. So whichever process a device reaches next knows how far it was.
 */

import { companyOf } from '../store/company-of.ts';
import type { AllDocsRow, Database, DocumentStore } from '../store/document-store.ts';

/** Bytes of one piece, all that is held in memory. A broken connection leaves a smaller one. */
export const PIECE_BYTES = 64 * 1024;
/** A connection that breaks every few bytes makes so many; beyond, the upload begins anew. */
const MOST_PIECES = 4_000;
/** Nobody goes on with an upload after this long without a piece. */
const ABANDONED_MS = 7 * 24 * 60 * 60 * 1000;
/** CouchDB purges no more documents at once. */
const PURGED_AT_ONCE = 100;
const ROWS_AT_ONCE = 1_000;
const PREFIX = 'uploads-';

export interface Uploader {
	companyId: string;
	userId: string;
}

interface Piece {
	id: string;
	rev: string;
	/** `<user>:<sha256>` of the upload it belongs to. */
	upload: string;
	offset: number;
	length: number;
}

export class UnfinishedUploads {
	readonly #store: DocumentStore;
	readonly #mostBytesEach: number;
	readonly #now: () => number;

	/**
	 * @param mostBytesEach unfinished bytes of one person: then the oldest upload gives way to a new one, and its device
	 *   begins it again.
	 */
	constructor(store: DocumentStore, mostBytesEach: number, now: () => number) {
		this.#store = store;
		this.#mostBytesEach = mostBytesEach;
		this.#now = now;
	}

	/** How many bytes are here, from the first on without a gap. */
	async receivedBytes(uploader: Uploader, sha256: string): Promise<number> {
		const db = await this.#open(uploader.companyId);
		return db === null ? 0 : lengthOf(chainOf(await piecesOf(db, uploadOf(uploader, sha256))));
	}

	/**
	 * Makes room for an upload of so many bytes among the unfinished ones of a person: the one that is waiting longest
	 * is forgotten first.
	 */
	async makeRoom(uploader: Uploader, sha256: string, byteLength: number): Promise<void> {
		const db = await this.#open(uploader.companyId);
		if (db === null) return;
		const own = uploadOf(uploader, sha256);
		const uploads = groupsOf(await piecesOf(db, `${uploader.userId}:`));
		if ((uploads.get(own)?.length ?? 0) > MOST_PIECES) {
			await purge(db, uploads.get(own) ?? []);
		}
		uploads.delete(own);
		const waiting = await Promise.all(
			[...uploads.values()].map(async (pieces) => ({ pieces, atMs: await newestMs(db, pieces) }))
		);
		waiting.sort((a, b) => a.atMs - b.atMs);
		let left = waiting.reduce((sum, { pieces }) => sum + bytesIn(pieces), byteLength);
		for (const { pieces } of waiting) {
			if (left <= this.#mostBytesEach) return;
			await purge(db, pieces);
			left -= bytesIn(pieces);
		}
	}

	/** Keeps a piece; durable when it resolves. The same place twice keeps what came first. */
	async add(uploader: Uploader, sha256: string, offset: number, bytes: Buffer): Promise<void> {
		const db = await this.#openOrCreate(uploader.companyId);
		const facts = await this.#store.files.write(companyOf(db.name), bytes, bytes.byteLength);
		const [outcome] = await db.write([
			{
				id: pieceId(uploadOf(uploader, sha256), offset, bytes.byteLength),
				deleted: false,
				body: { atMs: this.#now() },
				attachments: {
					data: { ...facts, contentType: 'application/octet-stream', revpos: 0 }
				},
				parentRev: null
			}
		]);
		if (!outcome?.ok && outcome?.refusal !== 'conflict') {
			throw new TypeError('A piece that is new has no history.');
		}
	}

	/** The bytes that are here, in order, as a stream. */
	async *read(uploader: Uploader, sha256: string): AsyncGenerator<Uint8Array> {
		const db = await this.#open(uploader.companyId);
		if (db === null) return;
		for (const { id } of chainOf(await piecesOf(db, uploadOf(uploader, sha256)))) {
			const stub = (await db.read(id))?.attachments['data'];
			const bytes = stub ? await db.readAttachment(stub) : null;
			// Taken away by a request that came to the end first.
			if (bytes === null) return;
			yield* bytes;
		}
	}

	async forget(uploader: Uploader, sha256: string): Promise<void> {
		const db = await this.#open(uploader.companyId);
		if (db !== null) await purge(db, await piecesOf(db, uploadOf(uploader, sha256)));
	}

	/** Forgets what nobody went on with for a week, of every company. */
	async forgetAbandoned(): Promise<void> {
		for (const name of await this.#store.names()) {
			const db = name.startsWith(PREFIX) ? await this.#store.open(name) : null;
			if (db === null) continue;
			for (const pieces of groupsOf(await piecesOf(db, '')).values()) {
				if ((await newestMs(db, pieces)) < this.#now() - ABANDONED_MS) await purge(db, pieces);
			}
		}
	}

	#open(companyId: string): Promise<Database | null> {
		return this.#store.open(PREFIX + companyId);
	}

	async #openOrCreate(companyId: string): Promise<Database> {
		const there = await this.#open(companyId);
		if (there !== null) return there;
		await this.#store.create(PREFIX + companyId);
		const made = await this.#open(companyId);
		if (made === null) throw new TypeError('The database was made a moment ago.');
		return made;
	}
}

function uploadOf({ userId }: Uploader, sha256: string): string {
	return `${userId}:${sha256}`;
}

function pieceId(upload: string, offset: number, length: number): string {
	return `${upload}:${String(offset).padStart(10, '0')}:${String(length)}`;
}

/** Null for what an administrator may have put there. */
function pieceOf({ id, rev, deleted }: AllDocsRow): Piece | null {
	const match = /^([a-z0-9]+:[0-9a-f]{64}):(\d{10}):(\d+)$/.exec(id);
	if (match === null || deleted) return null;
	return { id, rev, upload: match[1] ?? '', offset: Number(match[2]), length: Number(match[3]) };
}

async function piecesOf(db: Database, prefix: string): Promise<Piece[]> {
	const pieces: Piece[] = [];
	let startKey = prefix;
	for (;;) {
		const range = { startKey, endKey: `${prefix}~`, limit: ROWS_AT_ONCE };
		const { rows } = await db.allDocs(range);
		for (const row of rows) {
			const piece = pieceOf(row);
			if (piece !== null) pieces.push(piece);
		}
		const last = rows.at(-1);
		if (last === undefined || rows.length < ROWS_AT_ONCE) return pieces;
		// Whatever sorts right behind it.
		startKey = `${last.id} `;
	}
}

function groupsOf(pieces: readonly Piece[]): Map<string, Piece[]> {
	const groups = new Map<string, Piece[]>();
	for (const piece of pieces) {
		const group = groups.get(piece.upload);
		if (group === undefined) groups.set(piece.upload, [piece]);
		else group.push(piece);
	}
	return groups;
}

/** The pieces that follow each other from the first byte on; of several at one place the longest. */
function chainOf(pieces: readonly Piece[]): Piece[] {
	const longestAt = new Map<number, Piece>();
	for (const piece of pieces) {
		if (piece.length > (longestAt.get(piece.offset)?.length ?? 0)) {
			longestAt.set(piece.offset, piece);
		}
	}
	const chain: Piece[] = [];
	for (let at = 0; ;) {
		const next = longestAt.get(at);
		if (next === undefined) return chain;
		chain.push(next);
		at += next.length;
	}
}

function lengthOf(chain: readonly Piece[]): number {
	const last = chain.at(-1);
	return last === undefined ? 0 : last.offset + last.length;
}

function bytesIn(pieces: readonly Piece[]): number {
	return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** When the last piece came. */
async function newestMs(db: Database, pieces: readonly Piece[]): Promise<number> {
	const last = pieces.at(-1);
	const atMs = last === undefined ? null : (await db.read(last.id))?.body['atMs'];
	return typeof atMs === 'number' ? atMs : 0;
}

async function purge(db: Database, pieces: readonly Piece[]): Promise<void> {
	for (let at = 0; at < pieces.length; at += PURGED_AT_ONCE) {
		const some = pieces.slice(at, at + PURGED_AT_ONCE);
		await db.purge(new Map(some.map(({ id, rev }) => [id, [rev]])));
	}
}
