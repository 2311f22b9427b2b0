import { PROTOCOL_VERSION } from '@outlay/domain/session-view';
import { describe, expect, it } from 'vitest';
import { LiveValue } from '#lib/storage/live-value.ts';
import { PageReader, rowsAfter } from '#lib/sync/page-reader.ts';
import { ServerLine } from '#lib/sync/server-line.ts';

describe('the size of a page', () => {
	it('grows fourfold at most on a good link, up to a thousand', () => {
		expect(rowsAfter(100, 10, 100)).toBe(400);
		expect(rowsAfter(100, 500, 100)).toBe(200);
		expect(rowsAfter(1000, 10, 1000)).toBe(1000);
		expect(rowsAfter(100, 0, 100)).toBe(400);
	});

	it('shrinks fourfold at most on a bad one, and never to nothing', () => {
		expect(rowsAfter(400, 2000, 400)).toBe(200);
		expect(rowsAfter(400, 120_000, 400)).toBe(100);
		expect(rowsAfter(5, 120_000, 5)).toBe(5);
	});

	it('learns nothing good from a short page', () => {
		expect(rowsAfter(1, 10, 100)).toBe(100);
		expect(rowsAfter(10, 4000, 100)).toBe(25);
	});
});

describe('reading page by page', () => {
	it('asks for less after an answer that did not come, and starts at the same place', async () => {
		const asked: string[] = [];
		const reader = new PageReader(lineTo(asked, [null, page(25, 0)]), 'box', () => 0);
		await reader.read('7-a');
		expect(asked).toEqual(['since=7-a limit=100', 'since=7-a limit=25']);
	});

	it('gives what was read ahead, asked for once, and asks again when that failed', async () => {
		const asked: string[] = [];
		const reader = new PageReader(
			lineTo(asked, [page(100, 9), page(9, 3), null, page(3, 0)]),
			'box',
			() => 0
		);
		const first = await reader.read('0');
		expect(first).toMatchObject({ isLast: false, pendingCount: 9, seq: '100-a' });
		reader.readAhead(first.seq);
		const second = await reader.read(first.seq);
		expect(second.results).toHaveLength(9);
		expect(asked).toHaveLength(2);
		reader.readAhead(second.seq);
		expect(await reader.read(second.seq)).toMatchObject({ isLast: true });
		expect(asked.slice(2).map((one) => one.split(' ')[0])).toEqual(['since=9-a', 'since=9-a']);
	});

	it('forgets what was read ahead of another place', async () => {
		const asked: string[] = [];
		const reader = new PageReader(lineTo(asked, [page(1, 0), page(2, 0)]), 'box', () => 0);
		reader.readAhead('5-a');
		expect((await reader.read('6-a')).results).toHaveLength(2);
	});
});

function page(count: number, pending: number): object {
	return {
		results: Array.from({ length: count }, (_, n) => ({ seq: n, id: `d${String(n)}` })),
		last_seq: `${String(count)}-a`,
		pending
	};
}

/** A line that gives these answers to `_changes`, one after the other; null breaks the connection. */
function lineTo(asked: string[], answers: (object | null)[]): ServerLine {
	return new ServerLine({
		fetch: (input) => {
			const url = new URL(input instanceof Request ? input.url : input, 'http://server');
			if (!url.pathname.endsWith('_changes')) {
				return Promise.resolve(
					Response.json({ companyId: 'c', userId: 'u', protocolVersion: PROTOCOL_VERSION })
				);
			}
			const { searchParams } = url;
			asked.push(
				`since=${String(searchParams.get('since'))} limit=${String(searchParams.get('limit'))}`
			);
			const answer = answers.shift();
			if (answer === null || answer === undefined) return Promise.reject(new TypeError('broken'));
			return Promise.resolve(Response.json(answer));
		},
		connectivity: new LiveValue(true),
		account: { companyId: 'c', userId: 'u' },
		nowMs: () => Date.now()
	});
}
