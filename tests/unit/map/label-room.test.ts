import { expect, test } from 'vitest';
import { LabelRoom } from '#lib/map/label-room.ts';

const box = (left: number, top: number) => ({ left, right: left + 40, top, bottom: top + 20 });

test('a label stands where none stood before; one beside it has room', () => {
	const room = new LabelRoom();
	expect(room.take(box(0, 0))).toBe(true);
	expect(room.take(box(39, 19))).toBe(false);
	expect(room.take(box(40, 0))).toBe(true);
	expect(room.take(box(0, 20))).toBe(true);
	expect(room.takenCount).toBe(3);
});
