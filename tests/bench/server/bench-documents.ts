import { createHash, randomBytes } from 'node:crypto';

export const PADDING = randomBytes(480).toString('hex');

/** A document of about 1 kB, as a mailbox holds them. */
export function documentNumber(n: number): { _id: string; [member: string]: unknown } {
	return {
		_id: `transaction:bench:${String(n).padStart(8, '0')}`,
		type: 'transaction',
		amountMinor: n * 7,
		padding: PADDING
	};
}

export function revisionOf(n: number): string {
	return `1-${createHash('md5').update(String(n)).digest('hex')}`;
}

/** The same size with other content, so that storing by hash can't skip the work. */
export function distinct(bytes: Buffer, n: number, lane: number): Buffer {
	const copy = Buffer.from(bytes);
	copy.writeUInt32BE(n, 0);
	copy.writeUInt32BE(lane, 4);
	return copy;
}

/** RFC 2387, in the form in which CouchDB's replicator writes it: the document, then the bytes it says follow. */
export function multipart(id: string, bytes: Buffer): { body: Buffer; contentType: string } {
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
