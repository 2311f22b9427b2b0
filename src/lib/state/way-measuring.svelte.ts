import type { VehicleType } from '@outlay/domain/mileage/vehicle';
import type { Way } from '@outlay/domain/mileage/way';
import type { Refusal } from '@outlay/domain/refusal';
import type { Deeds } from '#lib/commands/app.ts';
import type { MeasuredWay } from '#lib/commands/ports.ts';
import { attempt } from './attempt.ts';

/** What is known of how long the way on the screen is. Only the newest question counts. */
export class WayMeasuring {
	/** The fastest first; empty while nobody knows. */
	ways = $state.raw<readonly MeasuredWay[]>([]);
	isMeasuring = $state(false);
	/** Why nobody knows. */
	refusal = $state<Refusal | null>(null);
	readonly #measure: Deeds['measureWay'];
	#question = 0;

	constructor(measure: Deeds['measureWay']) {
		this.#measure = measure;
	}

	/** Forgets what was measured: the places are others now. */
	forget(): void {
		this.#question += 1;
		this.ways = [];
		this.refusal = null;
		this.isMeasuring = false;
	}

	/** Measures a way; null when it was overtaken by another question. Never rejects. */
	async of(way: Way, vehicle: VehicleType): Promise<readonly MeasuredWay[] | null> {
		const question = (this.#question += 1);
		this.isMeasuring = true;
		const done = await attempt(() => this.#measure(way, vehicle));
		if (question !== this.#question) return null;
		this.isMeasuring = false;
		this.ways = done.ok ? done.value : [];
		this.refusal = done.ok ? null : done.refusal;
		return this.ways;
	}
}
