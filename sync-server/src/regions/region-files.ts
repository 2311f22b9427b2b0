import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { RegionFile, RegionOffer } from '@outlay/domain/regions';

const NAME = /^([a-z0-9][a-z0-9-]{0,40})\.(pmtiles|roads)$/;

/** Whether a name can be that of a region's file; everything else in the folder is none of the devices' business. */
export function isRegionFile(name: string): boolean {
	return NAME.test(name);
}

/** The regions in a folder, by name; none when there is no such folder. */
export async function regionsIn(folder: string): Promise<RegionOffer['regions']> {
	const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
	const regions = new Map<string, RegionOffer['regions'][number]>();
	for (const entry of entries) {
		const [, name, ending] = NAME.exec(entry.name) ?? [];
		if (name === undefined || !entry.isFile()) continue;
		const region = regions.get(name) ?? { name, map: null, roads: null };
		regions.set(name, region);
		const file = await describe(folder, entry.name);
		if (ending === 'pmtiles') region.map = file;
		else region.roads = file;
	}
	return [...regions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function describe(folder: string, file: string): Promise<RegionFile> {
	const { size, mtimeMs } = await stat(path.join(folder, file));
	return { file, byteLength: size, version: `${size}-${Math.trunc(mtimeMs)}` };
}
