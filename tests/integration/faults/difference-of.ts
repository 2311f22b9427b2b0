import { firstOf } from '#lib/commands/context.ts';
import { canonicalJson } from '@outlay/domain/canonical-json';
import type { ChaosDevice } from './chaos-device.ts';
import type { World } from './world.ts';

/** '' when server and devices hold the same and nothing waits. */
export async function differenceOf(
	{ documents }: Awaited<ReturnType<World['server']['look']>>,
	devices: readonly ChaosDevice[]
): Promise<string> {
	for (const [n, device] of devices.entries()) {
		const unsent = await device.sync.unsentCount();
		if (unsent > 0) {
			const queue = JSON.stringify([
				await firstOf(device.sync.status),
				await firstOf(device.sync.queue)
			]);
			return `device ${String(n)} has ${String(unsent)} unsent: ${queue}`;
		}
		const rows = await device.rows();
		for (const id of new Set([...rows.keys(), ...documents.keys()])) {
			const [here, there] = [rows.get(id), documents.get(id)];
			if (
				here?.couchRev !== there?.couchRev ||
				canonicalJson(here?.body) !== canonicalJson(there?.body)
			) {
				return `device ${String(n)} has ${id} ${here?.couchRev ?? 'not'}, the server ${there?.couchRev ?? 'not'}`;
			}
		}
	}
	return '';
}
