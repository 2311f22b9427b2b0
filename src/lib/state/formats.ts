import { m } from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';
import { dateFormat, numberFormat } from './intl-formats.ts';

/** Dates, distances, times and bytes the way of the person's language. Days are `YYYY-MM-DD`, in the device's zone. */

const TAGS = { en: 'en-GB', da: 'da-DK' } as const;

/** BCP 47; English words come with European dates and a 24-hour clock. */
export function languageTag(): string {
	return TAGS[getLocale()];
}

/** "55.40721, 10.37923": latitude, longitude; the same in every language, as maps write it. */
export function formatPosition([latitude, longitude]: readonly [number, number]): string {
	return `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
}

/** The local day of an instant, `YYYY-MM-DD`. */
export function dayOfMs(ms: number): string {
	const date = new Date(ms);
	const two = (n: number) => String(n).padStart(2, '0');
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** An instant as documents write it. */
export function instantOf(ms: number): string {
	return new Date(ms).toISOString();
}

/** Noon keeps the day whatever the zone or summer time. */
function noonOf(day: string): Date {
	return new Date(`${day}T12:00:00`);
}

function day(date: Date, options: Intl.DateTimeFormatOptions): string {
	return dateFormat(languageTag(), options).format(date).replaceAll(',', '');
}

/** "Today", "Yesterday", "Wed 19 Nov" within a week, "17 Nov", "17 Nov 2024". */
export function formatDay(isoDay: string, nowMs = Date.now()): string {
	const today = dayOfMs(nowMs);
	if (isoDay === today) return m.format_today();
	const days = Math.round((noonOf(today).getTime() - noonOf(isoDay).getTime()) / 86_400_000);
	if (days === 1) return m.format_yesterday();
	if (isoDay.slice(0, 4) !== today.slice(0, 4)) {
		return day(noonOf(isoDay), { day: 'numeric', month: 'short', year: 'numeric' });
	}
	return days > 1 && days < 7
		? day(noonOf(isoDay), { weekday: 'short', day: 'numeric', month: 'short' })
		: day(noonOf(isoDay), { day: 'numeric', month: 'short' });
}

/** "Wed 19 Nov 2025". */
export function formatDayLong(isoDay: string): string {
	return day(noonOf(isoDay), { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
}

/** "19 Nov". */
export function formatDayShort(isoDay: string): string {
	return day(noonOf(isoDay), { day: 'numeric', month: 'short' });
}

/** "14:03". */
export function formatTime(ms: number): string {
	return dateFormat(languageTag(), { hour: '2-digit', minute: '2-digit' })
		.format(new Date(ms))
		.replace('.', ':');
}

/** "16:41:08", where minutes say too little. */
export function formatTimeToSecond(ms: number): string {
	return dateFormat(languageTag(), { timeStyle: 'medium', hourCycle: 'h23' })
		.format(new Date(ms))
		.replaceAll('.', ':');
}

/** "18 Nov 16:41", or "16:41" today. */
export function formatMoment(ms: number, nowMs = Date.now()): string {
	const isoDay = dayOfMs(ms);
	return isoDay === dayOfMs(nowMs)
		? formatTime(ms)
		: `${formatDay(isoDay, nowMs)} ${formatTime(ms)}`;
}

/** "November"; `month` is `YYYY-MM`. */
export function formatMonth(month: string, hasYear = false): string {
	const name = day(noonOf(`${month}-15`), {
		month: 'long',
		...(hasYear ? { year: 'numeric' } : {})
	});
	return name.charAt(0).toLocaleUpperCase() + name.slice(1);
}

/** "N". */
export function monthInitial(month: string): string {
	return formatMonth(month).charAt(0);
}

/** A whole number, grouped: "10,000". */
export function formatCount(count: number): string {
	return numberFormat(languageTag(), { maximumFractionDigits: 0 }).format(count);
}

/** "64.6", kilometres to one decimal. */
export function formatKilometres(distanceM: number): string {
	return numberFormat(languageTag(), {
		minimumFractionDigits: 1,
		maximumFractionDigits: 1
	}).format(distanceM / 1000);
}

/** "48,210", whole kilometres or a tenth, as an odometer shows them. */
export function formatOdometer(readingM: number): string {
	return numberFormat(languageTag(), { maximumFractionDigits: 1 }).format(readingM / 1000);
}

/** "0:31:46". */
export function formatDuration(ms: number): string {
	const seconds = Math.floor(ms / 1000);
	const two = (n: number) => String(n).padStart(2, '0');
	return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** "2.1 MB"; decimal units, as phones show them. */
export function formatBytes(bytes: number): string {
	const { figure, unit } = bytesIn(bytes, unitFor(bytes));
	return `${figure}\u00a0${unit}`;
}

/** "1.3 of 2.1 MB". */
export function formatBytesOf(doneBytes: number, totalBytes: number): string {
	const unit = unitFor(totalBytes);
	// A small part of much would read "0.0": it then keeps its own unit.
	const isTiny = unitFor(doneBytes) !== unit && doneBytes > 0 && unit === 'GB';
	return m.format_bytes_of({
		done: isTiny ? formatBytes(doneBytes) : bytesIn(doneBytes, unit).figure,
		total: formatBytes(totalBytes)
	});
}

type ByteUnit = 'B' | 'kB' | 'MB' | 'GB';

function unitFor(bytes: number): ByteUnit {
	if (bytes < 1000) return 'B';
	if (bytes < 1e6) return 'kB';
	return bytes < 1e9 ? 'MB' : 'GB';
}

function bytesIn(bytes: number, unit: ByteUnit): { figure: string; unit: ByteUnit } {
	const digits = unit === 'MB' || unit === 'GB' ? 1 : 0;
	const figure = numberFormat(languageTag(), {
		minimumFractionDigits: digits,
		maximumFractionDigits: digits
	}).format(bytes / { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 }[unit]);
	return { figure, unit };
}

/** "Denmark" for `DK`. */
export function countryName(code: string): string {
	return (
		new Intl.DisplayNames(languageTag(), { type: 'region', fallback: 'code' }).of(code) ?? code
	);
}

/** "Danish Krone" for `DKK`. */
export function currencyName(code: string): string {
	return (
		new Intl.DisplayNames(languageTag(), { type: 'currency', fallback: 'code' }).of(code) ?? code
	);
}
