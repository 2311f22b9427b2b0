import { firstOf } from '#lib/commands/context.ts';
import type { ChaosDevice } from './chaos-device.ts';
import type { FaultDice } from './faults.ts';
import { differenceOf } from './difference-of.ts';
import { pictureOf, sha256Of } from './numbered-pictures.ts';
import { SavedEdits, type Outcome } from './saved-edits.ts';
import type { Scenario, Step } from './scenario.ts';
import type { World } from './world.ts';

export interface Played {
	operations: number;
	acknowledged: number;
	keptVersions: number;
	serverKills: number;
	restores: number;
	tabKills: number;
	/** What was acknowledged and is nowhere, in words. */
	lost: string[];
}

const CALM_MS = 30_000;

/** Plays a scenario to its end, lets everything come to rest, and compares. Throws when it does not converge. */
export async function play(
	scenario: Scenario,
	world: World,
	options: { isLossPlanted: boolean }
): Promise<Played> {
	const edits = new SavedEdits();
	const stage = new Stage(scenario, world, edits);
	stage.isDropping = options.isLossPlanted;
	try {
		await stage.openAll();
		for (const step of scenario.steps) await stage.take(step);
		const outcome = await stage.comeToRest();
		return {
			operations: scenario.steps.length,
			acknowledged: edits.acknowledged,
			keptVersions: [...outcome.bodies.keys()].filter((id) => id.startsWith('kept:')).length,
			...stage.counts,
			lost: edits.lostIn(outcome)
		};
	} finally {
		await stage.clear();
	}
}

class Stage {
	readonly counts = { serverKills: 0, restores: 0, tabKills: 0 };
	/** The next edit is acknowledged and dropped, for the proof that a loss is found. */
	isDropping = false;
	readonly #scenario: Scenario;
	readonly #world: World;
	readonly #edits: SavedEdits;
	readonly #devices: (ChaosDevice | null)[];
	readonly #dice: FaultDice[];
	readonly #documents: string[] = [];
	/** Deeds whose tab was killed under them end some time, without a promise. */
	readonly #open: Promise<unknown>[] = [];
	readonly #known = new Set<string>();
	#pictures = 0;

	constructor(scenario: Scenario, world: World, edits: SavedEdits) {
		this.#scenario = scenario;
		this.#world = world;
		this.#edits = edits;
		this.#devices = Array.from({ length: scenario.devices }, () => null);
		this.#dice = this.#devices.map((_device, n) => world.dice(n));
	}

	async openAll(): Promise<void> {
		for (const n of this.#devices.keys()) await this.#device(n);
	}

	async take(step: Step): Promise<void> {
		switch (step.do) {
			case 'create': {
				const device = await this.#device(step.device);
				const id = device.newTransactionId();
				this.#documents.push(id);
				await this.#save(device, id, 'purpose');
				return;
			}
			case 'save':
				await this.#save(
					await this.#device(step.device),
					this.#document(step.document),
					step.field
				);
				return;
			case 'save-both': {
				const id = this.#document(step.document);
				const [one, two] = [await this.#device(0), await this.#device(1)];
				if (!(await this.#isKnown(one, 0, id)) || !(await this.#isKnown(two, 1, id))) return;
				await Promise.all([this.#save(one, id, step.field), this.#save(two, id, step.field)]);
				return;
			}
			case 'attach':
				{
					const device = await this.#device(step.device);
					const id = this.#document(step.document);
					if (await this.#isKnown(device, step.device, id)) {
						await this.#attach(device, id, step.kilobytes);
					}
				}
				return;
			case 'detach': {
				const device = await this.#device(step.device);
				const id = this.#document(step.document);
				await this.#deed(device, async () => {
					const stored = await device.documents.get('transaction', id);
					const body = stored?.document.body;
					const receiptId = body?.kind === 'expense' ? body.receiptIds[0] : undefined;
					if (receiptId === undefined) return;
					this.#edits.deleted(receiptId, {});
					await device.detach(id, receiptId);
				});
				return;
			}
			case 'submit': {
				const device = await this.#device(step.device);
				const id = this.#document(step.document);
				if (!(await this.#isKnown(device, step.device, id))) return;
				await this.#deed(device, async () => {
					await device.saveExpense(id, {
						costTypeId: 'parking',
						spentOn: '2025-06-02'
					});
					const done = await device.submit(id);
					if (!done.ok) return;
					const submission = await device.documents.get('submission', done.value);
					if (submission === null) return;
					this.#edits.submitted(done.value, { ...submission.document.body });
				});
				return;
			}
			case 'remove': {
				const device = await this.#device(step.device);
				const id = this.#document(step.document);
				await this.#deed(device, () => device.remove(id));
				return;
			}
			case 'kill':
				this.#devices[step.device % this.#devices.length]?.kill(step.afterWrites);
				this.counts.tabKills += 1;
				return;
			case 'open':
				await this.#device(step.device);
				return;
			case 'offline':
			case 'online':
				this.#devices[step.device % this.#devices.length]?.connectivity.set(step.do === 'online');
				return;
			case 'wake':
				(await this.#device(step.device)).sync.wake();
				return;
			case 'wait':
				await pause(step.ms);
				return;
			case 'kill-server':
				await this.#world.server.kill();
				this.counts.serverKills += 1;
				await pause(step.downMs);
				await this.#world.server.start();
				return;
			case 'back-up':
				await this.#world.server.kill();
				await this.#world.server.backUp();
				await this.#world.server.start();
				return;
			case 'restore':
				await this.#world.server.kill();
				if (await this.#world.server.restore()) this.counts.restores += 1;
				await this.#world.server.start();
				return;
		}
	}

	/** Nothing fails any more; resolves when server and devices hold the same and nothing waits. */
	async comeToRest(): Promise<Outcome> {
		for (const dice of this.#dice) dice.isOn = false;
		const devices: ChaosDevice[] = [];
		for (const n of this.#devices.keys()) {
			this.#devices[n]?.kill(Number.POSITIVE_INFINITY);
			devices.push(await this.#device(n));
		}
		const deadline = Date.now() + CALM_MS;
		let why = '';
		for (let pauseMs = 20; Date.now() < deadline; pauseMs = Math.min(pauseMs * 1.5, 1000)) {
			for (const { sync, connectivity } of devices) {
				connectivity.set(true);
				await retryAll(sync);
				sync.wake();
			}
			await pause(pauseMs);
			const seen = await this.#world.server.look();
			why = await differenceOf(seen, devices);
			if (why !== '') continue;
			// A picture may have arrived between the look and the count of what waits.
			const last = await this.#world.server.look();
			why = await differenceOf(last, devices);
			if (why === '') {
				return {
					bodies: new Map([...last.documents].map(([id, { body }]) => [id, body])),
					pictures: last.pictures
				};
			}
		}
		throw new Error(`did not come to rest: ${why}`);
	}

	async clear(): Promise<void> {
		for (const device of this.#devices) {
			device?.kill(0);
			await device?.end();
		}
		await Promise.allSettled(this.#open);
	}

	/** The device, opened anew when its tab was killed. */
	async #device(number: number): Promise<ChaosDevice> {
		const n = number % this.#devices.length;
		const before = this.#devices[n] ?? null;
		if (before !== null && !before.isDead) return before;
		await before?.end();
		const dice = this.#dice[n];
		if (dice === undefined) throw new Error('no such device');
		const device = await this.#world.openDevice(n, {
			dice,
			clockErrorMs: this.#scenario.clockErrorsMs[n] ?? 0,
			edits: this.#edits
		});
		this.#devices[n] = device;
		return device;
	}

	#document(number: number): string {
		return this.#documents[number % this.#documents.length] ?? '';
	}

	/** Nobody edits what their device never showed. */
	async #isKnown(device: ChaosDevice, number: number, id: string): Promise<boolean> {
		const key = `${String(number % this.#devices.length)} ${id}`;
		if (this.#known.has(key)) return true;
		if (device.isDead || (await device.documents.get('transaction', id)) === null) return false;
		this.#known.add(key);
		return true;
	}

	/** What a killed tab was doing promises nothing. */
	async #deed(device: ChaosDevice, deed: () => Promise<unknown>): Promise<void> {
		try {
			await deed();
		} catch (error) {
			if (!device.isDead) throw error;
		}
	}

	async #save(device: ChaosDevice, id: string, field: 'purpose' | 'merchant' | 'amountMinor') {
		const edit = this.#edits.begin({ documentId: id, field, value: this.#edits.nextValue(field) });
		if (this.isDropping) {
			this.isDropping = false;
			edit.isAcknowledged = true;
			return;
		}
		device.seen.delete(id);
		await this.#deed(device, async () => {
			const done = await device.saveExpense(id, { [field]: edit.value });
			edit.isAcknowledged = done.ok;
		});
		// Also of a deed whose tab was killed: it may have been stored, and then it wrote over what was seen.
		edit.before = device.seen.get(id)?.[field];
	}

	async #attach(device: ChaosDevice, id: string, kilobytes: number): Promise<void> {
		this.#pictures += 1;
		const picture = pictureOf(this.#pictures, kilobytes);
		const attached = this.#edits.beginAttaching({
			documentId: id,
			sha256: await sha256Of(picture),
			byteLength: picture.size
		});
		await this.#deed(device, async () => {
			const done = await device.attach(id, picture);
			if (!done.ok) return;
			attached.receiptId = done.value;
			attached.isAcknowledged = true;
		});
	}
}

async function retryAll(sync: ChaosDevice['sync']): Promise<void> {
	const queue = await firstOf(sync.queue);
	for (const { documentId, state } of queue) if (state === 'refused') await sync.retry(documentId);
}

function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}
