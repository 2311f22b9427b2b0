import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import PouchDB from 'pouchdb';
import type { HttpConnection } from './http-connection.ts';

/** How much work one round does; `npm run bench:server -- --small` divides it by ten to try the command out. */
export interface Workload {
	documents: number;
	attachments: number;
	attachmentBytes: number;
	singles: number;
}

export interface Step {
	name: string;
	unit: string;
	/** Does the work; gives units done and seconds taken. Set-up is not counted. */
	run(): Promise<{ units: number; seconds: number }>;
}

interface Place {
	http: HttpConnection;
	/** Address with credentials, for the PouchDB client. */
	url: string;
	/** A name that no database has yet. */
	newName: () => string;
	/** Where the PouchDB client keeps its own databases. */
	folder: string;
	work: Workload;
}

const BATCH = 100;
const PADDING = randomBytes(480).toString('hex');

/** A document of about 1 kB, as a mailbox holds them. */
function documentNumber(n: number): { _id: string; [member: string]: unknown } {
	return {
		_id: `transaction:bench:${String(n).padStart(8, '0')}`,
		type: 'transaction',
		amountMinor: n * 7,
		padding: PADDING
	};
}

function revisionOf(n: number): string {
	return `1-${createHash('md5').update(String(n)).digest('hex')}`;
}

/** The steps in the order in which they run; those that read use what an earlier one wrote. */
export function stepsOf({ http, url, newName, folder, work }: Place): Step[] {
	const filled = newName();
	const replicated = newName();
	const withAttachments = newName();
	const singles = newName();
	const bytes = randomBytes(work.attachmentBytes);
	const pushed = newName();

	async function bulk(database: string, isReplicated: boolean) {
		await http.expect('PUT', `/${database}`);
		const batches: string[] = [];
		for (let from = 0; from < work.documents; from += BATCH) {
			const docs = Array.from({ length: Math.min(BATCH, work.documents - from) }, (_, n) => {
				const document = documentNumber(from + n);
				if (!isReplicated) return document;
				const rev = revisionOf(from + n);
				return { ...document, _rev: rev, _revisions: { start: 1, ids: [rev.slice(2)] } };
			});
			batches.push(JSON.stringify(isReplicated ? { docs, new_edits: false } : { docs }));
		}
		return timed(work.documents, async () => {
			for (const batch of batches) await http.expect('POST', `/${database}/_bulk_docs`, batch);
		});
	}

	return [
		{ name: 'bulk write, 1 kB by 100', unit: 'docs/s', run: () => bulk(filled, false) },
		{ name: 'bulk write, new_edits=false', unit: 'docs/s', run: () => bulk(replicated, true) },
		{
			name: '_changes, whole',
			unit: 'rows/s',
			run: () =>
				timed(work.documents, async () => {
					const { results } = await http.json<{ results: unknown[] }>('GET', `/${filled}/_changes`);
					expectCount(results.length, work.documents);
				})
		},
		{
			name: '_changes, pages of 100 with documents',
			unit: 'rows/s',
			run: () =>
				timed(work.documents, async () => {
					let since = '0';
					let rows = 0;
					for (;;) {
						const page = await http.json<{ results: unknown[]; last_seq: string | number }>(
							'GET',
							`/${filled}/_changes?limit=${BATCH}&style=all_docs&include_docs=true&since=${encodeURIComponent(since)}`
						);
						if (page.results.length === 0) break;
						rows += page.results.length;
						since = String(page.last_seq);
					}
					expectCount(rows, work.documents);
				})
		},
		{
			name: 'attachments in, multipart',
			unit: 'files/s',
			run: async () => {
				await http.expect('PUT', `/${withAttachments}`);
				return timed(work.attachments, async () => {
					for (let n = 0; n < work.attachments; n++) {
						const { body, contentType } = multipart(`multipart-${n}`, distinct(bytes, n, 1));
						await http.expect('PUT', `/${withAttachments}/multipart-${n}`, body, {
							'content-type': contentType
						});
					}
				});
			}
		},
		{
			name: 'attachments in, inline base64',
			unit: 'files/s',
			run: () =>
				timed(work.attachments, async () => {
					for (let n = 0; n < work.attachments; n++) {
						const data = distinct(bytes, n, 2).toString('base64');
						await http.expect(
							'PUT',
							`/${withAttachments}/inline-${n}`,
							JSON.stringify({ _attachments: { data: { content_type: 'image/jpeg', data } } })
						);
					}
				})
		},
		{
			name: 'attachments in, standalone',
			unit: 'files/s',
			run: () =>
				timed(work.attachments, async () => {
					for (let n = 0; n < work.attachments; n++) {
						await http.expect(
							'PUT',
							`/${withAttachments}/standalone-${n}/data`,
							distinct(bytes, n, 3),
							{ 'content-type': 'image/jpeg' }
						);
					}
				})
		},
		{
			name: 'attachments out',
			unit: 'files/s',
			run: () =>
				timed(work.attachments, async () => {
					for (let n = 0; n < work.attachments; n++) {
						const read = await http.expect('GET', `/${withAttachments}/inline-${n}/data`);
						if (!read.equals(distinct(bytes, n, 2))) throw new Error('other bytes came back');
					}
				})
		},
		{
			name: '_revs_diff',
			unit: 'ids/s',
			run: () =>
				timed(work.documents, async () => {
					for (let from = 0; from < work.documents; from += BATCH) {
						const asked = Array.from({ length: BATCH }, (_, n) => [
							documentNumber(from + n)._id,
							// Every second one is missing.
							[n % 2 === 0 ? revisionOf(from + n) : `2-${'f'.repeat(32)}`]
						]);
						const missing = await http.json<Record<string, unknown>>(
							'POST',
							`/${replicated}/_revs_diff`,
							Object.fromEntries(asked)
						);
						expectCount(Object.keys(missing).length, BATCH / 2);
					}
				})
		},
		{
			name: '_bulk_get',
			unit: 'docs/s',
			run: () =>
				timed(work.documents, async () => {
					for (let from = 0; from < work.documents; from += BATCH) {
						const docs = Array.from({ length: BATCH }, (_, n) => ({
							id: documentNumber(from + n)._id,
							rev: revisionOf(from + n)
						}));
						const { results } = await http.json<{ results: { docs: { ok?: unknown }[] }[] }>(
							'POST',
							`/${replicated}/_bulk_get?revs=true&latest=true`,
							{ docs }
						);
						expectCount(results.filter(({ docs: [row] }) => row?.ok !== undefined).length, BATCH);
					}
				})
		},
		{
			name: 'single puts, one at a time',
			unit: 'docs/s',
			run: async () => {
				await http.expect('PUT', `/${singles}`);
				return timed(work.singles, async () => {
					for (let n = 0; n < work.singles; n++) await put(singles, `alone-${n}`);
				});
			}
		},
		{
			name: 'single puts, 16 at once',
			unit: 'docs/s',
			run: () =>
				timed(work.singles, async () => {
					let next = 0;
					await Promise.all(
						Array.from({ length: 16 }, async () => {
							while (next < work.singles) await put(singles, `together-${next++}`);
						})
					);
				})
		},
		{
			name: 'single gets',
			unit: 'docs/s',
			run: () =>
				timed(work.singles, async () => {
					for (let n = 0; n < work.singles; n++) {
						await http.expect('GET', `/${filled}/${encodeURIComponent(documentNumber(n)._id)}`);
					}
				})
		},
		{
			name: 'PouchDB pull',
			unit: 'docs/s',
			run: async () => {
				const local = new PouchDB(path.join(folder, newName()));
				const remote = new PouchDB(`${url}/${filled}`);
				const measured = await timed(work.documents, async () => {
					const { docs_written: written } = await local.replicate.from(remote);
					expectCount(written, work.documents);
				});
				await local.close();
				return measured;
			}
		},
		{
			name: 'PouchDB push',
			unit: 'docs/s',
			run: async () => {
				await http.expect('PUT', `/${pushed}`);
				const local = new PouchDB(path.join(folder, newName()));
				const docs = Array.from({ length: work.documents }, (_, n) => documentNumber(n));
				await local.bulkDocs(docs);
				const remote = new PouchDB(`${url}/${pushed}`);
				const measured = await timed(work.documents, async () => {
					const { docs_written: written } = await local.replicate.to(remote);
					expectCount(written, work.documents);
				});
				await local.close();
				return measured;
			}
		},
		{
			name: 'delete databases',
			unit: 'dbs/s',
			run: () =>
				timed(5, async () => {
					for (const name of [filled, replicated, withAttachments, singles, pushed]) {
						await http.expect('DELETE', `/${name}`);
					}
				})
		}
	];

	async function put(database: string, id: string): Promise<void> {
		await http.expect(
			'PUT',
			`/${database}/${id}`,
			JSON.stringify({ type: 'transaction', padding: PADDING })
		);
	}
}

async function timed(
	units: number,
	work: () => Promise<void>
): Promise<{ units: number; seconds: number }> {
	const startedMs = performance.now();
	await work();
	return { units, seconds: (performance.now() - startedMs) / 1000 };
}

/** A number that comes back wrong makes a fast server worthless. */
function expectCount(found: number, wanted: number): void {
	if (found !== wanted) throw new Error(`${found} came back, ${wanted} were expected`);
}

/** The same size with other content, so that storing by hash can't skip the work. */
function distinct(bytes: Buffer, n: number, lane: number): Buffer {
	const copy = Buffer.from(bytes);
	copy.writeUInt32BE(n, 0);
	copy.writeUInt32BE(lane, 4);
	return copy;
}

/** RFC 2387, in the form in which CouchDB's replicator writes it: the document, then the bytes it says follow. */
function multipart(id: string, bytes: Buffer): { body: Buffer; contentType: string } {
	const boundary = 'outlay-bench-boundary';
	const document = JSON.stringify({
		_id: id,
		_attachments: {
			data: { content_type: 'image/jpeg', length: bytes.length, follows: true }
		}
	});
	return {
		contentType: `multipart/related; boundary="${boundary}"`,
		body: Buffer.concat([
			Buffer.from(
				[
					`--${boundary}`,
					'Content-Type: application/json',
					'',
					document,
					`--${boundary}`,
					'Content-Disposition: attachment; filename="data"',
					'Content-Type: image/jpeg',
					`Content-Length: ${bytes.length}`,
					'',
					''
				].join('\r\n')
			),
			bytes,
			Buffer.from(`\r\n--${boundary}--`)
		])
	};
}
