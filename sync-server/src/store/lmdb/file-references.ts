/**
 * How many bodies name a file, counted in the transaction that writes or removes the body. A file nobody names any
 * more stays for an hour: whoever read its stub a moment ago may still write it somewhere else.
 *
 * `files`: `<company>/<sha256>` → 4 bytes count, 6 bytes since when it is 0 (ms).
 * `store`: `unused:<since when>:<company>/<sha256>` finds those in the order of time.
 */

import type { Draft } from './committer.ts';
import { nameKey, type Tables } from './tables.ts';

/** How long the bytes of an unnamed file are kept. */
export const GRACE_MS = 60 * 60 * 1000;

const UNUSED = 'unused:';
const RECORD_BYTES = 10;

export interface FileName {
	company: string;
	sha256: string;
}

/** Whether bodies name the file, which is then on disk. */
export function isReferenced(draft: Draft, file: FileName): boolean {
	return countOf(draft.get('files', fileKey(file))) > 0;
}

/** One more body names the file, which must be on disk. */
export function addReference(draft: Draft, file: FileName): void {
	const before = draft.get('files', fileKey(file));
	const count = countOf(before);
	if (before && count === 0) draft.remove('store', unusedKey(sinceOf(before), file));
	draft.put('files', fileKey(file), recordOf(count + 1, 0));
}

/** One body less names the file. */
export function removeReference(draft: Draft, file: FileName, nowMs: number): void {
	const count = countOf(draft.get('files', fileKey(file)));
	if (count > 1) draft.put('files', fileKey(file), recordOf(count - 1, 0));
	else if (count === 1) markUnused(draft, file, nowMs);
}

/** A file that no body names, from now on known as such. */
export function markUnused(draft: Draft, file: FileName, nowMs: number): void {
	draft.put('files', fileKey(file), recordOf(0, nowMs));
	draft.put('store', unusedKey(nowMs, file), Buffer.alloc(0));
}

/** Forgets a file that is unlinked. */
export function forgetFile(draft: Draft, file: FileName): void {
	const before = draft.get('files', fileKey(file));
	if (before) draft.remove('store', unusedKey(sinceOf(before), file));
	draft.remove('files', fileKey(file));
}

/** Files that nobody names since before `beforeMs`, the oldest first. */
export function unusedFiles(tables: Tables, beforeMs: number, most: number): FileName[] {
	const range = { start: nameKey(UNUSED), end: nameKey(UNUSED + paddedMs(beforeMs)), limit: most };
	return [...tables.store.getKeys(range)].map((key) => {
		const text = key.toString();
		return parseFileName(text.slice(text.indexOf(':', UNUSED.length) + 1));
	});
}

/** Every file the store counts, with its count. */
export function* countedFiles(tables: Tables): Generator<FileName & { count: number }> {
	for (const { key, value } of tables.files.getRange({})) {
		yield { ...parseFileName(key.toString()), count: countOf(value) };
	}
}

export function isCounted(tables: Tables, file: FileName): boolean {
	return tables.files.get(fileKey(file)) !== undefined;
}

function parseFileName(text: string): FileName {
	const slash = text.indexOf('/');
	return { company: text.slice(0, slash), sha256: text.slice(slash + 1) };
}

function fileKey({ company, sha256 }: FileName): Buffer {
	return nameKey(`${company}/${sha256}`);
}

function unusedKey(sinceMs: number, file: FileName): Buffer {
	return nameKey(`${UNUSED}${paddedMs(sinceMs)}:${file.company}/${file.sha256}`);
}

function paddedMs(ms: number): string {
	return Math.max(0, ms).toString().padStart(15, '0');
}

function recordOf(count: number, sinceMs: number): Buffer {
	const bytes = Buffer.alloc(RECORD_BYTES);
	bytes.writeUInt32BE(count, 0);
	bytes.writeUIntBE(sinceMs, 4, 6);
	return bytes;
}

function countOf(record: Buffer | null): number {
	return record ? record.readUInt32BE(0) : 0;
}

function sinceOf(record: Buffer): number {
	return record.readUIntBE(4, 6);
}
