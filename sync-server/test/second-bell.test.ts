import { expect, test } from 'vitest';
import { SecondBell } from '@outlay/sync-server/store/couchdb/second-bell';

test('rings once for several writes, and once more for what came meanwhile', async () => {
	const rung: string[] = [];
	const bell = new SecondBell((database) => {
		rung.push(database);
		if (rung.length === 1) bell.written('other');
	}, 20);
	for (let n = 0; n < 3; n++) bell.written('one');
	bell.written('forgotten');
	bell.forget('forgotten');
	await expect.poll(() => [...rung].sort()).toEqual(['one', 'one', 'other']);
	bell.written('stopped');
	bell.stop();
	await new Promise((resolve) => setTimeout(resolve, 100));
	expect(rung).toHaveLength(3);
});
