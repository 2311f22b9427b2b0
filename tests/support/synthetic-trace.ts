import { metresPerDegree } from '@outlay/domain/geodesic';
import type { TraceFix } from '@outlay/domain/trace-fix';

/** A made-up drive with its true length, which is known exactly because it was driven step by step. */
export interface SyntheticTrace {
	fixes: TraceFix[];
	/** From the first to the last fix. */
	trueM: number;
}

export interface SyntheticOptions {
	/** The same seed gives the same trace. */
	seed: number;
	drivenMinutes: number;
	everyS?: number;
	/** Standard deviation per direction of the error that drifts over half a minute, and of the one that changes at once. */
	driftM?: number;
	flickerM?: number;
	/** Streets between high houses, in which the error is two and a half times as large. */
	hasCanyons?: boolean;
	/** Now and then a fix 40 to 340 m off, that claims to be as good as the others. */
	hasOutliers?: boolean;
	/** Silences of 20 to 80 s at speed. */
	hasTunnels?: boolean;
	/** One silence of 1 to 5 minutes. */
	hasScreenLock?: boolean;
	/** Standing before and after the drive. */
	parkedMinutes?: number;
	hasSpeed?: boolean;
}

const STEP_S = 0.1;
const DRIFT_S = 30;

/**
 * Drives through streets and along roads from 55.4° N, 10.4° E: speeds between 30 and 110 km/h reached at 2 m/s², bends,
 * corners of 90° taken at walking to running pace, halts at lights. Errors are those of phones: a Gauss-Markov drift
 * with a time constant of 30 s plus white noise; the reported accuracy is the 68 % radius of what is drawn from.
 */
export function syntheticTrace(options: SyntheticOptions): SyntheticTrace {
	const { everyS = 1, driftM = 3, flickerM = 0.7, parkedMinutes = 0, hasSpeed = true } = options;
	const random = createRandom(options.seed);
	const parkedS = parkedMinutes * 60;
	const endS = parkedS * 2 + options.drivenMinutes * 60;
	const silences = silencesOf(options, random, parkedS, endS - parkedS);
	const canyonPhase = random.share() * 600;

	const fixes: TraceFix[] = [];
	let [latitude, longitude] = [55.4, 10.4];
	let heading = random.share() * 2 * Math.PI;
	let [speed, drivenM, firstM, lastM] = [0, 0, 0, 0];
	let manoeuvre: Manoeuvre = { untilS: parkedS, targetMps: 0, turnPerM: 0 };
	const drift = { east: driftM * random.normal(), north: driftM * random.normal() };
	const steps = Math.round(endS / STEP_S);
	for (let step = 0; step <= steps; step += 1) {
		const atS = step * STEP_S;
		if (atS >= endS - parkedS) manoeuvre = { untilS: Infinity, targetMps: 0, turnPerM: 0 };
		else if (atS >= manoeuvre.untilS) manoeuvre = nextManoeuvre(random, atS);
		const pull = Math.max(-2.5, Math.min(2, (manoeuvre.targetMps - speed) / STEP_S));
		speed = Math.max(0, speed + pull * STEP_S);
		const stepM = speed * STEP_S;
		heading += manoeuvre.turnPerM * stepM;
		const perDegree = metresPerDegree(latitude);
		latitude += (stepM * Math.cos(heading)) / perDegree.latitude;
		longitude += (stepM * Math.sin(heading)) / perDegree.longitude;
		drivenM += stepM;

		const isCanyon =
			options.hasCanyons === true && Math.sin(((atS + canyonPhase) / 600) * 2 * Math.PI) > 0.5;
		const scale = isCanyon ? 2.5 : 1;
		const keep = Math.exp(-STEP_S / DRIFT_S);
		const shake = driftM * Math.sqrt(1 - keep * keep);
		drift.east = keep * drift.east + shake * random.normal();
		drift.north = keep * drift.north + shake * random.normal();
		const isDue = Math.abs(atS / everyS - Math.round(atS / everyS)) < 1e-6;
		if (!isDue || silences.some(([from, to]) => atS > from && atS < to)) continue;

		const jumpM =
			options.hasOutliers === true && random.share() < 0.004 ? 40 + 300 * random.share() : 0;
		const jumpTo = random.share() * 2 * Math.PI;
		const east = scale * (drift.east + flickerM * random.normal()) + jumpM * Math.sin(jumpTo);
		const north = scale * (drift.north + flickerM * random.normal()) + jumpM * Math.cos(jumpTo);
		if (fixes.length === 0) firstM = drivenM;
		lastM = drivenM;
		fixes.push({
			timeMs: Math.round(atS * 1000),
			lat: latitude + north / perDegree.latitude,
			lon: longitude + east / perDegree.longitude,
			accuracyM: Math.max(
				3,
				1.5 * scale * Math.hypot(driftM, flickerM) * (0.8 + 0.4 * random.share())
			),
			speedMps: hasSpeed ? Math.max(0, speed + 0.3 * random.normal()) : null,
			headingDeg: null
		});
	}
	return { fixes, trueM: lastM - firstM };
}

interface Manoeuvre {
	untilS: number;
	targetMps: number;
	/** Radians of turn for each metre driven. */
	turnPerM: number;
}

function nextManoeuvre(random: Random, atS: number): Manoeuvre {
	const draw = random.share();
	if (draw < 0.18) return { untilS: atS + 5 + 40 * random.share(), targetMps: 0, turnPerM: 0 };
	if (draw < 0.4) {
		// A corner: a quarter turn with a radius of 8 to 20 m.
		const radiusM = 8 + 12 * random.share();
		const targetMps = Math.sqrt(2 * radiusM);
		const seconds = ((Math.PI / 2) * radiusM) / targetMps;
		return {
			untilS: atS + seconds,
			targetMps,
			turnPerM: (random.share() < 0.5 ? 1 : -1) / radiusM
		};
	}
	const targetMps = 8 + 22 * random.share() ** 2;
	const bend = draw < 0.7 ? (random.share() - 0.5) / (4 * targetMps) : 0;
	return { untilS: atS + 10 + 50 * random.share(), targetMps, turnPerM: bend };
}

function silencesOf(
	options: SyntheticOptions,
	random: Random,
	fromS: number,
	toS: number
): [number, number][] {
	const silences: [number, number][] = [];
	const place = (seconds: number) => {
		const start = fromS + random.share() * Math.max(0, toS - fromS - seconds);
		silences.push([start, start + seconds]);
	};
	if (options.hasTunnels) for (let n = 0; n < 3; n += 1) place(20 + 60 * random.share());
	if (options.hasScreenLock) place(60 + 240 * random.share());
	return silences;
}

interface Random {
	/** 0 to 1. */
	share(): number;
	/** Mean 0, standard deviation 1 (Box-Muller). */
	normal(): number;
}

/** Mulberry32: small, and the same numbers everywhere. */
export function createRandom(seed: number): Random {
	let state = seed >>> 0;
	const share = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
	return {
		share,
		normal: () => Math.sqrt(-2 * Math.log(1 - share())) * Math.cos(2 * Math.PI * share())
	};
}

/** The kinds of drive that tests and the bench measure. */
export const SYNTHETIC_KINDS: Readonly<Record<string, Omit<SyntheticOptions, 'seed'>>> = {
	clean: { drivenMinutes: 20, driftM: 0.5, flickerM: 0.3 },
	typical: { drivenMinutes: 20, hasCanyons: true, hasOutliers: true },
	'without speed': { drivenMinutes: 20, hasCanyons: true, hasOutliers: true, hasSpeed: false },
	noisy: { drivenMinutes: 20, driftM: 8, flickerM: 2.5, hasCanyons: true, hasOutliers: true },
	parked: { drivenMinutes: 15, parkedMinutes: 30, hasCanyons: true },
	'every 5 s': { drivenMinutes: 20, everyS: 5, hasCanyons: true },
	'every 15 s': { drivenMinutes: 30, everyS: 15 },
	tunnels: { drivenMinutes: 20, hasTunnels: true },
	'screen lock': { drivenMinutes: 20, hasScreenLock: true }
};
