import type { Registry } from '../company/registry.ts';

/** Enclosures that were addressed before they arrived: a photo comes after its submission. */
export class Awaited {
	readonly #registry: Registry;

	constructor(registry: Registry) {
		this.#registry = registry;
	}

	/** Names of the databases an enclosure of this mailbox is awaited in. */
	async targetsOf(mailbox: string, documentId: string): Promise<string[]> {
		const note = await this.#registry.readNote<{ targets: string[] }>(noteId(mailbox, documentId));
		return note?.targets ?? [];
	}

	async add(mailbox: string, documentId: string, targets: readonly string[]): Promise<void> {
		const known = await this.targetsOf(mailbox, documentId);
		const all = [...new Set([...known, ...targets])];
		if (all.length === known.length) return;
		await this.#registry.writeNote(noteId(mailbox, documentId), { targets: all });
	}

	async remove(mailbox: string, documentId: string): Promise<void> {
		await this.#registry.removeNote(noteId(mailbox, documentId));
	}
}

function noteId(mailbox: string, documentId: string): string {
	return `awaited:${mailbox}:${documentId}`;
}
