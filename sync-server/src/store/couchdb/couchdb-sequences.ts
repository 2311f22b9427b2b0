/** CouchDB's own sequence with our epoch behind it. */
export function seqOf(couchSeq: string | number, epoch: string): string {
	const text = String(couchSeq);
	return `${/^\d/.test(text) ? text : `0-${text}`}-${epoch}`;
}

/** What CouchDB calls a sequence of ours; of another epoch, the beginning. */
export function couchSeqOf(since: string, epoch: string): string {
	if (since === 'now') return 'now';
	const end = `-${epoch}`;
	return since.endsWith(end) ? since.slice(0, -end.length) : '0';
}
