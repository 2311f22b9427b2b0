import { contentHashOf } from '@outlay/domain/canonical-json';
import type { Setting } from '@outlay/domain/setting';
import type { Submission, SubmissionBody } from '@outlay/domain/submission';
import { judgeWrite, type Version, type WriteFacts, type Writer } from '@outlay/domain/write-rules';
import { aSubmission, COMPANY, MANAGER, WORKER } from './documents.ts';

export const worker: Writer = {
	userId: WORKER,
	companyId: COMPANY,
	roles: ['worker'],
	approverId: MANAGER
};
export const manager: Writer = {
	userId: MANAGER,
	companyId: COMPANY,
	roles: ['worker', 'approver'],
	approverId: null
};

const costTypes: Setting = {
	_id: 'setting:cost-types:2023-01-01',
	type: 'setting',
	schema: 1,
	companyId: COMPANY,
	ownerId: '',
	createdAt: '2023-01-01T00:00:00.000Z',
	updatedAt: '2023-01-01T00:00:00.000Z',
	body: {
		name: 'cost-types',
		costTypes: [
			{
				costTypeId: 'materials',
				labels: { en: 'Materials', da: 'Materialer' },
				needsReceipt: false
			}
		]
	}
};

/** A hash that is enough to tell contents apart. */
export const hashText = (text: string) =>
	Promise.resolve(
		[...text]
			.reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 2 ** 32, 7)
			.toString(16)
			.padStart(64, '0')
	);

/** Nothing is there yet, and the day is 22 November 2026. */
export function facts(change: Partial<WriteFacts> = {}): WriteFacts {
	return {
		current: null,
		submissionWith: () => Promise.resolve(null),
		stagesOf: () => Promise.resolve([]),
		settings: () => Promise.resolve([costTypes]),
		drivesBeside: () => Promise.resolve([]),
		nowMs: Date.UTC(2026, 10, 22, 12),
		hashText,
		...change
	};
}

/** A document as it is to be stored. */
export function alive(document: object, attachments: Version['attachments'] = []): Version {
	const { _id: _, ...members } = document as { _id: string };
	return { isDeleted: false, members, attachments };
}

/** A submission whose content hash fits. */
export async function hashed(change: Partial<SubmissionBody> = {}): Promise<Submission> {
	const document = aSubmission(1, change);
	const contentHash = await contentHashOf(document.body, hashText);
	return {
		...document,
		body: { ...document.body, contentHash: change.contentHash ?? contentHash }
	};
}

/** Why a write is refused; null where it is not. */
export async function codeOf(
	document: { _id: string } & object,
	writer: Writer = worker,
	change: Partial<WriteFacts> = {},
	version: Version = alive(document)
): Promise<string | null> {
	return (await judgeWrite(document._id, version, writer, facts(change)))?.code ?? null;
}
