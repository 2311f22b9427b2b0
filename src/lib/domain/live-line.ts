import { simplifyLine } from './route-line.ts';
import type { PathPoint } from './trace-distance.ts';
import type { Position, TripGap } from './trip.ts';

/** So many points wait until they are simplified together. */
const TAIL = 64;

export interface LiveLine {
	/**
	 * The line so far, one list for each stretch between gaps. `path` and `gaps` are the growing lists of one
	 * `DistanceMeter`; only what is new in them is looked at.
	 */
	follow(path: readonly PathPoint[], gaps: readonly TripGap[]): Position[][];
}

/**
 * The line to draw while fixes arrive: as `routeStretches`, with about the same work for each fix however long the drive
 * is. The newest points stay as they are; older ones are simplified some at a time.
 */
export function createLiveLine(): LiveLine {
	let done: Position[][] = [];
	let settled: Position[] = [];
	let tail: Position[] = [];
	let seen = 0;
	let newest: PathPoint | undefined;
	let nextGap = 0;

	function begin(): void {
		done = [];
		settled = [];
		tail = [];
		seen = 0;
		nextGap = 0;
	}

	function add([timeMs, latitude, longitude]: PathPoint, gaps: readonly TripGap[]): void {
		const gap = gaps[nextGap];
		if (gap && timeMs >= gap.toMs && tail.length > 0) {
			done.push([...settled, ...simplifyLine(tail)]);
			settled = [];
			tail = [];
			nextGap += 1;
		}
		tail.push([latitude, longitude]);
		if (tail.length < TAIL) return;
		const simple = simplifyLine(tail);
		settled.push(...simple.slice(0, -1));
		tail = simple.slice(-1);
	}

	return {
		follow(path, gaps) {
			// The meter sometimes takes points back: a better start, or silences that turn out to be one.
			if (seen > 0 && path[seen - 1] !== newest) begin();
			for (; seen < path.length; seen += 1) add(path[seen]!, gaps);
			newest = path.at(-1);
			return tail.length > 0 ? [...done, [...settled, ...tail]] : [...done];
		}
	};
}
