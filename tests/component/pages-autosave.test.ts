import { Autosave } from '#lib/state/autosave.svelte.ts';
import type { Done } from '#lib/commands/app.ts';
import { expect, test } from 'vitest';

interface Draft {
	merchant: string;
	purpose: string;
}
const stored: Done = { ok: true, value: undefined };

test('what a full disk kept from being stored is stored when there is room again', async () => {
	let isFull = true;
	const saved: Partial<Draft>[] = [];
	const autosave = new Autosave<Draft>((change) => {
		if (isFull) throw Object.assign(new Error('no room'), { code: 'storage.full' });
		saved.push(change);
		return Promise.resolve(stored);
	});
	autosave.note({ merchant: 'Kiosk' });
	await autosave.flush();
	expect(autosave.failure).toBe('storage.full');
	expect(autosave.isPending('merchant')).toBe(true);

	isFull = false;
	autosave.note({ purpose: 'Lunch' });
	await autosave.flush();
	expect(saved).toEqual([{ merchant: 'Kiosk', purpose: 'Lunch' }]);
	expect(autosave.failure).toBeNull();
	expect(autosave.savedAtMs).not.toBeNull();
});

test('a refused field is left out and the others are stored; mended, it is stored too', async () => {
	const saved: Partial<Draft>[] = [];
	const autosave = new Autosave<Draft>((change) => {
		if (change.purpose === 'bad') {
			return Promise.resolve({
				ok: false,
				refusal: { code: 'content.card_number', field: 'purpose' }
			});
		}
		saved.push(change);
		return Promise.resolve(stored);
	});
	autosave.note({ merchant: 'Kiosk', purpose: 'bad' });
	await autosave.flush();
	expect(saved).toEqual([{ merchant: 'Kiosk' }]);
	expect(autosave.refusals.purpose?.code).toBe('content.card_number');

	autosave.note({ purpose: 'good' });
	await autosave.flush();
	expect(saved.at(-1)).toEqual({ purpose: 'good' });
	expect(autosave.refusals.purpose).toBeUndefined();
});

test('writes keep their order, however slow the first is', async () => {
	const saved: string[] = [];
	let release: () => void = () => undefined;
	const slow = new Promise<void>((resolve) => (release = resolve));
	let begin: () => void = () => undefined;
	const begun = new Promise<void>((resolve) => (begin = resolve));
	const autosave = new Autosave<Draft>(async ({ merchant = '' }) => {
		if (merchant === 'first') {
			begin();
			await slow;
		}
		saved.push(merchant);
		return stored;
	});
	autosave.note({ merchant: 'first' });
	const first = autosave.flush();
	await begun;
	// An older version that arrives meanwhile must not replace what stands on the screen.
	expect(autosave.isPending('merchant')).toBe(true);
	autosave.note({ merchant: 'second' });
	const second = autosave.flush();
	release();
	await Promise.all([first, second]);
	expect(saved).toEqual(['first', 'second']);
	expect(autosave.isPending('merchant')).toBe(false);
});
