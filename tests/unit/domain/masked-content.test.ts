import { findProhibited, isMasked, maskProhibited } from '@outlay/domain/prohibited-content';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

describe('masking', () => {
	test('hides the number and nothing else', () => {
		const text = 'For Ole 211062-5629 and Åse 131052-308T, pump 4';
		expect(maskProhibited(text, () => () => true)).toBe(
			'For Ole ••••••-•••• and Åse ••••••-••••, pump 4'
		);
		expect(
			maskProhibited(
				text,
				() =>
					({ kind }) =>
						kind !== 'dk-cpr'
			)
		).toBe('For Ole 211062-5629 and Åse ••••••-••••, pump 4');
		expect(isMasked(maskProhibited(text, () => () => true))).toBe(true);
		expect(isMasked('• one • two')).toBe(false);
	});

	const part = fc.oneof(
		fc.constantFrom('211062-5629', '131052-308T', '4111 1111 1111 1111', ' cpr ', 'Faktura '),
		fc.stringMatching(/^\d{1,19}$/),
		fc.string({ maxLength: 8, unit: 'binary' }),
		fc.constantFrom(' ', '-', '+', '.', ',', 'DK50', '•')
	);

	test('whatever the text, afterwards there is nothing left to refuse, and the rest is as it was', () => {
		fc.assert(
			fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
				const text = parts.join('');
				const masked = maskProhibited(text, () => () => true);
				expect(findProhibited(masked).filter(({ verdict }) => verdict === 'block')).toEqual([]);
				expect(masked.length).toBe(text.length);
				for (let i = 0; i < text.length; i++) {
					if (masked[i] !== text[i]) expect(masked[i]).toBe('•');
				}
			}),
			{ numRuns: 500 }
		);
	});
});
