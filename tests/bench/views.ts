/**
 * `npm run bench:views -- [NAME=URL …] [--rounds N] [--small]`: views and Mango queries on any number of
 * CouchDB-compatible servers in turn, each address with its administrator's credentials. Without an address: our own
 * server and express-pouchdb, both started here. Prints the median of the rounds for each step.
 */
import { arch, cpus, platform } from 'node:os';
import { parseArgs } from 'node:util';
import { HttpConnection, type Method } from './server/http-connection.ts';
import { expressPouchdb, ourServer, runningServer, type Contestant } from './server/peers.ts';
import { formatTable } from './table.ts';

interface Step {
	name: string;
	unit: string;
	/** Does the work, asserts that it was done, and answers how many units that were. */
	run: () => Promise<number>;
}

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		rounds: { type: 'string', default: '3' },
		small: { type: 'boolean', default: false }
	}
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
	console.error('--rounds takes a whole number from 1.');
	process.exit(2);
}
const documents = values.small ? 1_000 : 10_000;
const people = 100;
const padding = 'x'.repeat(800);

const DESIGN = {
	_id: '_design/bench',
	views: {
		days: {
			map: 'function (doc) { if (doc.type === "expense") emit([doc.owner, doc.day], doc.amountMinor) }',
			reduce: '_sum'
		},
		longest: {
			map: 'function (doc) { emit(doc.owner, doc.amountMinor) }',
			reduce: 'function (keys, values) { return Math.max.apply(null, values) }'
		}
	}
};

function documentNumber(n: number) {
	const owner = `person-${n % people}`;
	return { _id: `d${n}`, type: 'expense', owner, day: n % 365, amountMinor: n, padding };
}

const starters: (() => Promise<Contestant>)[] =
	positionals.length > 0
		? positionals.map((given) => () => Promise.resolve(runningServer(given)))
		: [ourServer, expressPouchdb];

const contests: { name: string; rates: Map<string, { unit: string; rates: number[] }> }[] = [];
for (const start of starters) {
	const contestant = await start();
	try {
		console.error(`Measuring ${contestant.name}, ${rounds} rounds.`);
		contests.push({ name: contestant.name, rates: await measure(contestant) });
	} finally {
		await contestant.stop();
	}
}
print();

async function measure({ url }: Contestant) {
	const http = new HttpConnection(url);
	const measured = new Map<string, { unit: string; rates: number[] }>();
	for (let round = 0; round < rounds; round++) {
		const db = `/bench-views-${process.pid}-${round}`;
		await ask(http, 'PUT', db);
		await ask(http, 'POST', `${db}/_bulk_docs`, { docs: [DESIGN] });
		for (let n = 0; n < documents; n += 500) {
			const docs = Array.from({ length: 500 }, (_, i) => documentNumber(n + i));
			await ask(http, 'POST', `${db}/_bulk_docs`, { docs });
		}
		for (const { name, unit, run } of stepsOf(http, db)) {
			const startedAtMs = performance.now();
			const units = await run();
			const seconds = (performance.now() - startedAtMs) / 1_000;
			const step = measured.get(name) ?? { unit, rates: [] };
			step.rates.push(units / seconds);
			measured.set(name, step);
		}
		await ask(http, 'DELETE', db);
	}
	await http.close();
	return measured;
}

function stepsOf(http: HttpConnection, db: string): Step[] {
	const view = (name: string, query: string) =>
		ask<{ rows: { value: unknown }[] }>(http, 'GET', `${db}/_design/bench/_view/${name}?${query}`);
	const find = (selector: object, limit: number) =>
		ask<{ docs: object[] }>(http, 'POST', `${db}/_find`, { selector, limit });
	const times = async (count: number, one: (i: number) => Promise<unknown>) => {
		for (let i = 0; i < count; i++) await one(i);
		return count;
	};
	return [
		{
			name: 'two views built',
			unit: 'documents/s',
			run: async () => {
				const { rows } = await view('days', 'reduce=false&limit=1');
				await view('longest', 'reduce=false&limit=1');
				return rows.length * documents;
			}
		},
		{
			name: 'changed, then asked',
			unit: 'times/s',
			run: () =>
				times(20, async (i) => {
					await ask(http, 'POST', `${db}/_bulk_docs`, { docs: [documentNumber(documents + i)] });
					await view('days', 'reduce=false&limit=1');
				})
		},
		{
			name: 'all rows',
			unit: 'rows/s',
			run: async () => (await view('days', 'reduce=false')).rows.length
		},
		{
			name: 'a range of rows with documents',
			unit: 'times/s',
			run: () =>
				times(50, (i) => {
					const [start, end] = [[`person-${i}`], [`person-${i}`, {}]].map(text);
					return view(
						'days',
						`reduce=false&limit=20&include_docs=true&startkey=${start}&endkey=${end}`
					);
				})
		},
		{ name: 'the sum of all', unit: 'times/s', run: () => times(20, () => view('days', '')) },
		{
			name: 'a sum for each person',
			unit: 'times/s',
			run: () => times(10, () => view('days', 'group_level=1'))
		},
		{
			name: 'an own reduce for each person',
			unit: 'times/s',
			run: () => times(3, () => view('longest', 'group=true'))
		},
		{
			name: 'found without an index',
			unit: 'documents/s',
			run: async () => {
				await find({ amountMinor: -1 }, 25);
				return documents;
			}
		},
		{
			name: 'an index made and asked',
			unit: 'documents/s',
			run: async () => {
				await ask(http, 'POST', `${db}/_index`, { index: { fields: ['owner', 'day'] } });
				await find({ owner: 'person-1', day: { $gte: 0 } }, 1);
				return documents;
			}
		},
		{
			name: 'found with an index',
			unit: 'times/s',
			run: () => times(50, (i) => find({ owner: `person-${i}`, day: { $gte: 100 } }, 20))
		}
	];
}

function text(json: unknown): string {
	return encodeURIComponent(JSON.stringify(json));
}

async function ask<Answer>(
	http: HttpConnection,
	method: Method,
	path: string,
	body?: object
): Promise<Answer> {
	const answer = await http.send(method, path, body && JSON.stringify(body));
	if (answer.status >= 400)
		throw new Error(`${method} ${path}: ${answer.status} ${answer.body.toString()}`);
	return JSON.parse(answer.body.toString()) as Answer;
}

function print(): void {
	const [first] = contests;
	if (!first) return;
	console.log(
		`\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? arch()}, ${platform()}; ` +
			`${documents} documents of 1 kB`
	);
	const rows = [...first.rates].map(([step, { unit }]) => [
		step,
		unit,
		...contests.map(({ rates }) => figure(median(rates.get(step)?.rates ?? [])))
	]);
	console.log(formatTable(['step', 'unit', ...contests.map(({ name }) => name)], rows));
}

function median(rates: readonly number[]): number {
	return rates.toSorted((a, b) => a - b)[Math.floor((rates.length - 1) / 2)] ?? 0;
}

function figure(rate: number): string {
	return rate >= 100 ? Math.round(rate).toLocaleString('en-GB') : rate.toFixed(1);
}
