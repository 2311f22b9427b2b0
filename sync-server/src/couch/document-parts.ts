/** Documents with the bytes of their attachments behind them, as `multipart/related`. */

import { randomUUID } from 'node:crypto';
import type { OutgoingPart } from '../http/multipart.ts';
import type { AttachmentStub, Database, StoredRevision } from '../store/document-store.ts';
import type { ByteRange } from './byte-range.ts';
import { documentJson, followingIn, type DocumentView } from './document-json.ts';

/** The revision as a part: `multipart/related` when bytes follow, else JSON. */
export async function documentPart(
	db: Database,
	revision: StoredRevision,
	view: DocumentView
): Promise<OutgoingPart> {
	const shown: DocumentView = { ...view, attachments: 'follow' };
	const json = await documentJson(db, revision, shown);
	const document: OutgoingPart = {
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(json)
	};
	const following = followingIn(revision, shown);
	if (following.length === 0) return document;
	return {
		headers: {},
		body: {
			type: 'multipart/related',
			boundary: newBoundary(),
			parts: [document, ...following.map(([name, stub]) => attachmentPart(db, name, stub))]
		}
	};
}

export function newBoundary(): string {
	return randomUUID().replaceAll('-', '');
}

function attachmentPart(db: Database, name: string, stub: AttachmentStub): OutgoingPart {
	// A name may hold anything; where it can't stand in a header, the order of the parts tells which it is.
	// eslint-disable-next-line no-control-regex -- those are the ones that may not stand there
	const fileName = name.replace(/[\x00-\x1f\x7f"\\]/g, '_');
	return {
		headers: {
			'Content-Disposition': `attachment; filename="${fileName}"`,
			'Content-Type': stub.contentType,
			'Content-Length': String(stub.length)
		},
		body: { length: stub.length, bytes: attachmentBytes(db, stub) }
	};
}

/** One of several ranges of an attachment. */
export function rangePart(db: Database, stub: AttachmentStub, range: ByteRange): OutgoingPart {
	const { start, end } = range;
	return {
		headers: {
			'Content-Type': stub.contentType,
			'Content-Range': `bytes ${start}-${end}/${stub.length}`
		},
		body: { length: end - start + 1, bytes: attachmentBytes(db, stub, range) }
	};
}

/** Opened when its turn has come. */
async function* attachmentBytes(
	db: Database,
	stub: AttachmentStub,
	range?: ByteRange
): AsyncGenerator<Uint8Array> {
	const bytes = await db.readAttachment(stub, range);
	// The length is promised already: the answer has to break off.
	if (!bytes) throw new Error('The bytes of an attachment are gone.');
	yield* bytes;
}
