import fc from 'fast-check';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import { commands } from 'vitest/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { removeEverything } from '#lib/storage/open-database.ts';
import { openChaosDevice } from './chaos-device.ts';
import type { ChaosPerson } from './chaos-server.ts';
import { FaultDice, faultyFetch } from './faults.ts';
import { play } from './play.ts';
import { lookOf, type World } from './world.ts';
import { scenarios, type Scenario } from './scenario.ts';

/*
 * A few random histories on real IndexedDB; `npm run chaos` plays thousands over memory. What it found is played
 * here again, step by step.
 */
const RUNS = 6;
const FOUND: Record<string, Scenario> = {
	'a tab killed between the bytes and their receipt': aScenario([
		{ do: 'kill', device: 0, afterWrites: 1 },
		{ do: 'attach', device: 0, document: 0, kilobytes: 3 },
		{ do: 'open', device: 0 }
	]),
	'a server set back to a backup, twice, with edits before, between and after': aScenario([
		{ do: 'wake', device: 1 },
		{ do: 'wait', ms: 60 },
		{ do: 'attach', device: 0, document: 0, kilobytes: 20 },
		{ do: 'wait', ms: 60 },
		{ do: 'back-up' },
		{ do: 'save', device: 0, document: 0, field: 'purpose' },
		{ do: 'create', device: 1 },
		{ do: 'attach', device: 0, document: 0, kilobytes: 30 },
		{ do: 'wake', device: 0 },
		{ do: 'wake', device: 1 },
		{ do: 'wait', ms: 60 },
		{ do: 'restore' },
		{ do: 'save-both', document: 0, field: 'purpose' },
		{ do: 'wake', device: 0 },
		{ do: 'wait', ms: 30 },
		{ do: 'restore' },
		{ do: 'save', device: 1, document: 0, field: 'merchant' }
	])
};

let people: ChaosPerson[] = [];
let run = 0;

beforeAll(async () => {
	people = await commands.beginChaos(RUNS + Object.keys(FOUND).length + 1);
});

afterAll(async () => {
	await removeEverything();
	await commands.endChaos();
});

it('loses nothing that was saved, whatever is killed, cut, doubled or refused', async () => {
	await fc.assert(
		fc.asyncProperty(scenarios({ steps: 20, isQuick: true }), async (scenario) => {
			expect((await played(scenario)).lost).toEqual([]);
		}),
		{ numRuns: RUNS, seed: 7, endOnFailure: true }
	);
});

it.for(Object.entries(FOUND))('loses nothing to %s', async ([, scenario]) => {
	const { lost, acknowledged } = await played(scenario);
	expect(lost).toEqual([]);
	expect(acknowledged).toBeGreaterThan(0);
});

it('would notice a loss', async () => {
	const { lost } = await played(aScenario([]), true);
	expect(lost).toHaveLength(1);
});

async function played(scenario: Scenario, isLossPlanted = false) {
	const person = people[run % people.length];
	run += 1;
	if (person === undefined) throw new Error('nobody there');
	return play(scenario, await browserWorld(scenario, person), { isLossPlanted });
}

function aScenario(steps: Scenario['steps']): Scenario {
	return {
		devices: 2,
		clockErrorsMs: [0, 0],
		faultRate: 0,
		faultSeed: 1,
		steps: [{ do: 'create', device: 0 }, ...steps]
	};
}

/** Devices over IndexedDB in this page, and the server behind the proxy of the test run. */
async function browserWorld(scenario: Scenario, person: ChaosPerson): Promise<World> {
	const { view, cookie } = person;
	const name = `outlay-chaos-${String(run)}`;
	const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
		'encrypt',
		'decrypt'
	]);
	return {
		dice: (n) => new FaultDice(scenario.faultSeed + n, scenario.faultRate),
		openDevice: (n, { dice, clockErrorMs, edits }) =>
			openChaosDevice({
				name: `${name}-${String(n)}`,
				me: view,
				key,
				storage: getRxStorageDexie(),
				fetch: faultyFetch(dice, { base: '/chaos', cookie }),
				clockErrorMs,
				onDeleted: (id, body) => {
					edits.deleted(id, body);
				}
			}),
		server: {
			kill: async () => void (await commands.chaosServer('kill')),
			start: async () => void (await commands.chaosServer('start')),
			backUp: async () => void (await commands.chaosServer('backUp')),
			restore: () => commands.chaosServer('restore'),
			look: async () => lookOf(await commands.lookAtChaos(view.databases.mailbox, cookie))
		}
	};
}
