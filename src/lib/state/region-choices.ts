import type { RegionOffer } from '@outlay/domain/regions';
import type { KeptRegion } from '#lib/commands/ports.ts';

/** A region as the person may choose it. */
export interface RegionChoice {
	name: string;
	/** The name as people write it. */
	title: string;
	byteLength: number;
	hasMap: boolean;
	hasRoads: boolean;
	isKept: boolean;
	/** The company offers a newer one than the one kept. */
	isOutdated: boolean;
	/** Null while the server can't be asked, or offers it no more. */
	offered: RegionOffer['regions'][number] | null;
}

/** What is offered and what is kept, one row a region, by name. */
export function regionChoices(
	offer: RegionOffer | null,
	kept: readonly KeptRegion[]
): RegionChoice[] {
	const names = new Set([
		...(offer?.regions ?? []).map(({ name }) => name),
		...kept.map(({ name }) => name)
	]);
	return [...names].sort().map((name) => {
		const offered = offer?.regions.find((region) => region.name === name) ?? null;
		const here = kept.find((region) => region.name === name);
		const [mapVersion = '', roadsVersion = ''] = (here?.versions ?? '').split(' ');
		const offeredBytes = (offered?.map?.byteLength ?? 0) + (offered?.roads?.byteLength ?? 0);
		return {
			name,
			title: titleOf(name),
			byteLength: offered === null ? (here?.byteLength ?? 0) : offeredBytes,
			hasMap: offered === null ? mapVersion !== '' : offered.map !== null,
			hasRoads: offered === null ? roadsVersion !== '' : offered.roads !== null,
			isKept: here !== undefined,
			isOutdated:
				here !== undefined &&
				offered !== null &&
				here.versions !== [offered.map?.version ?? '', offered.roads?.version ?? ''].join(' '),
			offered
		};
	});
}

/** `north-jutland` is named by a file: `North Jutland`. */
function titleOf(name: string): string {
	return name
		.split('-')
		.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
		.join(' ');
}
