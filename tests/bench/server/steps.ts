import { randomBytes } from 'node:crypto';
import path from 'node:path';
import PouchDB from 'pouchdb';
import { PADDING, distinct, documentNumber, multipart, revisionOf } from './bench-documents.ts';
import { jsonOf, type HttpConnection } from './http-connection.ts';

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
const NOTHING = Buffer.alloc(0);
/** The steps in the order in which they run; those that read use what an earlier one wrote. */
export function stepsOf({ http, url, newName, folder, work }: Place): Step[] {
	const filled = newName();
	const replicated = newName();
	const withAttachments = newName();
	const singles = newName();
	const bytes = randomBytes(work.attachmentBytes);
	const pushed = newName();
	/** Made before a step is timed: it is the server that is measured. */
	const files = (lane: number) =>
		Array.from({ length: work.attachments }, (_, n) => distinct(bytes, n, lane));

	/** Of all documents, by the hundred. */
	function batches<T>(of: (n: number) => T): T[][] {
		return Array.from({ length: Math.ceil(work.documents / BATCH) }, (_, at) => {
			const from = at * BATCH;
			const length = Math.min(BATCH, work.documents - from);
			return Array.from({ length }, (__, n) => of(from + n));
		});
	}

	async function bulk(database: string, isReplicated: boolean) {
		await http.expect('PUT', `/${database}`);
		const bodies = batches((n) => {
			const document = documentNumber(n);
			if (!isReplicated) return document;
			const rev = revisionOf(n);
			return { ...document, _rev: rev, _revisions: { start: 1, ids: [rev.slice(2)] } };
		}).map((docs) => JSON.stringify(isReplicated ? { docs, new_edits: false } : { docs }));
		return timed(work.documents, async () => {
			for (const body of bodies) await http.expect('POST', `/${database}/_bulk_docs`, body);
		});
	}

	return [
		{ name: 'bulk write, 1 kB by 100', unit: 'docs/s', run: () => bulk(filled, false) },
		{ name: 'bulk write, new_edits=false', unit: 'docs/s', run: () => bulk(replicated, true) },
		{
			name: '_changes, whole',
			unit: 'rows/s',
			run: async () => {
				let answer: Buffer = NOTHING;
				const measured = await timed(work.documents, async () => {
					answer = await http.expect('GET', `/${filled}/_changes`);
				});
				expectCount(jsonOf<{ results: unknown[] }>(answer).results.length, work.documents);
				return measured;
			}
		},
		{
			name: '_changes, pages of 100 with documents',
			unit: 'rows/s',
			run: async () => {
				const pages: Buffer[] = [];
				const measured = await timed(work.documents, async () => {
					let since = '0';
					for (let rows = 0; rows < work.documents; rows += BATCH) {
						const page = await http.expect(
							'GET',
							`/${filled}/_changes?limit=${BATCH}&style=all_docs&include_docs=true&since=${encodeURIComponent(since)}`
						);
						pages.push(page);
						since = lastSeqOf(page);
					}
				});
				const rows = pages.flatMap((page) => jsonOf<{ results: unknown[] }>(page).results);
				expectCount(rows.length, work.documents);
				return measured;
			}
		},
		{
			name: 'attachments in, multipart',
			unit: 'files/s',
			run: async () => {
				await http.expect('PUT', `/${withAttachments}`);
				const bodies = files(1).map((file, n) => multipart(`multipart-${n}`, file));
				return timed(work.attachments, async () => {
					for (const [n, { body, contentType }] of bodies.entries()) {
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
			run: () => {
				const bodies = files(2).map((file) => {
					const data = file.toString('base64');
					return Buffer.from(
						JSON.stringify({ _attachments: { data: { content_type: 'image/jpeg', data } } })
					);
				});
				return timed(work.attachments, async () => {
					for (const [n, body] of bodies.entries()) {
						await http.expect('PUT', `/${withAttachments}/inline-${n}`, body);
					}
				});
			}
		},
		{
			name: 'attachments in, standalone',
			unit: 'files/s',
			run: () => {
				const bodies = files(3);
				return timed(work.attachments, async () => {
					for (const [n, body] of bodies.entries()) {
						await http.expect('PUT', `/${withAttachments}/standalone-${n}/data`, body, {
							'content-type': 'image/jpeg'
						});
					}
				});
			}
		},
		{
			name: 'attachments out',
			unit: 'files/s',
			run: () => {
				const wanted = files(2);
				return timed(work.attachments, async () => {
					for (const [n, file] of wanted.entries()) {
						const read = await http.expect('GET', `/${withAttachments}/inline-${n}/data`);
						if (!read.equals(file)) throw new Error('other bytes came back');
					}
				});
			}
		},
		{
			name: '_revs_diff',
			unit: 'ids/s',
			run: async () => {
				const asked = batches((n) => [
					documentNumber(n)._id,
					// Every second one is missing.
					[n % 2 === 0 ? revisionOf(n) : `2-${'f'.repeat(32)}`]
				]).map((batch) => JSON.stringify(Object.fromEntries(batch)));
				const answers: Buffer[] = [];
				const measured = await timed(work.documents, async () => {
					for (const body of asked) {
						answers.push(await http.expect('POST', `/${replicated}/_revs_diff`, body));
					}
				});
				for (const answer of answers) expectCount(Object.keys(jsonOf(answer)).length, BATCH / 2);
				return measured;
			}
		},
		{
			name: '_bulk_get',
			unit: 'docs/s',
			run: async () => {
				const asked = batches((n) => ({ id: documentNumber(n)._id, rev: revisionOf(n) })).map(
					(docs) => JSON.stringify({ docs })
				);
				const answers: Buffer[] = [];
				const measured = await timed(work.documents, async () => {
					for (const body of asked) {
						const address = `/${replicated}/_bulk_get?revs=true&latest=true`;
						answers.push(await http.expect('POST', address, body));
					}
				});
				for (const answer of answers) {
					const { results } = jsonOf<{ results: { docs: { ok?: unknown }[] }[] }>(answer);
					expectCount(results.filter(({ docs: [row] }) => row?.ok !== undefined).length, BATCH);
				}
				return measured;
			}
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

/** Of an answer of `_changes`, which ends with it; the rows before are looked at when nothing is timed any more. */
function lastSeqOf(page: Buffer): string {
	const end = page.toString('utf8', Math.max(0, page.length - 2000));
	const [, text] = /"last_seq":\s*("[^"]*"|\d+)/.exec(end) ?? [];
	if (text === undefined) throw new Error('_changes named no last_seq');
	return String(JSON.parse(text));
}

/** A number that comes back wrong makes a fast server worthless. */
function expectCount(found: number, wanted: number): void {
	if (found !== wanted) throw new Error(`${found} came back, ${wanted} were expected`);
}
