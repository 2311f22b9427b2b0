import { createDistanceMeter } from '@outlay/domain/distance-meter';
import { createLiveLine } from '@outlay/domain/live-line';
import { measureTrace } from '@outlay/domain/trace-distance';
import type { TraceFix } from '@outlay/domain/trace-fix';
import { quantile } from '../../support/quantile.ts';
import { syntheticTrace } from '../../support/synthetic-trace.ts';
import { PEERS } from './peers.ts';

const DAY_FIXES = 86_400;
const ROUNDS = 9;

/** A made-up day with a fix each second. */
export function dayOfFixes(): TraceFix[] {
	const { fixes } = syntheticTrace({ drivenMinutes: 1440, seed: 1, hasCanyons: true });
	return fixes.slice(0, DAY_FIXES);
}

/** Rows of a table: how long a day with a fix each second takes, here and with the peers. */
export function throughputRows(): string[][] {
	const day = dayOfFixes();
	const ways = [
		{ name: 'ours', measureM: (fixes: readonly TraceFix[]) => measureTrace(fixes).distanceM },
		...PEERS
	];
	return [...ways.map(({ name, measureM }) => dayRow(name, day, measureM)), ...liveRows(day)];
}

function dayRow(
	name: string,
	day: readonly TraceFix[],
	measureM: (fixes: readonly TraceFix[]) => number
): string[] {
	const times = Array.from({ length: ROUNDS }, () => {
		const startMs = performance.now();
		measureM(day);
		return performance.now() - startMs;
	});
	const medianMs = quantile(times, 0.5);
	return [
		name,
		milliseconds(times[0]!),
		milliseconds(medianMs),
		milliseconds(Math.min(...times)),
		(day.length / medianMs / 1000).toFixed(2)
	];
}

/** The live display: what one more fix costs, its distance and its line; the median, and one in a thousand. */
function liveRows(day: readonly TraceFix[]): string[][] {
	const meter = createDistanceMeter();
	const line = createLiveLine();
	const times = day.map((fix) => {
		const startMs = performance.now();
		const { path, gaps } = meter.add(fix);
		line.follow(path, gaps);
		return performance.now() - startMs;
	});
	const row = (name: string, share: number) => [
		name,
		milliseconds(times[0]!),
		milliseconds(quantile(times, share)),
		milliseconds(Math.min(...times)),
		(1 / quantile(times, share) / 1000).toFixed(2)
	];
	return [row('ours, live, one fix', 0.5), row('ours, live, slowest of 1,000', 0.999)];
}

function milliseconds(figure: number): string {
	return figure < 1 ? figure.toFixed(4) : figure.toFixed(0);
}
