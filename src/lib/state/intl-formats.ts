/*
 * A phone makes one of these in some milliseconds and uses it in some microseconds, so a list must not make one for each
 * row. One of dates keeps the time zone it was made in: whoever travels gets another.
 */

const dates = new Map<string, Intl.DateTimeFormat>();
const numbers = new Map<string, Intl.NumberFormat>();

/** As `new Intl.DateTimeFormat`, in the device's present time zone. */
export function dateFormat(tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const offset = new Date().getTimezoneOffset();
	return madeOnce(
		dates,
		JSON.stringify([tag, offset, options]),
		() => new Intl.DateTimeFormat(tag, options)
	);
}

/** As `new Intl.NumberFormat`. */
export function numberFormat(tag: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
	return madeOnce(
		numbers,
		JSON.stringify([tag, options]),
		() => new Intl.NumberFormat(tag, options)
	);
}

function madeOnce<F>(made: Map<string, F>, key: string, make: () => F): F {
	const there = made.get(key);
	if (there !== undefined) return there;
	const fresh = make();
	made.set(key, fresh);
	return fresh;
}
