/** One row of `_bulk_docs`, with the status a single write would answer. */
export type WriteRow =
	| { ok: true; id: string; rev: string }
	| { ok: false; id: string; rev?: string; error: string; reason: string; statusCode: number };
