/**
 * Power of a vehicle's acceleration per direction, m²/s³: within a second of hard driving the velocity changes by
 * 5 m/s, 0.5 g, about what braking and corners reach on the road. Anything from 9 to 25 measures recordings alike.
 */
const ACCELERATION_POWER = 25;
/** Before the first fix nothing is known about the velocity. */
const UNKNOWN_VELOCITY_VARIANCE = 1e8;

/** What was measured of a drive, in columns. */
export interface MeasuredMotion {
	/** Strictly increasing. */
	timeMs: Float64Array;
	x: Float64Array;
	y: Float64Array;
	z: Float64Array;
	/** Variance of each place in each direction, m². */
	placeVariance: Float64Array;
	velocityX: Float64Array;
	velocityY: Float64Array;
	velocityZ: Float64Array;
	/** Variance of each velocity in each direction, m²/s²; infinite where none was measured. */
	velocityVariance: Float64Array;
}

/** The most likely motion, in columns. Places are metres from where the drive was measured first: they keep all digits. */
export interface SmoothMotion {
	x: Float64Array;
	y: Float64Array;
	z: Float64Array;
	velocityX: Float64Array;
	velocityY: Float64Array;
	velocityZ: Float64Array;
	/** Variance of each place and velocity in each direction, and their covariance. */
	placeVariance: Float64Array;
	velocityVariance: Float64Array;
	crossed: Float64Array;
}

export function emptySmooth(length: number): SmoothMotion {
	const column = () => new Float64Array(length);
	return {
		x: column(),
		y: column(),
		z: column(),
		velocityX: column(),
		velocityY: column(),
		velocityZ: column(),
		placeVariance: column(),
		velocityVariance: column(),
		crossed: column()
	};
}

/**
 * The most likely places and velocities of a vehicle at the times of its fixes, given all of them: a Kalman filter with
 * a constant-velocity model driven by white acceleration (Bar-Shalom, Li, Kirubarajan, "Estimation with applications to
 * tracking and navigation", 2001, 6.2.2), followed by the Rauch-Tung-Striebel smoother ("Maximum likelihood estimates of
 * linear dynamic systems", AIAA Journal 3, 1965).
 *
 * The uncertainty of a fix and of a manoeuvre is the same in every direction, so x, y and z share one 2×2 covariance
 * and no direction is special: a trace that is turned, or driven backwards, is smoothed to the same line. The returned
 * variances are those of the smoothed values.
 *
 * Smooths the rows `first`…`last` of `leg`, one unbroken drive, into the same rows of `out`.
 */
export function smoothLeg(
	leg: MeasuredMotion,
	first: number,
	last: number,
	out: SmoothMotion
): void {
	const { timeMs } = leg;
	const { x, y, z, velocityX, velocityY, velocityZ, crossed } = out;
	const place = out.placeVariance;
	const velocity = out.velocityVariance;
	const [fromX, fromY, fromZ] = [leg.x[first]!, leg.y[first]!, leg.z[first]!];

	let [atX, atY, atZ] = [0, 0, 0];
	let [byX, byY, byZ] = [0, 0, 0];
	let [p, c, v] = [leg.placeVariance[first]!, 0, UNKNOWN_VELOCITY_VARIANCE];
	for (let n = first; n <= last; n += 1) {
		if (n > first) {
			const dt = secondsAt(timeMs, first, n) - secondsAt(timeMs, first, n - 1);
			atX += dt * byX;
			atY += dt * byY;
			atZ += dt * byZ;
			p += dt * (2 * c + dt * v) + (ACCELERATION_POWER * dt * dt * dt) / 3;
			c += dt * v + (ACCELERATION_POWER * dt * dt) / 2;
			v += ACCELERATION_POWER * dt;
			const gain = 1 / (p + leg.placeVariance[n]!);
			const offX = leg.x[n]! - fromX - atX;
			const offY = leg.y[n]! - fromY - atY;
			const offZ = leg.z[n]! - fromZ - atZ;
			const placeGain = p * gain;
			const velocityGain = c * gain;
			atX += placeGain * offX;
			atY += placeGain * offY;
			atZ += placeGain * offZ;
			byX += velocityGain * offX;
			byY += velocityGain * offY;
			byZ += velocityGain * offZ;
			v -= velocityGain * c;
			c -= placeGain * c;
			p -= placeGain * p;
		}
		const noise = leg.velocityVariance[n]!;
		if (noise < Infinity) {
			const gain = 1 / (v + noise);
			const offX = leg.velocityX[n]! - byX;
			const offY = leg.velocityY[n]! - byY;
			const offZ = leg.velocityZ[n]! - byZ;
			const placeGain = c * gain;
			const velocityGain = v * gain;
			atX += placeGain * offX;
			atY += placeGain * offY;
			atZ += placeGain * offZ;
			byX += velocityGain * offX;
			byY += velocityGain * offY;
			byZ += velocityGain * offZ;
			p -= placeGain * c;
			c -= placeGain * v;
			v -= velocityGain * v;
		}
		x[n] = atX;
		y[n] = atY;
		z[n] = atZ;
		velocityX[n] = byX;
		velocityY[n] = byY;
		velocityZ[n] = byZ;
		place[n] = p;
		crossed[n] = c;
		velocity[n] = v;
	}

	for (let n = last - 1; n >= first; n -= 1) {
		const dt = secondsAt(timeMs, first, n + 1) - secondsAt(timeMs, first, n);
		const fp = place[n]!;
		const fc = crossed[n]!;
		const fv = velocity[n]!;
		// What the filter foretold for the next fix, from this one …
		const tp = fp + dt * (2 * fc + dt * fv) + (ACCELERATION_POWER * dt * dt * dt) / 3;
		const tc = fc + dt * fv + (ACCELERATION_POWER * dt * dt) / 2;
		const tv = fv + ACCELERATION_POWER * dt;
		// … and how a surprise there reflects on the place and velocity here: P Fᵀ (F P Fᵀ + Q)⁻¹.
		const scale = 1 / (tp * tv - tc * tc);
		const pp = ((fp + dt * fc) * tv - fc * tc) * scale;
		const pv = (fc * tp - (fp + dt * fc) * tc) * scale;
		const vp = ((fc + dt * fv) * tv - fv * tc) * scale;
		const vv = (fv * tp - (fc + dt * fv) * tc) * scale;

		const offX = x[n + 1]! - x[n]! - dt * velocityX[n]!;
		const offY = y[n + 1]! - y[n]! - dt * velocityY[n]!;
		const offZ = z[n + 1]! - z[n]! - dt * velocityZ[n]!;
		const turnX = velocityX[n + 1]! - velocityX[n]!;
		const turnY = velocityY[n + 1]! - velocityY[n]!;
		const turnZ = velocityZ[n + 1]! - velocityZ[n]!;
		x[n]! += pp * offX + pv * turnX;
		y[n]! += pp * offY + pv * turnY;
		z[n]! += pp * offZ + pv * turnZ;
		velocityX[n]! += vp * offX + vv * turnX;
		velocityY[n]! += vp * offY + vv * turnY;
		velocityZ[n]! += vp * offZ + vv * turnZ;

		const dp = place[n + 1]! - tp;
		const dc = crossed[n + 1]! - tc;
		const dv = velocity[n + 1]! - tv;
		place[n] = fp + pp * (pp * dp + 2 * pv * dc) + pv * pv * dv;
		crossed[n] = fc + vp * (pp * dp + pv * dc) + vv * (pp * dc + pv * dv);
		velocity[n] = fv + vp * (vp * dp + 2 * vv * dc) + vv * vv * dv;
	}
}

function secondsAt(timeMs: Float64Array, first: number, at: number): number {
	return (timeMs[at]! - timeMs[first]!) / 1000;
}
