import { companyOf } from './company-of.ts';
import type {
	AttachmentStub,
	Database,
	DocumentStore,
	DocumentWrite,
	StoredRevision
} from './document-store.ts';

const ROWS_A_PAGE = 100;
const MOST_LOCALS = 1_000_000;

/**
 * Copies every database of one store into another: all leaves with their histories, tombstones, attachments, local
 * documents and `_security`. What is there already stays, so it can be done again after it broke off.
 *
 * @param tell is given each database's name when it is copied.
 * @returns how many documents there are in all.
 */
export async function copyStore(
	from: DocumentStore,
	to: DocumentStore,
	tell: (database: string, documents: number) => void
): Promise<number> {
	let total = 0;
	for (const name of await from.names()) {
		const source = await from.open(name);
		if (source === null) continue;
		await to.create(name);
		const target = await to.open(name);
		if (target === null) throw new TypeError('A database that was just created is there.');
		const documents = await copyDatabase(source, target, to);
		total += documents;
		tell(name, documents);
	}
	return total;
}

async function copyDatabase(
	source: Database,
	target: Database,
	to: DocumentStore
): Promise<number> {
	const limit = await source.readRevsLimit();
	if (limit !== (await target.readRevsLimit())) await target.writeRevsLimit(limit);
	let documents = 0;
	let since = '0';
	for (;;) {
		const { rows, lastSeq, pending } = await source.changes({ since, limit: ROWS_A_PAGE });
		const asked = new Map(rows.map(({ id, leaves }) => [id, leaves]));
		const missing = asked.size === 0 ? new Map() : await target.missing(asked);
		const writes: DocumentWrite[] = [];
		for (const { id, leaves } of rows.filter((row) => missing.has(row.id))) {
			for (const rev of leaves) {
				const revision = await source.read(id, rev);
				if (revision) writes.push(await writeOf(revision, source, to));
			}
		}
		const outcomes = writes.length === 0 ? [] : await target.write(writes);
		const refused = outcomes.find((outcome) => !outcome.ok);
		if (refused) throw new Error(`${target.name} refused a document that was copied.`);
		documents += rows.length;
		since = lastSeq;
		if (pending === 0) break;
	}
	for (const id of await source.localIds(MOST_LOCALS)) {
		const local = await source.readLocal(id);
		if (local) await target.writeLocal(id, local.body);
	}
	const security = await source.readSecurity();
	if (Object.keys(security).length > 0) await target.writeSecurity(security);
	return documents;
}

async function writeOf(
	{ id, deleted, body, attachments, revisions }: StoredRevision,
	source: Database,
	to: DocumentStore
): Promise<DocumentWrite> {
	const carried: [string, AttachmentStub][] = [];
	for (const [name, stub] of Object.entries(attachments)) {
		const bytes = await source.readAttachment(stub);
		if (!bytes) throw new Error(`The bytes of ${stub.digest} in ${source.name} are gone.`);
		const company = companyOf(source.name);
		const facts = await to.files.write(company, bytes, Number.POSITIVE_INFINITY);
		carried.push([name, { ...facts, contentType: stub.contentType, revpos: stub.revpos }]);
	}
	return {
		id,
		deleted,
		body,
		attachments: Object.fromEntries(carried),
		parentRev: null,
		revisions
	};
}
