/**
 * `npm run bench:server -- [NAME=URL …] [--rounds N] [--small] [--json FILE]`: the same work on any number of
 * CouchDB-compatible servers in turn, each address with its administrator's credentials. Without an address: our own
 * server and express-pouchdb, both started here. Prints the median of the rounds for each step.
 */
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';
import { parseArgs } from 'node:util';
import { HttpConnection } from './server/http-connection.ts';
import { expressPouchdb, ourServer, runningServer, type Contestant } from './server/peers.ts';
import {
	forgetPeak,
	peakMemoryMb,
	processListeningOn,
	processorSeconds
} from './server/process-usage.ts';
import { stepsOf, type Workload } from './server/steps.ts';
import { formatTable } from './table.ts';
import { temporaryDirectory } from '../support/server.ts';

interface Measured {
	step: string;
	unit: string;
	/** Units a second, one of each round; null where the step failed. */
	rates: (number | null)[];
	failure: string | null;
}

interface Contest {
	name: string;
	welcome: string;
	steps: Measured[];
	processorSeconds: number | null;
	peakMemoryMb: number | null;
}

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		rounds: { type: 'string', default: '3' },
		small: { type: 'boolean', default: false },
		json: { type: 'string' }
	}
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
	console.error('--rounds takes a whole number from 1.');
	process.exit(2);
}
const work: Workload = values.small
	? { documents: 1_000, attachments: 20, attachmentBytes: 300_000, singles: 100 }
	: { documents: 10_000, attachments: 200, attachmentBytes: 300_000, singles: 1_000 };

const starters: (() => Promise<Contestant>)[] =
	positionals.length > 0
		? positionals.map((given) => () => Promise.resolve(runningServer(given)))
		: [ourServer, expressPouchdb];

const contests: Contest[] = [];
for (const start of starters) {
	const contestant = await start();
	try {
		console.error(`Measuring ${contestant.name}, ${rounds} rounds.`);
		contests.push(await measure(contestant));
	} finally {
		await contestant.stop();
	}
}
print(contests);
if (values.json !== undefined) {
	writeFileSync(
		values.json,
		`${JSON.stringify({ node: process.version, work, contests }, null, '\t')}\n`
	);
}

async function measure({ name, url }: Contestant): Promise<Contest> {
	const http = new HttpConnection(url);
	const folder = await temporaryDirectory();
	const pid = processListeningOn(Number(new URL(url).port || 80));
	const welcome = await http.json<{ version?: string }>('GET', '/');
	const usedBefore = pid === null ? 0 : processorSeconds(pid);
	if (pid !== null) forgetPeak(pid);
	const steps = new Map<string, Measured>();
	let count = 0;
	for (let round = 0; round < rounds; round++) {
		const newName = () => `bench-${process.pid}-${Date.now().toString(36)}-${count++}`;
		for (const step of stepsOf({ http, url, newName, folder, work })) {
			const measured = steps.get(step.name) ?? {
				step: step.name,
				unit: step.unit,
				rates: [],
				failure: null
			};
			steps.set(step.name, measured);
			try {
				const { units, seconds } = await step.run();
				measured.rates.push(units / seconds);
			} catch (error) {
				measured.rates.push(null);
				measured.failure = error instanceof Error ? error.message : String(error);
			}
		}
	}
	await http.close();
	// PouchDB's LevelDB may still be putting its files in order.
	await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
	return {
		name,
		welcome: welcome.version ?? '',
		steps: [...steps.values()],
		processorSeconds: pid === null ? null : processorSeconds(pid) - usedBefore,
		peakMemoryMb: pid === null ? null : peakMemoryMb(pid)
	};
}

function print(all: readonly Contest[]): void {
	const [first] = all;
	if (first === undefined) return;
	console.log(
		`\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? arch()}, ${platform()}`
	);
	const rows = first.steps.map(({ step, unit }) => [
		step,
		unit,
		...all.map(({ steps }) => {
			const found = steps.find((other) => other.step === step);
			const rate = found === undefined ? null : median(found.rates);
			return rate === null ? 'failed' : figure(rate);
		})
	]);
	rows.push(
		['processor', 's', ...all.map((one) => one.processorSeconds?.toFixed(1) ?? '–')],
		['peak memory', 'MB', ...all.map((one) => one.peakMemoryMb?.toFixed(0) ?? '–')]
	);
	for (const other of all.slice(1)) {
		rows.push([
			`geometric mean, ${first.name} to ${other.name}`,
			'times',
			geometricMean(first, other)?.toFixed(2) ?? '–'
		]);
	}
	console.log(formatTable(['step', 'unit', ...all.map(({ name }) => name)], rows));
	for (const { name, steps } of all) {
		for (const { step, failure } of steps) {
			if (failure !== null) console.log(`${name} failed "${step}": ${failure}.`);
		}
	}
}

/** Of the ratios of all steps that both finished. */
function geometricMean(one: Contest, other: Contest): number | null {
	const logarithms = one.steps.flatMap(({ step, rates }) => {
		const mine = median(rates);
		const theirs = median(other.steps.find((found) => found.step === step)?.rates ?? []);
		return mine === null || theirs === null ? [] : [Math.log(mine / theirs)];
	});
	if (logarithms.length === 0) return null;
	return Math.exp(logarithms.reduce((sum, value) => sum + value, 0) / logarithms.length);
}

/** Null as soon as one round failed. */
function median(rates: readonly (number | null)[]): number | null {
	const sorted = rates.filter((rate) => rate !== null).sort((a, b) => a - b);
	if (sorted.length === 0 || sorted.length < rates.length) return null;
	return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

function figure(rate: number): string {
	return rate >= 100 ? Math.round(rate).toLocaleString('en-GB') : rate.toFixed(1);
}
