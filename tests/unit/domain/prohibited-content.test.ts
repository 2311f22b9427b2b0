import { findProhibited } from '@outlay/domain/prohibited-content';
import { expect, test } from 'vitest';

test.each([
	['Visit to 211062-5629', 'content.identity_number'],
	// Issued without a check digit since 2007.
	['010165-1234 was there', 'content.identity_number'],
	['paid with 4111 1111 1111 1111', 'content.card_number'],
	['4111111111111111', 'content.card_number']
])('%s is refused', (text, code) => {
	expect(findProhibited(text, 'purpose')).toMatchObject({ code, field: 'purpose' });
});

test.each([
	'Lunch during pump service',
	'Invoice 2025-11842',
	'Call +45 21 10 62 56',
	'EAN 5790000123456',
	'CVR 12345678',
	'DK5000400440116243',
	'991399-1234',
	'0000000000000000',
	'Odense 5000 to Kolding 6000'
])('%s may be stored', (text) => {
	expect(findProhibited(text, 'purpose')).toBeNull();
});
