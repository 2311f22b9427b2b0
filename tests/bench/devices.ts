/**
 * `npm run bench:devices -- [NAME=URL …] [--devices N] [--writers N] [--writes N]`: that many devices wait on a
 * long-poll of a mailbox each, while some write into theirs. Prints how long a write takes to be acknowledged and to
 * reach the waiting device, and the server's memory. Without an address: our own server and express-pouchdb.
 */
import { parseArgs } from 'node:util';
import { HttpConnection } from './server/http-connection.ts';
import { expressPouchdb, ourServer, runningServer, type Contestant } from './server/peers.ts';
import { forgetPeak, memoryMb, peakMemoryMb, processListeningOn } from './server/process-usage.ts';
import { WaitingDevice } from './server/waiting-device.ts';
import { formatTable } from './table.ts';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		devices: { type: 'string', default: '1000' },
		writers: { type: 'string', default: '100' },
		writes: { type: 'string', default: '20' }
	}
});
const devices = wholeNumber('devices', values.devices);
const writers = Math.min(devices, wholeNumber('writers', values.writers));
const writesEach = wholeNumber('writes', values.writes);

interface Seen {
	name: string;
	acknowledgedMs: number[];
	/** From the write's first byte to its row at the device that waits. */
	arrivedMs: number[];
	emptyMb: number | null;
	waitingMb: number | null;
	peakMb: number | null;
}

const starters: (() => Promise<Contestant>)[] =
	positionals.length > 0
		? positionals.map((given) => () => Promise.resolve(runningServer(given)))
		: [ourServer, expressPouchdb];

const all: Seen[] = [];
for (const start of starters) {
	const contestant = await start();
	try {
		console.error(`${contestant.name}: ${devices} devices wait, ${writers} of them write.`);
		all.push(await load(contestant));
	} finally {
		await contestant.stop();
	}
}

const row = (title: string, unit: string, figureOf: (seen: Seen) => number | null | undefined) => [
	title,
	unit,
	...all.map((seen) => figureOf(seen)?.toFixed(1) ?? '–')
];
console.log(
	formatTable(
		['', 'unit', ...all.map(({ name }) => name)],
		[
			row('write acknowledged, median', 'ms', (seen) => percentile(seen.acknowledgedMs, 50)),
			row('write acknowledged, p99', 'ms', (seen) => percentile(seen.acknowledgedMs, 99)),
			row('row at the waiting device, median', 'ms', (seen) => percentile(seen.arrivedMs, 50)),
			row('row at the waiting device, p99', 'ms', (seen) => percentile(seen.arrivedMs, 99)),
			row('memory before the devices came', 'MB', (seen) => seen.emptyMb),
			row('memory while all wait', 'MB', (seen) => seen.waitingMb),
			row('peak memory', 'MB', (seen) => seen.peakMb)
		]
	)
);

async function load({ name, url }: Contestant): Promise<Seen> {
	const http = new HttpConnection(url);
	const pid = processListeningOn(Number(new URL(url).port || 80));
	const mailbox = (n: number) => `bench-${process.pid}-device-${n}`;
	await inTurns(devices, 16, async (n) => {
		await http.expect('PUT', `/${mailbox(n)}`);
	});
	const emptyMb = pid === null ? null : memoryMb(pid);
	if (pid !== null) forgetPeak(pid);

	const waiting = Array.from({ length: devices }, (_, n) => new WaitingDevice(url, mailbox(n)));
	await Promise.all(waiting.map((device) => device.start()));
	const waitingMb = pid === null ? null : memoryMb(pid);

	const acknowledgedMs: number[] = [];
	const arrivedMs: number[] = [];
	await Promise.all(
		Array.from({ length: writers }, async (_, n) => {
			const device = waiting[n];
			if (device === undefined) return;
			for (let write = 0; write < writesEach; write++) {
				const startedMs = performance.now();
				const arrival = device.nextRow();
				await http.expect(
					'PUT',
					`/${mailbox(n)}/transaction-${write}`,
					JSON.stringify({ type: 'transaction', purpose: 'x'.repeat(700) })
				);
				acknowledgedMs.push(performance.now() - startedMs);
				await arrival;
				arrivedMs.push(performance.now() - startedMs);
			}
		})
	);
	const peakMb = pid === null ? null : peakMemoryMb(pid);
	for (const device of waiting) device.leave();
	await inTurns(devices, 16, async (n) => {
		await http.expect('DELETE', `/${mailbox(n)}`);
	});
	await http.close();
	return { name, acknowledgedMs, arrivedMs, emptyMb, waitingMb, peakMb };
}

/** Runs `work` for 0 to `count` - 1, so many at once. */
async function inTurns(
	count: number,
	atOnce: number,
	work: (n: number) => Promise<void>
): Promise<void> {
	let next = 0;
	await Promise.all(
		Array.from({ length: Math.min(atOnce, count) }, async () => {
			while (next < count) await work(next++);
		})
	);
}

function percentile(figures: readonly number[], percent: number): number | undefined {
	const sorted = [...figures].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))];
}

function wholeNumber(name: string, text: string): number {
	const number = Number(text);
	if (Number.isInteger(number) && number > 0) return number;
	console.error(`--${name} takes a whole number from 1.`);
	process.exit(2);
}
