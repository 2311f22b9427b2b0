/** A line as interleaved x and y, with its bounds. */
export interface Line {
	points: Float64Array;
	left: number;
	top: number;
	right: number;
	bottom: number;
}

export interface Box {
	left: number;
	top: number;
	right: number;
	bottom: number;
}

export function isTouching(line: Box, box: Box): boolean {
	return (
		line.left <= box.right &&
		line.right >= box.left &&
		line.top <= box.bottom &&
		line.bottom >= box.top
	);
}

/**
 * The part of a closed ring inside a box (Sutherland-Hodgman), interleaved as it came; empty when none is. A continent
 * at street level would otherwise be drawn with coordinates of millions of pixels.
 */
export function clipRing(points: ArrayLike<number>, box: Box): ArrayLike<number> {
	let clipped = points;
	for (const [axis, limit, side] of [
		[0, box.left, 1],
		[0, box.right, -1],
		[1, box.top, 1],
		[1, box.bottom, -1]
	] as const) {
		clipped = clipHalf(clipped, axis, limit, side);
	}
	return clipped;
}

/** Keeps what lies beyond a limit on one axis. */
function clipHalf(points: ArrayLike<number>, axis: 0 | 1, limit: number, side: 1 | -1): number[] {
	const kept: number[] = [];
	const count = points.length / 2;
	for (let index = 0; index < count; index += 1) {
		const before = (index + count - 1) % count;
		const x = points[index * 2]!;
		const y = points[index * 2 + 1]!;
		const fromX = points[before * 2]!;
		const fromY = points[before * 2 + 1]!;
		const at = axis === 0 ? x : y;
		const from = axis === 0 ? fromX : fromY;
		const isIn = (at - limit) * side >= 0;
		const wasIn = (from - limit) * side >= 0;
		if (isIn !== wasIn) {
			const share = (limit - from) / (at - from);
			kept.push(
				axis === 0 ? limit : fromX + share * (x - fromX),
				axis === 1 ? limit : fromY + share * (y - fromY)
			);
		}
		if (isIn) kept.push(x, y);
	}
	return kept;
}
