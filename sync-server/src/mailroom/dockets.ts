import type { Registry } from '../company/registry.ts';

/** What belongs to one submission. */
interface Docket {
	/** Null while an answer arrived before the submission it names. */
	subjectId: string | null;
	/** Recalls and decisions. */
	answerIds: string[];
}

/** Which documents make up a case, so that nobody searches the ledger for them. One writer for each company. */
export class Dockets {
	readonly #registry: Registry;

	constructor(registry: Registry) {
		this.#registry = registry;
	}

	async addSubmission(companyId: string, subjectId: string, submissionId: string): Promise<void> {
		const docket = await this.#docket(companyId, submissionId);
		if (docket.subjectId === null) {
			await this.#registry.writeNote(docketId(companyId, submissionId), { ...docket, subjectId });
		}
		const submissionIds = await this.#submissionIds(companyId, subjectId);
		if (submissionIds.includes(submissionId)) return;
		await this.#registry.writeNote(subjectNoteId(companyId, subjectId), {
			submissionIds: [...submissionIds, submissionId]
		});
	}

	/** The transaction it is about; null when the submission has not arrived. */
	async addAnswer(
		companyId: string,
		submissionId: string,
		answerId: string
	): Promise<string | null> {
		const docket = await this.#docket(companyId, submissionId);
		if (!docket.answerIds.includes(answerId)) {
			await this.#registry.writeNote(docketId(companyId, submissionId), {
				...docket,
				answerIds: [...docket.answerIds, answerId]
			});
		}
		return docket.subjectId;
	}

	/** Whether the submission itself has arrived. */
	async isKnown(companyId: string, submissionId: string): Promise<boolean> {
		return (await this.#docket(companyId, submissionId)).subjectId !== null;
	}

	/** Recalls and decisions that name a submission. */
	async answersOf(companyId: string, submissionId: string): Promise<string[]> {
		return (await this.#docket(companyId, submissionId)).answerIds;
	}

	/** Ids of every submission of a transaction, and of their recalls and decisions. */
	async documentsOf(companyId: string, subjectId: string): Promise<string[]> {
		const ids: string[] = [];
		for (const submissionId of await this.#submissionIds(companyId, subjectId)) {
			const { answerIds } = await this.#docket(companyId, submissionId);
			ids.push(submissionId, ...answerIds);
		}
		return ids;
	}

	async #docket(companyId: string, submissionId: string): Promise<Docket> {
		const note = await this.#registry.readNote<Docket>(docketId(companyId, submissionId));
		return note ?? { subjectId: null, answerIds: [] };
	}

	async #submissionIds(companyId: string, subjectId: string): Promise<string[]> {
		const note = await this.#registry.readNote<{ submissionIds: string[] }>(
			subjectNoteId(companyId, subjectId)
		);
		return note?.submissionIds ?? [];
	}
}

function docketId(companyId: string, submissionId: string): string {
	return `docket:${companyId}:${submissionId}`;
}

function subjectNoteId(companyId: string, subjectId: string): string {
	return `submissions:${companyId}:${subjectId}`;
}
