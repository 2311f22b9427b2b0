import { expect, test } from 'vitest';
import { Turn } from '../src/http/turn.ts';

test('long work lets what waits have its turn, short work does not stop for it', async () => {
	let nowMs = 0;
	const turn = new Turn(() => nowMs);
	const order: string[] = [];
	setImmediate(() => order.push('another request'));

	await turn.goOn();
	order.push('short step');
	nowMs += 10;
	await turn.goOn();
	order.push('after a long turn');

	expect(order).toEqual(['short step', 'another request', 'after a long turn']);
});
