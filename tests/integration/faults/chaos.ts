/**
 * `npm run chaos -- --runs 1000 --seed 1 [--plant-loss] [--steps 25] [--path 3:1]`: random histories of several
 * devices and a server, with faults between; ends with 0 only if everything converged and nothing that was
 * acknowledged was lost. `--path` plays a counter-example again, as the failing run printed it.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { temporaryDirectory } from '../../support/server.ts';
import { ChaosServer, makeTemplate } from './chaos-server.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { nodeWorld } from './node-world.ts';
import { play } from './play.ts';
import { scenarios, type Scenario } from './scenario.ts';

const { values } = parseArgs({
	options: {
		runs: { type: 'string', default: '100' },
		seed: { type: 'string', default: '1' },
		steps: { type: 'string', default: '25' },
		path: { type: 'string' },
		verbose: { type: 'boolean', default: false },
		'plant-loss': { type: 'boolean', default: false }
	}
});
const runs = Number(values.runs);
const seed = Number(values.seed);
/** Runs on one data folder, each with a person of its own. */
const PEOPLE = Math.min(runs, 30);

// A killed tab leaves work behind that finds its store gone; anything else is a defect of ours.
process.on('rejectionHandled', () => undefined);
process.on('unhandledRejection', (error) => {
	if (!String((error as Error).message).includes('this tab was killed')) throw error;
});

const directory = await temporaryDirectory();
const template = path.join(directory, 'template');
const people = await makeTemplate(template, PEOPLE);
const server = new ChaosServer(directory);
const proxy = await startFaultProxy(() => server.url);

const faults = new Map<string, number>();
const totals = { runs: 0, operations: 0, acknowledged: 0, keptVersions: 0, lost: 0 };
const events = { serverKills: 0, restores: 0, tabKills: 0 };

async function runOne(scenario: Scenario): Promise<void> {
	const person = people[totals.runs % people.length];
	if (person === undefined) throw new Error('nobody there');
	if (totals.runs % people.length === 0) await server.begin(template);
	server.beginRun();
	await server.start();
	totals.runs += 1;
	if (values.verbose) console.log(String(totals.runs), JSON.stringify(scenario));
	const made = await nodeWorld(scenario, {
		person,
		server,
		proxyUrl: proxy.url,
		run: totals.runs
	});
	const { world, dice } = made;
	try {
		const played = await play(scenario, world, { isLossPlanted: values['plant-loss'] });
		totals.operations += played.operations;
		totals.acknowledged += played.acknowledged;
		totals.keptVersions += played.keptVersions;
		totals.lost += played.lost.length;
		events.serverKills += played.serverKills;
		events.restores += played.restores;
		events.tabKills += played.tabKills;
		if (played.lost.length > 0) throw new Error(`lost: ${played.lost.join('; ')}`);
	} catch (error) {
		if (values.verbose) console.log(JSON.stringify(scenario), (error as Error).stack);
		throw error;
	} finally {
		for (const { counts } of dice) {
			for (const [kind, count] of counts) faults.set(kind, (faults.get(kind) ?? 0) + count);
		}
		made.forget();
		if (totals.runs % 25 === 0) console.log(`${String(totals.runs)} runs`);
	}
}

const property = fc.asyncProperty(
	scenarios({ steps: Number(values.steps), isQuick: false }),
	runOne
);
const details = await fc.check(property, {
	seed,
	numRuns: runs,
	...(values.path === undefined ? {} : { path: values.path }),
	// Each step of shrinking plays a whole run.
	interruptAfterTimeLimit: values['plant-loss'] ? 20_000 : 6 * 60 * 60 * 1000
});
await proxy.stop();
await server.kill();
await rm(directory, { recursive: true, force: true });

if (details.failed) {
	console.log(fc.stringify(details.counterexample?.[0]));
	console.log(`--seed ${String(details.seed)} --path ${details.counterexamplePath ?? ''}`);
	console.log(String((details.errorInstance as Error | null)?.stack ?? ''));
}
const counted = (counts: Iterable<[string, number]>) =>
	[...counts].map(([name, count]) => `${name} ${String(count)}`).join(', ');
const { runs: played, operations, acknowledged, keptVersions, lost } = totals;
console.log(
	`${String(played)} runs, ${String(operations)} operations, ` +
		`faults: ${counted([...faults].sort())}; ${counted(Object.entries(events))}; ` +
		`${String(acknowledged)} edits acknowledged, ${String(acknowledged - lost)} kept ` +
		`(${String(keptVersions)} kept versions), ${String(lost)} lost`
);
process.exit(details.failed ? 1 : 0);
