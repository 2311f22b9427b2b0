import type { Refusal } from '@outlay/domain/refusal';

/** Whole kilometres as an odometer shows them, `64 213` or `64.213 km`; null for anything else. */
export function readWholeKm(text: string): number | null {
	const digits = text.replace(/[\s.,]|km/gi, '');
	return /^\d{1,7}$/.test(digits) ? Number(digits) : null;
}

/** What is wrong with two readings as they were typed; nothing about one that is still empty. */
export function odometerRefusals(
	startText: string,
	endText: string
): { start: Refusal | null; end: Refusal | null } {
	const [start, end] = [readWholeKm(startText), readWholeKm(endText)];
	const unreadable = (text: string, km: number | null) =>
		text.trim() !== '' && km === null ? { code: 'mileage.odometer_unreadable' } : null;
	const isBackwards = start !== null && end !== null && end <= start;
	return {
		start: unreadable(startText, start),
		end: unreadable(endText, end) ?? (isBackwards ? { code: 'mileage.odometer_backwards' } : null)
	};
}
