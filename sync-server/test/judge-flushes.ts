import { createHash } from 'node:crypto';
import path from 'node:path';

/** Of each writer: one on its own, one as base64, one as multipart. */
export const UPLOADS = 3;

/** More than is written at once. */
export function bytesOf(id: string): string {
	return `${id} `.repeat(15_000);
}

interface Call {
	name: string;
	fd: string;
	/** What lies behind the descriptor, as strace's -y tells it. */
	place: string;
	text: string;
	result: string;
	/** Lines of the trace on which it began and ended. */
	began: number;
	ended: number;
}

/** The calls of a trace, in the order they ended. */
export function readCalls(text: string): Call[] {
	const begun = new Map<string, { rest: string; line: number }>();
	const calls: Call[] = [];
	for (const [line, row] of text.split('\n').entries()) {
		const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(row) ?? [];
		if (rest.endsWith('<unfinished ...>')) {
			begun.set(pid, { rest: rest.replace('<unfinished ...>', ''), line });
			continue;
		}
		const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
		const before = resumed ? begun.get(pid) : undefined;
		// Of a call whose beginning was taken out of the trace, the end is no end of another.
		if (resumed) begun.delete(pid);
		const whole = before ? before.rest + (resumed?.[1] ?? '') : rest;
		const [, name = '', fd = '', place = '', result = ''] =
			/^(\w+)\(([^,<)]*)(?:<([^>]*)>)?.*\)\s+= (-?\d+)/.exec(whole) ?? [];
		if (name === '') continue;
		const began = before?.line ?? line;
		calls.push({ name, fd, place, text: whole, result, began, ended: line });
	}
	return calls;
}

/** LMDB's two meta pages lie at the front of its file. */
const META_BYTES = 8_192;

/** Which answers and changes came without a flush between the arrival of their write and them. */
export function judge(calls: readonly Call[]) {
	const pages = new Set<string>();
	const synced = new Set<string>();
	const arrived = new Map<string, number>();
	const pageWrites: Call[] = [];
	const flushes: Call[] = [];
	const metas: Call[] = [];
	const unflushed: string[] = [];
	let answers = 0;
	let shown = 0;
	let uploads = 0;
	let replaced = 0;
	const named = new Set<string>();

	/** Pages, then a flush of them, then the page that makes them the newest, itself flushed: all after the arrival. */
	const isFlushed = (id: string, at: number) => {
		const named = isUpload(id) ? nameFlushedAt(calls, id) : arrived.get(id);
		const since = named ?? Number.POSITIVE_INFINITY;
		return metas.some((meta) => {
			if (meta.ended > at) return false;
			const written = pageWrites.filter((call) => call.began > since && call.ended < meta.began);
			const last = written.at(-1);
			return (
				last !== undefined &&
				flushes.some(
					({ place, began, ended }) =>
						place.endsWith('/documents.mdb') && began > last.ended && ended < meta.began
				)
			);
		});
	};

	for (const call of calls) {
		const { name, fd, text, result } = call;
		const isSent = name === 'write' || name === 'writev';
		if (name === 'openat' && text.includes('/documents.mdb"')) {
			// LMDB writes its meta pages through a descriptor that flushes each write.
			(text.includes('O_DSYNC') ? synced : pages).add(result);
		} else if (name === 'close') {
			pages.delete(fd);
			synced.delete(fd);
		} else if (name === 'fdatasync' && result === '0') {
			flushes.push(call);
		} else if (name.startsWith('pwrite') && synced.has(fd)) {
			metas.push(call);
		} else if ((name.startsWith('pwrite') || name === 'writev') && pages.has(fd)) {
			// Neighbouring pages go by lseek and writev, whose last argument counts them; a meta page never does.
			const offset = name === 'writev' ? META_BYTES : Number(/, (\d+) ?\)\s+=/.exec(text)?.[1]);
			if (offset >= META_BYTES) pageWrites.push(call);
		} else if (name === 'rename') {
			const [, temporary = '', file = ''] = /"([^"]*)", "([^"]*)"/.exec(text) ?? [];
			if (!named.has(file)) {
				named.add(file);
				continue;
			}
			replaced += 1;
			const isOnDisk = flushes.some(
				({ place, ended }) => place === temporary && ended < call.began
			);
			if (!isOnDisk) unflushed.push(`replaced ${file}`);
		} else if (name === 'read') {
			const id = /"PUT \/traced\/(doc-\d-\d-x)/.exec(text)?.[1];
			if (id !== undefined) arrived.set(id, call.ended);
		} else if (isSent && text.includes('HTTP/1.1 201')) {
			const id = /doc-\d-\d-x/.exec(text)?.[0];
			if (id === undefined) continue;
			answers += 1;
			if (isUpload(id)) uploads += 1;
			if (!isFlushed(id, call.began)) unflushed.push(`answered ${id}`);
		} else if (isSent && text.includes('changes')) {
			for (const [id] of text.matchAll(/doc-\d-\d-x/g)) {
				shown += 1;
				if (!isFlushed(id, call.began)) unflushed.push(`shown ${id}`);
			}
		}
	}
	return { unflushed, answers, shown, uploads, replaced };
}

function isUpload(id: string): boolean {
	return Number(/-(\d)-x$/.exec(id)?.[1]) < UPLOADS;
}

/** When the bytes of an upload and their name were on disk; undefined if that is not to be seen. */
function nameFlushedAt(calls: readonly Call[], id: string): number | undefined {
	const sha256 = createHash('sha256').update(bytesOf(id)).digest('hex');
	const renamed = calls.find(({ name, text }) => name === 'rename' && text.includes(`/${sha256}"`));
	const [, temporary = '', file = ''] = /"([^"]*)", "([^"]*)"/.exec(renamed?.text ?? '') ?? [];
	if (!renamed) return undefined;
	const writes = calls.filter(
		({ name, place, ended }) =>
			/^p?writev?/.test(name) && place === temporary && ended < renamed.began
	);
	const lastWrite = Math.max(...writes.map(({ ended }) => ended));
	if (sum(writes.map(({ result }) => Number(result))) !== bytesOf(id).length) return undefined;
	const bytesFlushed = calls.find(
		({ name, place, began, result }) =>
			name === 'fdatasync' &&
			result === '0' &&
			began > lastWrite &&
			(place === temporary || (place === file && began > renamed.ended))
	)?.ended;

	const flushOf = (directory: string, since: number) =>
		calls.find(({ name, place, began }) => name === 'fsync' && place === directory && began > since)
			?.ended;
	const flushes = [bytesFlushed, flushOf(path.dirname(file), renamed.ended)];
	// Directories that were made for it must be on disk, too.
	for (let made = path.dirname(file); path.basename(made) !== 'files'; made = path.dirname(made)) {
		const call = calls.find(({ name, text }) => name === 'mkdir' && text.includes(`"${made}"`));
		if (call?.result === '0') flushes.push(flushOf(path.dirname(made), call.ended));
	}
	return flushes.some((at) => at === undefined) ? undefined : Math.max(...(flushes as number[]));
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, n) => total + n, 0);
}
