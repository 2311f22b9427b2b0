/**
 * Reads everything a store holds and says what is not as it was written. It changes nothing, and a server may be
 * running: what it sees is one moment of the documents; files are never taken from under it within the hour.
 */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { companyOf } from '../company-of.ts';
import { leavesOf, visitNodes } from '../revision-tree.ts';
import { decodeBody, filesNamedIn } from './body-record.ts';
import { dataFolder, inspectFolder } from './data-folder.ts';
import { headOf, isIntact, treeOf } from './document-record.ts';
import { countedFiles } from './file-references.ts';
import { readStoreRecord } from './store-record.ts';
import {
	fromBytes,
	idOf,
	numberKey,
	numberOf,
	openTables,
	prefixKey,
	type ChangeRecord,
	type DatabaseRecord,
	type Tables
} from './tables.ts';

export interface StoreCount {
	databases: number;
	documents: number;
	revisions: number;
	files: number;
}

/**
 * Checks the store in a folder, or a backup of one.
 *
 * @param report is given a sentence for each thing that is damaged; it names databases and ids, never content.
 */
export async function checkStore(
	directory: string,
	report: (damage: string) => void
): Promise<StoreCount> {
	const count: StoreCount = { databases: 0, documents: 0, revisions: 0, files: 0 };
	const folder = dataFolder(directory);
	if (!(await inspectFolder(directory))) {
		report(`${directory} holds no documents.mdb.`);
		return count;
	}
	const { root, tables } = openTables(folder.documents, { readOnly: true });
	const named = new Map<string, number>();
	const counted = new Map<string, number>();
	try {
		const own = readStoreRecord(tables);
		if (own === null) report("The store's own record is gone.");
		// All in one turn, so that it is one moment.
		for (const { key, value } of tables.databases.getRange({})) {
			count.databases += 1;
			checkDatabase(tables, key.toString(), value, { count, named, report });
		}
		for (const file of countedFiles(tables)) {
			counted.set(`${file.company}/${file.sha256}`, file.count);
		}
		const isBeingCleared = [
			...tables.store.getKeys({ start: Buffer.from('dropped:'), end: Buffer.from('dropped:~') })
		].length;
		if ((own?.format ?? 1) > 1) {
			for (const [file, times] of named) {
				const known = counted.get(file) ?? 0;
				// What a dropped database named is counted until it is cleared away.
				if (known < times || (known > times && isBeingCleared === 0)) {
					report(`The file ${file} is named ${times} times and counted ${known} times.`);
				}
			}
		}
	} finally {
		await root.close();
	}
	for (const file of named.keys()) {
		count.files += 1;
		const [company = '', sha256 = ''] = file.split('/');
		const found = await sha256Of(path.join(folder.files, company, sha256.slice(0, 2), sha256));
		if (found === null) report(`The file ${file} is gone.`);
		else if (found !== sha256) report(`The file ${file} is damaged: its bytes are others.`);
	}
	return count;
}

interface Check {
	count: StoreCount;
	/** How many bodies name a file. */
	named: Map<string, number>;
	report: (damage: string) => void;
}

function checkDatabase(tables: Tables, name: string, bytes: Buffer, check: Check): void {
	const { count, named, report } = check;
	const record = attempt(() => fromBytes<DatabaseRecord>(bytes));
	if (record === null || !Number.isInteger(record.no)) {
		report(`The record of the database ${name} is damaged.`);
		return;
	}
	const { no } = record;
	const range = { start: prefixKey(no), end: prefixKey(no + 1) };
	const used = new Set<number>();
	let living = 0;
	let dead = 0;
	for (const { key, value } of tables.documents.getRange(range)) {
		count.documents += 1;
		const id = idOf(key);
		const damage = attempt(() => checkDocument(tables, no, id, value, used));
		if (damage !== '') report(`${name}: the document ${shown(id)} ${damage ?? 'is damaged'}.`);
		if (attempt(() => headOf(value).deleted) === true) dead += 1;
		else living += 1;
	}
	for (const { key, value } of tables.bodies.getRange(range)) {
		count.revisions += 1;
		const at = numberOf(key);
		const company = companyOf(name);
		const files = attempt(() => {
			decodeBody(value);
			return filesNamedIn(value);
		});
		if (files === null) report(`${name}: the content of revision number ${at} is damaged.`);
		for (const sha256 of files ?? []) {
			const file = `${company}/${sha256}`;
			named.set(file, (named.get(file) ?? 0) + 1);
		}
		if (!used.has(at)) report(`${name}: no document has the revision number ${at}.`);
	}
	let changes = 0;
	for (const { key, value } of tables.changes.getRange(range)) {
		changes += 1;
		const n = numberOf(key);
		const change = attempt(() => fromBytes<ChangeRecord>(value));
		if (change === null || n > record.seq) report(`${name}: the change number ${n} is damaged.`);
	}
	if (changes !== living + dead) {
		report(`${name}: ${living + dead} documents have ${changes} changes.`);
	}
	if (living !== record.docs || dead !== record.deleted) {
		report(
			`${name}: ${record.docs} documents and ${record.deleted} tombstones are counted, ` +
				`${living} and ${dead} are there.`
		);
	}
}

/** What is wrong with a document; empty when nothing is. Throws for bytes that can't be read at all. */
function checkDocument(
	tables: Tables,
	no: number,
	id: string,
	bytes: Buffer,
	used: Set<number>
): string {
	if (!isIntact(bytes)) return 'is damaged';
	const head = headOf(bytes);
	const tree = treeOf(bytes);
	const leaves = leavesOf(tree);
	let missing = '';
	visitNodes(tree, (generation, [hash, { bodyAt }]) => {
		if (bodyAt === 0) return;
		used.add(bodyAt);
		if (tables.bodies.get(numberKey(no, bodyAt)) === undefined) {
			missing = `has lost the content of revision ${generation}-${hash}`;
		}
	});
	if (missing !== '') return missing;
	if (leaves[0]?.rev !== head.rev || leaves[0].bodyAt !== head.bodyAt) {
		return 'names another winning revision than its history';
	}
	const change = tables.changes.get(numberKey(no, head.seq));
	if (change === undefined) return 'is in no change';
	const shownLeaves = fromBytes<ChangeRecord>(change);
	return shownLeaves.id === id && shownLeaves.leaves.join() === leaves.map(({ rev }) => rev).join()
		? ''
		: 'is shown otherwise among the changes';
}

function attempt<T>(deed: () => T): T | null {
	try {
		return deed();
	} catch {
		return null;
	}
}

/** An id as it can stand on a line. */
function shown(id: string): string {
	return JSON.stringify(id.length > 200 ? `${id.slice(0, 200)}…` : id);
}

async function sha256Of(file: string): Promise<string | null> {
	const hash = createHash('sha256');
	try {
		for await (const part of createReadStream(file)) hash.update(part as Buffer);
	} catch {
		return null;
	}
	return hash.digest('hex');
}
