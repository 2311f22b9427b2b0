import { expect, test } from 'vitest';
import { judge, readCalls } from './judge-flushes.ts';

const arrival = '1 read(20<socket:[1]>, "PUT /traced/doc-1-4-x HTTP/1.1\\r\\n", 65536) = 40';

const flush = '2 fdatasync(17</data/documents.mdb>) = 0';
const meta = '2 pwrite64(18</data/documents.mdb>, "\\x01", 120, 16) = 120';
const answer =
	'1 write(20<socket:[1]>, "HTTP/1.1 201 Created\\r\\n\\r\\n{\\"id\\":\\"doc-1-4-x\\"}", 60) = 60';
const opened = [
	'1 openat(AT_FDCWD, "/data/documents.mdb", O_RDWR) = 17',
	'1 openat(AT_FDCWD, "/data/documents.mdb", O_RDWR|O_DSYNC) = 18'
];
const unflushed = (...calls: string[]) =>
	judge(readCalls([...opened, ...calls].join('\n'))).unflushed;

/* LMDB writes a single page by pwrite and neighbours by writev: a commit may hold the ones, the others, or both. */
test.each([
	['one page', 'pwrite64(17</data/documents.mdb>, "a", 4096, 40960) = 4096'],
	[
		'two neighbours',
		'writev(17</data/documents.mdb>, [{iov_base="a", iov_len=4096}, {iov_base="b", iov_len=4096}], 2) = 8192'
	]
])(
	'%s: an answer after pages, their flush and the meta page is flushed, and no other is',
	(_, call) => {
		const pages = `2 ${call}`;
		expect(unflushed(arrival, pages, flush, meta, answer)).toEqual([]);
		const missed = ['answered doc-1-4-x'];
		expect(unflushed(arrival, pages, meta, answer)).toEqual(missed);
		expect(unflushed(arrival, pages, meta, flush, answer)).toEqual(missed);
		expect(unflushed(arrival, pages, flush, answer, meta)).toEqual(missed);
		expect(unflushed(pages, flush, arrival, meta, answer)).toEqual(missed);
		expect(unflushed(arrival, flush, meta, answer)).toEqual(missed);
	}
);
