/**
 * Rounds of killing: a server under load is killed with SIGKILL at a random moment and started again; whatever it
 * acknowledged or showed must be there, whole, and its sequences go on from where they were.
 */

import { createHash } from 'node:crypto';
import { checkStore } from '../src/store/lmdb/check-store.ts';
import {
	AS_ADMINISTRATOR,
	startServerProcess,
	type TestServerProcess
} from '../../tests/support/server.ts';

export interface CrashCounts {
	rounds: number;
	acknowledged: number;
	/** Acknowledged writes that were not there afterwards. */
	lost: number;
	/** Documents or attachments that were there in part. */
	half: number;
	/** Rows of `_changes` that were shown and not there afterwards. */
	unshown: number;
	/** Times a sequence was lower than one seen before. */
	backwards: number;
	/** What the integrity check found at the end. */
	damaged: number;
}

const DATABASE = 'crash-test';
const WRITERS = 6;
const HEADERS = {
	...AS_ADMINISTRATOR,
	'content-type': 'application/json'
};

/** What is known of a document from answers. */
interface Acknowledged {
	id: string;
	rev: string;
	n: number;
	/** MD5 of its attachment, in base64. */
	photo: string | null;
}

/**
 * Kills `rounds` times, or until `stop`; the same seed kills after the same pauses. `tell` is given a line for each round.
 */
export async function crashRounds(
	directory: string,
	{ rounds, seed, stop }: { rounds: number; seed: number; stop?: AbortSignal },
	tell: (line: string) => void = () => undefined
): Promise<CrashCounts> {
	const counts: CrashCounts = {
		rounds: 0,
		acknowledged: 0,
		lost: 0,
		half: 0,
		unshown: 0,
		backwards: 0,
		damaged: 0
	};
	const random = randomFrom(seed);
	const known = new Map<string, Acknowledged>();
	let highest = 0;
	for (let round = 1; round <= rounds && stop?.aborted !== true; round++) {
		const server = await startServerProcess({ dataDir: directory });
		await fetch(`${server.url}/${DATABASE}`, { method: 'PUT', headers: HEADERS });
		const load = new Load(server, random, round);
		const running = load.run();
		const pauseMs = 20 + Math.floor(random() * 400);
		await load.firstAcknowledged();
		await new Promise((resolve) => setTimeout(resolve, pauseMs));
		await server.kill();
		await running;
		for (const each of load.acknowledged.values()) known.set(each.id, each);
		counts.rounds = round;
		counts.acknowledged += load.writes;
		highest = Math.max(highest, load.highestSeq);

		const again = await startServerProcess({ dataDir: directory });
		try {
			const found = await everything(again);
			if (found.seq < highest) counts.backwards += 1;
			highest = Math.max(highest, found.seq);
			// Those of this round, and some from before.
			const earlier = [...known.values()].filter(({ id }) => !load.acknowledged.has(id));
			const some = earlier.filter(() => random() < 0.1);
			for (const each of [...load.acknowledged.values(), ...some]) {
				const result = await stateOf(again, each, found.docs.get(each.id));
				if (result === 'lost') counts.lost += 1;
				if (result === 'half') counts.half += 1;
			}
			for (const doc of found.docs.values()) if (!isWhole(doc)) counts.half += 1;
			for (const id of load.shown) if (!found.docs.has(id)) counts.unshown += 1;
		} finally {
			await again.kill();
		}
		tell(
			`round ${round}: killed after ${pauseMs} ms, ${load.writes} writes acknowledged, ` +
				`${load.shown.size} shown; so far ${wrongIn(counts)} wrong`
		);
	}
	await checkStore(directory, (damage) => {
		tell(damage);
		counts.damaged += 1;
	});
	return counts;
}

/** How many things were not as they must be. */
export function wrongIn({ lost, half, unshown, backwards, damaged }: CrashCounts): number {
	return lost + half + unshown + backwards + damaged;
}

interface FoundDoc {
	_id: string;
	_rev: string;
	_deleted?: boolean;
	n: number;
	text: string;
	check: string;
	_attachments?: { photo?: { digest: string } };
}

class Load {
	readonly acknowledged = new Map<string, Acknowledged>();
	readonly shown = new Set<string>();
	writes = 0;
	highestSeq = 0;
	readonly #server: TestServerProcess;
	readonly #random: () => number;
	readonly #round: number;
	#begun: () => void = () => undefined;
	readonly #first = new Promise<void>((resolve) => (this.#begun = resolve));

	constructor(server: TestServerProcess, random: () => number, round: number) {
		this.#server = server;
		this.#random = random;
		this.#round = round;
	}

	firstAcknowledged(): Promise<void> {
		return this.#first;
	}

	/** Until the server is gone. */
	async run(): Promise<void> {
		const untilGone = (deed: Promise<void>) => deed.catch(() => undefined);
		await Promise.all([
			untilGone(this.#follow()),
			...Array.from({ length: WRITERS }, (_, writer) => untilGone(this.#write(writer)))
		]);
	}

	async #write(writer: number): Promise<never> {
		for (let n = 1; ; n++) {
			const kind = Math.floor(this.#random() * 4);
			const id = `${this.#round}-${writer}-${n}`;
			if (kind === 0) await this.#edit(id);
			else if (kind === 1) await this.#bulk(id, true);
			else if (kind === 2) await this.#bulk(id, false);
			else await this.#attach(id);
		}
	}

	/** Created, changed twice, sometimes deleted. */
	async #edit(id: string): Promise<void> {
		let rev: string | undefined;
		const last = this.#random() < 0.3 ? 4 : 3;
		for (let n = 1; n <= last; n++) {
			const doc = {
				...whole(id, n),
				...(rev ? { _rev: rev } : {}),
				...(n === 4 ? { _deleted: true } : {})
			};
			const answer = (await this.#send('PUT', id, doc)) as { rev: string };
			rev = answer.rev;
			this.#acknowledge({ id, rev, n, photo: null });
		}
	}

	async #bulk(id: string, newEdits: boolean): Promise<void> {
		const docs = Array.from({ length: 10 }, (_, i) => {
			const doc = whole(`${id}-${i}`, 1);
			return newEdits ? doc : { ...doc, _rev: `1-${md5(doc._id, 'hex')}` };
		});
		const rows = (await this.#send('POST', '_bulk_docs', { docs, new_edits: newEdits })) as {
			id: string;
			rev: string;
		}[];
		const revs = newEdits
			? rows
			: docs.map(({ _id }) => ({ id: _id, rev: `1-${md5(_id, 'hex')}` }));
		for (const row of revs) this.#acknowledge({ id: row.id, rev: row.rev, n: 1, photo: null });
	}

	async #attach(id: string): Promise<void> {
		const bytes = Buffer.alloc(20_000 + Math.floor(this.#random() * 50_000), id);
		const doc = {
			...whole(id, 1),
			_attachments: { photo: { content_type: 'image/png', data: bytes.toString('base64') } }
		};
		const { rev } = (await this.#send('PUT', id, doc)) as { rev: string };
		this.#acknowledge({ id, rev, n: 1, photo: md5(bytes, 'base64') });
	}

	#acknowledge(each: Acknowledged): void {
		this.acknowledged.set(each.id, each);
		this.writes += 1;
		this.#begun();
	}

	async #send(method: string, address: string, body: unknown): Promise<unknown> {
		const answer = await fetch(`${this.#server.url}/${DATABASE}/${address}`, {
			method,
			headers: HEADERS,
			body: JSON.stringify(body)
		});
		const text = await answer.text();
		if (!answer.ok) throw new Error(`${answer.status} ${text}`);
		return JSON.parse(text);
	}

	/** Reads `_changes` as they come: what is shown must be there after the kill, too. */
	async #follow(): Promise<void> {
		const answer = await fetch(
			`${this.#server.url}/${DATABASE}/_changes?feed=continuous&since=now&heartbeat=5000`,
			{ headers: HEADERS }
		);
		let text = '';
		for await (const part of answer.body ?? []) {
			text += Buffer.from(part).toString();
			const lines = text.split('\n');
			text = lines.pop() ?? '';
			for (const line of lines.filter((each) => each !== '')) {
				const row = JSON.parse(line) as { id?: string; seq: string };
				if (row.id === undefined) continue;
				this.shown.add(row.id);
				this.highestSeq = Math.max(this.highestSeq, Number.parseInt(row.seq, 10));
			}
		}
	}
}

async function everything(server: TestServerProcess) {
	const answer = await fetch(`${server.url}/${DATABASE}/_changes?include_docs=true`, {
		headers: HEADERS
	});
	const { results, last_seq: lastSeq } = (await answer.json()) as {
		results: { id: string; doc: FoundDoc }[];
		last_seq: string;
	};
	const docs = new Map(results.map(({ id, doc }) => [id, doc]));
	return { seq: Number.parseInt(lastSeq, 10), docs };
}

async function stateOf(
	server: TestServerProcess,
	each: Acknowledged,
	found: FoundDoc | undefined
): Promise<'kept' | 'lost' | 'half'> {
	if (!found) return 'lost';
	// A later write may have been done and not acknowledged any more.
	if (found.n < each.n || (found.n === each.n && found._rev !== each.rev)) return 'lost';
	if (each.photo === null) return 'kept';
	const photo = await fetch(`${server.url}/${DATABASE}/${each.id}/photo`, { headers: HEADERS });
	if (!photo.ok) return 'lost';
	return md5(Buffer.from(await photo.arrayBuffer()), 'base64') === each.photo ? 'kept' : 'half';
}

function whole(id: string, n: number) {
	const text = `${id} `.repeat(40 + n * 5);
	return { _id: id, n, text, check: md5(`${n}${text}`, 'hex') };
}

function isWhole({ n, text, check }: FoundDoc): boolean {
	return check === md5(`${n}${text}`, 'hex');
}

function md5(content: string | Buffer, encoding: 'hex' | 'base64'): string {
	return createHash('md5').update(content).digest(encoding);
}

/** mulberry32: small, and the same numbers for the same seed everywhere. */
function randomFrom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}
