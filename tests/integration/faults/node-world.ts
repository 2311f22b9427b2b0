import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import type { RxStorage } from 'rxdb/plugins/core';
import { openChaosDevice } from './chaos-device.ts';
import type { ChaosPerson, ChaosServer } from './chaos-server.ts';
import { FaultDice, faultyFetch } from './faults.ts';
import { lookOf, type World } from './world.ts';
import type { Scenario } from './scenario.ts';

/** A world in this process: devices over RxDB's memory storage, which outlives the closing of a database. */
export async function nodeWorld(
	scenario: Scenario,
	parts: {
		person: ChaosPerson;
		server: ChaosServer;
		proxyUrl: string;
		run: number;
	}
): Promise<{ world: World; dice: FaultDice[]; forget(): void }> {
	const { person, server, proxyUrl, run } = parts;
	const { mailbox } = person.view.databases;
	const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
		'encrypt',
		'decrypt'
	]);
	const storage = getRxStorageMemory();
	const dice: FaultDice[] = [];
	const ask = async (path: string) => {
		const response = await fetch(`${server.url ?? ''}/${mailbox}${path}`, {
			headers: { cookie: person.cookie, accept: 'application/json' }
		});
		if (!response.ok) throw new Error(`looking at the server: ${String(response.status)}`);
		return (await response.json()) as unknown;
	};
	const world: World = {
		dice(n) {
			const die = new FaultDice(scenario.faultSeed + n, scenario.faultRate);
			dice[n] = die;
			return die;
		},
		openDevice: (n, { dice: die, clockErrorMs, edits }) =>
			openChaosDevice({
				name: `chaos-${String(run)}-${String(n)}`,
				me: person.view,
				key,
				storage: storage as RxStorage<unknown, unknown>,
				fetch: faultyFetch(die, { base: proxyUrl, cookie: person.cookie }),
				clockErrorMs,
				onDeleted: (id, body) => {
					edits.deleted(id, body);
				}
			}),
		server: {
			kill: () => server.kill(),
			start: () => server.start(),
			backUp: () => server.backUp(),
			restore: () => server.restore(),
			look: async () => lookOf(await ask('/_all_docs?include_docs=true'))
		}
	};
	return {
		world,
		dice,
		forget() {
			storage.collectionStates.clear();
		}
	};
}
