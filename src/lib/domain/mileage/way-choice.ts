/** Below this share of the fastest way, taking the shortest instead is no choice anybody makes. */
const LEAST_DIFFERENCE = 0.01;

/** Whether the shortest way is worth being offered beside the fastest. */
export function isShorterByEnough(fastestM: number, shortestM: number): boolean {
	return shortestM < fastestM && fastestM - shortestM >= fastestM * LEAST_DIFFERENCE;
}
