import type { ChaosDevice } from './chaos-device.ts';
import type { FaultDice } from './faults.ts';
import type { SavedEdits } from './saved-edits.ts';

/** Where a scenario is played: real devices, and a real server behind the proxy. */
export interface World {
	openDevice(
		n: number,
		parts: { dice: FaultDice; clockErrorMs: number; edits: SavedEdits }
	): Promise<ChaosDevice>;
	dice(n: number): FaultDice;
	server: {
		kill(): Promise<void>;
		start(): Promise<void>;
		/** While it is down. */
		backUp(): Promise<void>;
		restore(): Promise<boolean>;
		/** What the mailbox holds, past the proxy: live documents with revision and body, and picture lengths. */
		look(): Promise<{
			documents: Map<string, { couchRev: string; body: Record<string, unknown> }>;
			pictures: Map<string, number>;
		}>;
	};
}

/** What `_all_docs` with its documents says, sorted into documents and pictures. */
export function lookOf(answer: unknown): Awaited<ReturnType<World['server']['look']>> {
	const documents = new Map<string, { couchRev: string; body: Record<string, unknown> }>();
	const pictures = new Map<string, number>();
	for (const { id, doc } of (answer as { rows: { id: string; doc: ServerDocument }[] }).rows) {
		if (id.startsWith('blob:')) pictures.set(id.slice(5), doc._attachments?.data?.length ?? 0);
		else documents.set(id, { couchRev: doc._rev, body: doc.body });
	}
	return { documents, pictures };
}

interface ServerDocument {
	_rev: string;
	body: Record<string, unknown>;
	_attachments?: { data?: { length: number } };
}
