import { afterEach, describe, expect, it, vi } from 'vitest';
import { formatAmount } from '@outlay/domain/money';
import { formatDay, formatKilometres, formatTime } from '#lib/state/formats.ts';

describe('formats of a list', () => {
	afterEach(() => {
		vi.restoreAllMocks();
		vi.unstubAllEnvs();
	});

	it('are made once, not for each row', () => {
		const rows = Array.from({ length: 100 }, (_, n) => n);
		const show = () =>
			rows.map((n) => {
				const day = `2024-03-${String((n % 28) + 1).padStart(2, '0')}`;
				const amount = formatAmount(1250 + n, 'DKK', 'da');
				return [formatDay(day), formatTime(n * 60_000), formatKilometres(n * 1000), amount];
			});
		const first = show();
		const dates = vi.spyOn(Intl, 'DateTimeFormat');
		const numbers = vi.spyOn(Intl, 'NumberFormat');
		expect(show()).toEqual(first);
		expect(dates).not.toHaveBeenCalled();
		expect(numbers).not.toHaveBeenCalled();
	});

	it('tell the time of where the device is now', () => {
		vi.stubEnv('TZ', 'Europe/Copenhagen');
		expect(formatTime(Date.UTC(2025, 0, 15, 12))).toBe('13:00');
		vi.stubEnv('TZ', 'Europe/London');
		expect(formatTime(Date.UTC(2025, 0, 15, 12))).toBe('12:00');
	});
});
