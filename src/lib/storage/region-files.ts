import { whileThereIsRoom } from './storage-error.ts';

/** Files come in pieces of this size, so that a link that drops every minute still gets them here. */
export const REGION_PIECE_BYTES = 2 * 1024 * 1024;

/** A file of a region as the company's server names it. */
export interface RegionFileName {
	file: string;
	version: string;
	byteLength: number;
}

/**
 * Maps and roads of regions in the browser's Cache Storage, which keeps large files out of IndexedDB. They are public
 * data without a person in them, so signing out leaves them; each company has a store of its own.
 */
export class RegionFiles {
	readonly #cacheName: string;

	constructor(companyId: string) {
		this.#cacheName = `outlay-regions-${companyId}`;
	}

	/** How many bytes of a file are here, in whole pieces. */
	async bytesHere({ file, version, byteLength }: RegionFileName): Promise<number> {
		const cache = await caches.open(this.#cacheName);
		let bytes = 0;
		for (let piece = 0; piece * REGION_PIECE_BYTES < byteLength; piece += 1) {
			if ((await cache.match(addressOf(file, version, piece))) === undefined) break;
			bytes = Math.min(byteLength, (piece + 1) * REGION_PIECE_BYTES);
		}
		return bytes;
	}

	/** Stores the piece that begins at `offset`, a multiple of the piece size. Throws `storage.full`. */
	async putPiece({ file, version }: RegionFileName, offset: number, bytes: Blob): Promise<void> {
		const cache = await caches.open(this.#cacheName);
		await whileThereIsRoom(() =>
			cache.put(
				addressOf(file, version, offset / REGION_PIECE_BYTES),
				new Response(bytes, { headers: { 'content-type': 'application/octet-stream' } })
			)
		);
	}

	/** The whole file, which stays on disk until it is read; null while a piece is missing. */
	async read({ file, version, byteLength }: RegionFileName): Promise<Blob | null> {
		const cache = await caches.open(this.#cacheName);
		const pieces: Blob[] = [];
		for (let piece = 0; piece * REGION_PIECE_BYTES < byteLength; piece += 1) {
			const found = await cache.match(addressOf(file, version, piece));
			if (found === undefined) return null;
			pieces.push(await found.blob());
		}
		const whole = new Blob(pieces);
		return whole.size === byteLength ? whole : null;
	}

	/** Removes every version of a file but the one named, if any. */
	async removeOthers(file: string, version: string | null): Promise<void> {
		const cache = await caches.open(this.#cacheName);
		for (const { url } of await cache.keys()) {
			const { pathname, searchParams } = new URL(url);
			if (pathname.endsWith(`/${file}`) && searchParams.get('version') !== version) {
				await cache.delete(url);
			}
		}
	}

	/** What was kept at last, as the regions' own list. */
	async readList(): Promise<unknown> {
		const cache = await caches.open(this.#cacheName);
		return (await cache.match(LIST))?.json().catch(() => null) ?? null;
	}

	async writeList(list: unknown): Promise<void> {
		const cache = await caches.open(this.#cacheName);
		await cache.put(LIST, Response.json(list));
	}
}

/** Addresses within the cache; nothing is ever fetched from them. */
const LIST = '/kept-regions/list';

function addressOf(file: string, version: string, piece: number): string {
	return `/kept-regions/${file}?version=${encodeURIComponent(version)}&piece=${piece}`;
}
