import type { SavedField } from './scenario.ts';

type Body = Readonly<Record<string, unknown>>;

/** What a person's deed did to one field, as they saw it. */
interface Edit {
	documentId: string;
	field: SavedField;
	/** The value written; no other edit writes the same. */
	value: string | number;
	/** What stood there at the moment it was written over. */
	before: unknown;
	/** The device said it was saved. A deed whose tab was killed promises nothing. */
	isAcknowledged: boolean;
}

interface Attached {
	documentId: string;
	receiptId: string;
	sha256: string;
	byteLength: number;
	isAcknowledged: boolean;
}

/** What the world holds when everything has come to rest. */
export interface Outcome {
	/** Documents in the mailbox by id, bodies only. */
	bodies: ReadonlyMap<string, Body>;
	/** Length of each picture the server has, by hash. */
	pictures: ReadonlyMap<string, number>;
}

/**
 * The memory of everything that was saved, to be held against the outcome: an edit is kept when it is in the
 * result, in a kept version, or was written over or deleted by somebody who saw it.
 */
export class SavedEdits {
	readonly #edits: Edit[] = [];
	readonly #attached: Attached[] = [];
	readonly #submissions = new Map<string, Body>();
	/** Bodies that stood on a device when the person deleted the document there. */
	readonly #deleted = new Map<string, Body[]>();
	#count = 0;
	/** A value no other edit has. */
	nextValue(field: SavedField): string | number {
		this.#count += 1;
		return field === 'amountMinor' ? 100_000 + this.#count : `edit ${String(this.#count)}`;
	}

	begin(edit: Omit<Edit, 'isAcknowledged' | 'before'>): Edit {
		const begun = { ...edit, before: undefined, isAcknowledged: false };
		this.#edits.push(begun);
		return begun;
	}

	beginAttaching(attached: Omit<Attached, 'isAcknowledged' | 'receiptId'>): Attached {
		const begun = { ...attached, receiptId: '', isAcknowledged: false };
		this.#attached.push(begun);
		return begun;
	}

	submitted(id: string, body: Body): void {
		this.#submissions.set(id, body);
	}

	deleted(id: string, body: Body): void {
		this.#deleted.set(id, [...(this.#deleted.get(id) ?? []), body]);
	}

	/** Acknowledged edits, pictures and submissions. */
	get acknowledged(): number {
		const count = (list: readonly { isAcknowledged: boolean }[]) =>
			list.filter(({ isAcknowledged }) => isAcknowledged).length;
		return count(this.#edits) + count(this.#attached) + this.#submissions.size;
	}

	/** In words, one for each thing that was acknowledged and is nowhere. */
	lostIn(outcome: Outcome): string[] {
		const kept = [...outcome.bodies.entries()].flatMap(([id, body]) =>
			id.startsWith('kept:') ? [{ documentId: body['documentId'], lost: body['lost'] as Body }] : []
		);
		const versions = (id: string): Body[] => [
			...[outcome.bodies.get(id)].filter((body) => body !== undefined),
			...kept.filter(({ documentId }) => documentId === id).map(({ lost }) => lost),
			...(this.#deleted.get(id) ?? [])
		];
		const isThere = (edit: Edit, seen = new Set<Edit>()): boolean => {
			if (seen.has(edit)) return false;
			seen.add(edit);
			const { documentId, field, value } = edit;
			if (versions(documentId).some((body) => body[field] === value)) return true;
			return this.#edits.some(
				(later) =>
					later.documentId === documentId &&
					later.field === field &&
					later.before === value &&
					(later.isAcknowledged || isThere(later, seen))
			);
		};
		const lost = this.#edits
			.filter((edit) => edit.isAcknowledged && !isThere(edit))
			.map(({ documentId, field, value }) => `${documentId} ${field} = ${String(value)}`);
		for (const { documentId, receiptId, sha256, byteLength, isAcknowledged } of this.#attached) {
			if (!isAcknowledged || this.#deleted.has(receiptId)) continue;
			const isNamed = versions(documentId).some((body) =>
				(body['receiptIds'] as string[] | undefined)?.includes(receiptId)
			);
			if (!isNamed) lost.push(`${documentId} names no ${receiptId}`);
			if (!outcome.bodies.has(receiptId)) lost.push(`${receiptId} is gone`);
			if (outcome.pictures.get(sha256) !== byteLength) lost.push(`picture of ${receiptId}`);
			const small = outcome.bodies.get(receiptId)?.['thumbnailSha256'];
			if (typeof small === 'string' && !outcome.pictures.has(small)) {
				lost.push(`thumbnail of ${receiptId}`);
			}
		}
		for (const [id, body] of this.#submissions) {
			if (JSON.stringify(outcome.bodies.get(id)) !== JSON.stringify(body)) lost.push(id);
		}
		return lost;
	}
}
