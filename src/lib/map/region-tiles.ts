import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { PMTiles, type Header, type RangeResponse, type Source } from 'pmtiles';

/** A region's map that is kept on this device. */
export interface RegionMap {
	name: string;
	/** Changes with the content. */
	version: string;
	/** A PMTiles archive of vector tiles. */
	file: Blob;
}

export interface RegionTile {
	tile: VectorTile;
	/** The tile's own zoom; smaller than the one asked for where the archive has no finer one. */
	zoom: number;
}

/** Reads a PMTiles archive from a Blob, which the browser keeps on disk: only what is drawn comes to memory. */
class BlobSource implements Source {
	readonly #map: RegionMap;

	constructor(map: RegionMap) {
		this.#map = map;
	}

	getKey(): string {
		return `${this.#map.name}-${this.#map.version}`;
	}

	async getBytes(offset: number, length: number): Promise<RangeResponse> {
		return { data: await this.#map.file.slice(offset, offset + length).arrayBuffer() };
	}
}

/** The tiles of one region. */
export class RegionTiles {
	readonly name: string;
	readonly credit: string;
	readonly #archive: PMTiles;
	readonly #header: Header;
	/** Tiles decoded lately; several finer ones are drawn from one. */
	readonly #read = new Map<string, Promise<VectorTile | null>>();

	private constructor(name: string, credit: string, archive: PMTiles, header: Header) {
		this.name = name;
		this.credit = credit;
		this.#archive = archive;
		this.#header = header;
	}

	/** Null for a file that is no archive of vector tiles: the map goes on without it. */
	static async open(map: RegionMap): Promise<RegionTiles | null> {
		try {
			const archive = new PMTiles(new BlobSource(map));
			const header = await archive.getHeader();
			const metadata = (await archive.getMetadata()) as { attribution?: unknown } | undefined;
			const credit = metadata?.attribution;
			return new RegionTiles(
				map.name,
				typeof credit === 'string'
					? credit.replace(/<[^>]*>/g, '')
					: '© OpenStreetMap contributors',
				archive,
				header
			);
		} catch {
			return null;
		}
	}

	/** The tile that covers z/x/y, or null where the region has none. */
	async tileAt(z: number, x: number, y: number): Promise<RegionTile | null> {
		const { minZoom, maxZoom } = this.#header;
		if (z < minZoom) return null;
		const zoom = Math.min(z, maxZoom);
		const steps = 2 ** (z - zoom);
		const tile = await this.#decoded(zoom, Math.floor(x / steps), Math.floor(y / steps));
		return tile === null ? null : { tile, zoom };
	}

	#decoded(z: number, x: number, y: number): Promise<VectorTile | null> {
		const key = `${z}/${x}/${y}`;
		const known = this.#read.get(key);
		if (known !== undefined) return known;
		const reading = this.#archive.getZxy(z, x, y).then(
			(found) => (found === undefined ? null : new VectorTile(new PbfReader(found.data))),
			// A damaged tile is a hole in the map, and no reason to show none.
			() => null
		);
		this.#read.set(key, reading);
		const oldest = this.#read.keys().next().value;
		if (this.#read.size > MOST_DECODED && oldest !== undefined) this.#read.delete(oldest);
		return reading;
	}
}

const MOST_DECODED = 64;
