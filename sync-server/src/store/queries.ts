import type { Json } from './json.ts';

/**
 * Room for indexes beside the documents: named blocks of bytes, ordered by the engine that writes them. What lies here
 * can be made again from the documents, so it may be lost (but never half of one `write`).
 */
export interface IndexBlocks {
	/** Changes when everything is thrown away, as after an erasure: what was read before is worth nothing then. */
	readonly beginning: number;
	/** At most 1,950 bytes of UTF-8. */
	read(key: string): Buffer | undefined;
	/** All keys that begin so. */
	keys(prefix: string): string[];
	/** All of it or nothing; null takes a block out. Seen by `read` when it resolves. */
	write(changes: Iterable<readonly [key: string, value: Buffer | null]>): Promise<void>;
}

/** A verb of views or of Mango as it came, below the database's address. */
export interface ForwardedQuery {
	method: string;
	/** Such as `_find` or `_design/a%20b/_view/c`, percent-encoded. */
	path: string;
	/** The query string with its `?`, or nothing. */
	search: string;
	body?: Json;
}

export interface ForwardedAnswer {
	statusCode: number;
	/** JSON text. */
	body: AsyncIterable<Uint8Array>;
}

/**
 * Who answers views and Mango queries: this server, which keeps its indexes in `blocks`; or the store, a database
 * server that indexes by itself, runs design documents by itself, and is asked.
 */
export type Queries =
	| { by: 'server'; blocks: IndexBlocks }
	| { by: 'store'; forward(query: ForwardedQuery): Promise<ForwardedAnswer> };
