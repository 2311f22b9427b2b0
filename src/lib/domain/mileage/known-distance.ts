import type { Leg } from './distance-source.ts';
import type { MileageBody } from '../transaction.ts';
import { endKey, type WayEnd } from './way.ts';

/** How far it is between two places, as the company or one's own trips say. */
export interface KnownDistance {
	fromKey: string;
	toKey: string;
	distanceM: number;
	/** The shortest and the longest of one's own trips; the company's figure is one. */
	lowM: number;
	highM: number;
	by: 'company' | 'own-trips';
}

/** The company's figures, by ids of its own place book. */
export function companyDistances(
	distances: readonly { fromId: string; toId: string; distanceM: number }[]
): KnownDistance[] {
	return distances.map(({ fromId, toId, distanceM }) => ({
		fromKey: companyKey(fromId),
		toKey: companyKey(toId),
		distanceM,
		lowM: distanceM,
		highM: distanceM,
		by: 'company'
	}));
}

/** A drive the person submitted, and whether it was approved since. */
export interface ConfirmedDrive {
	body: MileageBody;
	isApproved: boolean;
}

/**
 * What one's own confirmed trips between two places came to: the median, and the shortest and longest. What was
 * measured (recorded, odometer) counts once it is submitted; what was typed or estimated only when somebody approved
 * it, and only where nothing was measured. Trips with stops say nothing of two places.
 */
export function learnDistances(drives: readonly ConfirmedDrive[]): KnownDistance[] {
	const measured = new Map<string, Sample>();
	const said = new Map<string, Sample>();
	for (const { body, isApproved } of drives) {
		const { distanceM, distanceSource, isReturn } = body;
		if (body.vias.length > 0 || distanceM === null || distanceM === 0) continue;
		const isMeasured = distanceSource === 'recorded' || distanceSource === 'odometer';
		const isSaid = distanceSource === 'typed' || distanceSource === 'straight-estimate';
		if (!isMeasured && !(isSaid && isApproved)) continue;
		const from = endKey({ name: body.from, point: body.fromPoint });
		const to = endKey({ name: body.to, point: body.toPoint });
		if (from === to) continue;
		const samples = isMeasured ? measured : said;
		// There and back again is the same pair.
		const key = JSON.stringify([from, to].sort());
		const sample = samples.get(key) ?? { fromKey: from, toKey: to, figures: [] };
		sample.figures.push(isReturn ? distanceM / 2 : distanceM);
		samples.set(key, sample);
	}
	return [...new Map([...said, ...measured]).values()].map(({ fromKey, toKey, figures }) => {
		const sorted = figures.toSorted((a, b) => a - b);
		const middle = sorted.length >> 1;
		const upper = sorted[middle] ?? 0;
		const lower = sorted.length % 2 === 0 ? (sorted[middle - 1] ?? upper) : upper;
		return {
			fromKey,
			toKey,
			distanceM: Math.round((lower + upper) / 2),
			lowM: Math.round(sorted[0] ?? upper),
			highM: Math.round(sorted.at(-1) ?? upper),
			by: 'own-trips' as const
		};
	});
}

interface Sample {
	fromKey: string;
	toKey: string;
	figures: number[];
}

/** The distance of a pair, the company's first, this direction before the other; null where nobody knows it. */
export function knownDistance(
	known: readonly KnownDistance[],
	from: WayEnd,
	to: WayEnd
): KnownDistance | null {
	const [fromKey, toKey] = [endKey(from), endKey(to)];
	for (const by of ['company', 'own-trips'] as const) {
		const ofBoth = known.filter((one) => one.by === by);
		const found =
			ofBoth.find((one) => one.fromKey === fromKey && one.toKey === toKey) ??
			ofBoth.find((one) => one.fromKey === toKey && one.toKey === fromKey);
		if (found !== undefined) return found;
	}
	return null;
}

/** The sum of legs. */
export function legsM(legs: readonly Pick<Leg, 'distanceM'>[]): number {
	return legs.reduce((sum, { distanceM }) => sum + distanceM, 0);
}

function companyKey(placeId: string): string {
	return endKey({ name: '', point: { kind: 'company-place', placeId } });
}
