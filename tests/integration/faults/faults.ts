import { seededRandom } from './random.ts';

/** What can happen to a request on its way; the proxy does as it is told. */
export const FAULT_KINDS = [
	/** Never arrives. */
	'cut-before',
	/** Half of its body arrives, then nothing. */
	'cut-half',
	/** The server has done it; the answer is lost. */
	'cut-answer',
	/** Half of the answer arrives. */
	'cut-answer-half',
	/** Arrives twice, the second time with an answer. */
	'twice',
	/** Arrives late, so that others overtake it. */
	'delay',
	/** Its answer arrives late. */
	'delay-answer',
	/** A captive portal answers. */
	'html',
	/** A proxy answers with a page and a status of refusal. */
	'html-403',
	'401',
	'413',
	'429',
	'503'
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
	kind: FaultKind;
	delayMs: number;
}

/** Names the fault of a request for the proxy, which takes it off. */
export const FAULT_HEADER = 'x-fault';

/** The session cookie of who asks: a page can't set it itself. */
export const PERSON_HEADER = 'x-person';

/** Draws the fault of each request of one device, in the order it asks: the same for the same seed. */
export class FaultDice {
	readonly counts = new Map<FaultKind, number>();
	readonly #random: () => number;
	readonly #rate: number;
	isOn = true;

	/** @param rate share of requests that meet a fault, from 0 to 1 */
	constructor(seed: number, rate: number) {
		this.#random = seededRandom(seed);
		this.#rate = rate;
	}

	next(): Fault | null {
		const isHit = this.#random() < this.#rate;
		const kind = FAULT_KINDS[Math.floor(this.#random() * FAULT_KINDS.length)];
		const delayMs = Math.floor(this.#random() * 60);
		if (!this.isOn || !isHit || kind === undefined) return null;
		this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
		return { kind, delayMs };
	}
}

/** `fetch` that asks through the proxy, each request with the fault drawn for it. */
export function faultyFetch(
	dice: FaultDice,
	address: { base: string; cookie: string }
): typeof globalThis.fetch {
	return (input, init) => {
		if (typeof input !== 'string') throw new TypeError('an address is text here');
		const fault = dice.next();
		const headers = new Headers(init?.headers);
		headers.set(PERSON_HEADER, address.cookie);
		if (fault !== null) headers.set(FAULT_HEADER, `${fault.kind} ${String(fault.delayMs)}`);
		return fetch(`${address.base}${input}`, { ...init, headers });
	};
}
