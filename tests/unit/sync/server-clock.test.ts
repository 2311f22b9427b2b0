import { PROTOCOL_HEADER } from '@outlay/domain/session-view';
import { describe, expect, test } from 'vitest';
import { followServerClock } from '#lib/sync/server-clock.ts';

/** A server whose answers carry a time, and a device whose clock moves while it waits. */
function aLine() {
	let nowMs = Date.parse('2026-03-02T08:00:00.000Z');
	let answer = { date: null as string | null, tookMs: 0, isPortal: false };
	const line = followServerClock(
		() => {
			nowMs += answer.tookMs;
			const headers = new Headers(answer.isPortal ? {} : { [PROTOCOL_HEADER]: '1' });
			if (answer.date !== null) headers.set('date', answer.date);
			return Promise.resolve(new Response('', { headers }));
		},
		{ nowMs: () => nowMs }
	);
	return {
		offsetMs: line.offsetMs,
		ask: (date: string | null, tookMs: number, isPortal = false) => {
			answer = { date, tookMs, isPortal };
			return line.fetch('/');
		}
	};
}

describe('how wrong the device’s clock is', () => {
	test('is not known before the server answered with a time', async () => {
		const { ask, offsetMs } = aLine();
		expect(offsetMs()).toBeNull();
		await ask(null, 10);
		await ask('no time', 10);
		expect(offsetMs()).toBeNull();
	});

	test('is told to about a second, whichever way it is wrong', async () => {
		const { ask, offsetMs } = aLine();
		await ask('Mon, 02 Mar 2026 08:05:00 GMT', 200);
		expect(Math.abs(offsetMs()! - 300_000)).toBeLessThanOrEqual(1000);
		await ask('Mon, 02 Mar 2026 07:00:00 GMT', 200);
		expect(Math.abs(offsetMs()! + 3_600_000)).toBeLessThanOrEqual(1000);
	});

	test('is not learnt from a captive portal, which has a clock of its own', async () => {
		const { ask, offsetMs } = aLine();
		await ask('Mon, 02 Mar 2026 08:05:00 GMT', 200, true);
		expect(offsetMs()).toBeNull();
	});

	test('is not learnt from an answer that was long on its way, such as a long poll', async () => {
		const { ask, offsetMs } = aLine();
		await ask('Mon, 02 Mar 2026 08:05:00 GMT', 200);
		const before = offsetMs();
		await ask('Mon, 02 Mar 2026 09:00:00 GMT', 30_000);
		expect(offsetMs()).toBe(before);
	});
});
