import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { startServerProcess } from '../support/server.ts';

/** Goal of the design, in bytes as a server sends them. */
const MOST_TO_THE_FIRST_PAINT = 60_000;
/** Each file costs a phone some milliseconds; one for each icon would be thirty. */
const MOST_FILES = 10;

test('what is painted first takes few scripts', async ({ request }) => {
	const server = await startServerProcess();
	try {
		const page = await request.get(server.url, { headers: { accept: 'text/html' } });
		const names = [...(await page.text()).matchAll(/href="([^"]+)" rel="modulepreload"/g)];
		expect(names.length).toBeGreaterThan(1);
		expect(names.length).toBeLessThan(MOST_FILES);
		let sum = 0;
		for (const [, name = ''] of names) {
			const script = await request.get(new URL(name, server.url).href);
			expect(script.headers()['content-type']).toContain('javascript');
			sum += gzipSync(await script.body(), { level: 9 }).length;
		}
		expect(sum).toBeLessThan(MOST_TO_THE_FIRST_PAINT);
	} finally {
		await server.stop();
	}
});
