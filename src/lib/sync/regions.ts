import type { RegionFile, RegionOffer } from '@outlay/domain/regions';
import { refuse } from '@outlay/domain/refusal';
import type { KeptMap, KeptRegion, KeptRoads, Regions } from '#lib/commands/ports.ts';
import { LiveValue } from '#lib/storage/live-value.ts';
import { REGION_PIECE_BYTES, type RegionFiles } from '#lib/storage/region-files.ts';

type OfferedRegion = RegionOffer['regions'][number];

/** Longer than a piece takes on a slow link; a link that hangs is given up and goes on later. */
const PIECE_WITHIN_MS = 120_000;
const OFFER_WITHIN_MS = 10_000;

/** Regions that the company's server offers, kept on this device at the person's wish. Nothing waits for it to open. */
export function openRegions(files: RegionFiles, fetch: typeof globalThis.fetch): Regions {
	const kept = new LiveValue<KeptRegion[]>();
	const maps = new LiveValue<KeptMap[]>();
	const roads = new LiveValue<KeptRoads[]>();
	let list: OfferedRegion[] = [];
	// A browser without this storage (a page that is not secure, some private windows) keeps no regions.
	const opened = files
		.readList()
		.then((stored) => {
			list = readList(stored);
			return publish();
		})
		.catch(() => {
			kept.set([]);
			maps.set([]);
			roads.set([]);
		});

	async function publish(): Promise<void> {
		const openMaps: KeptMap[] = [];
		const openRoads: KeptRoads[] = [];
		for (const { name, map, roads: pack } of list) {
			const mapFile = map === null ? null : await files.read(map);
			if (map !== null && mapFile !== null) {
				openMaps.push({ name, version: map.version, file: mapFile });
			}
			const packFile = pack === null ? null : await files.read(pack);
			if (pack !== null && packFile !== null) {
				openRoads.push({ name, version: pack.version, file: packFile });
			}
		}
		maps.set(openMaps);
		roads.set(openRoads);
		kept.set(
			list.map(({ name, map, roads: pack }) => ({
				name,
				byteLength: (map?.byteLength ?? 0) + (pack?.byteLength ?? 0),
				versions: [map?.version ?? '', pack?.version ?? ''].join(' ')
			}))
		);
	}

	/** Fetches what is missing of a file; pieces that came earlier stay. */
	async function complete(file: RegionFile, oncame: (bytes: number) => void): Promise<boolean> {
		let here = await files.bytesHere(file);
		oncame(here);
		while (here < file.byteLength) {
			const end = Math.min(here + REGION_PIECE_BYTES, file.byteLength);
			const response = await fetch(`/_outlay/regions/${file.file}`, {
				headers: { range: `bytes=${here}-${end - 1}` },
				signal: AbortSignal.timeout(PIECE_WITHIN_MS)
			});
			// A file that was replaced meanwhile has another length; its pieces must not be mixed.
			const isPiece =
				response.status === 206 &&
				response.headers.get('content-range') === `bytes ${here}-${end - 1}/${file.byteLength}`;
			if (!isPiece) return false;
			await files.putPiece(file, here, await response.blob());
			oncame(end - here);
			here = end;
		}
		return true;
	}

	return {
		kept,
		maps,
		roads,

		async offer() {
			try {
				const response = await fetch('/_outlay/regions', {
					signal: AbortSignal.timeout(OFFER_WITHIN_MS)
				});
				return response.ok ? ((await response.json()) as RegionOffer) : null;
			} catch {
				return null;
			}
		},

		async keep(region, onProgress) {
			const wanted = [region.map, region.roads].filter((file) => file !== null);
			const totalBytes = wanted.reduce((sum, { byteLength }) => sum + byteLength, 0);
			let doneBytes = 0;
			await opened;
			try {
				for (const file of wanted) {
					const isWhole = await complete(file, (bytes) => {
						doneBytes += bytes;
						onProgress(doneBytes, totalBytes);
					});
					if (!isWhole) return refuse('region.changed');
				}
			} catch (error) {
				if (error instanceof Error && 'code' in error && error.code === 'storage.full') {
					return refuse('storage.full');
				}
				return refuse('region.interrupted');
			}
			list = [...list.filter(({ name }) => name !== region.name), region];
			await files.writeList(list);
			await publish();
			for (const file of wanted) await files.removeOthers(file.file, file.version);
			return { ok: true, value: undefined };
		},

		async remove(name) {
			await opened;
			const region = list.find((one) => one.name === name);
			list = list.filter((one) => one.name !== name);
			await files.writeList(list);
			await publish();
			for (const file of [region?.map, region?.roads]) {
				if (file) await files.removeOthers(file.file, null);
			}
		}
	};
}

/** The list as this app wrote it; what can't be read is no region. */
function readList(value: unknown): OfferedRegion[] {
	if (!Array.isArray(value)) return [];
	return value.filter(
		(one): one is OfferedRegion =>
			typeof one === 'object' && one !== null && typeof (one as OfferedRegion).name === 'string'
	);
}
