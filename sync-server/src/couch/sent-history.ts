import type { SentDocument } from './parse-document.ts';

/** The history a document was sent with; of a lone `_rev` it is that one. */
export function historyOf(sent: SentDocument): { start: number; ids: string[] } | undefined {
	if (sent.revisions) return sent.revisions;
	if (sent.rev === null) return undefined;
	const dash = sent.rev.indexOf('-');
	return { start: Number(sent.rev.slice(0, dash)), ids: [sent.rev.slice(dash + 1)] };
}
