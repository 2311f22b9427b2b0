import type { DatedRate } from '@outlay/domain/dated-rates';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { STATE_PER_DIEM_RATES } from '@outlay/domain/rates/per-diem';
import { STATE_VAT_RATES } from '@outlay/domain/rates/vat';
import { expect, test } from 'vitest';

/**
 * The figures as the product notes (E1 to E5) have them, others from the page named in the row: month it holds from, place,
 * amount, and `!` where it is from an official page. Of those there are few: the per diems of DK 2023 and 2024 with the
 * quarter and the twelve months (skat.dk), and NO 2024 (DFØ, skatteetaten.no). A slip of the keyboard in a table is found
 * here, and so is a figure that calls itself official.
 * Of VAT only the shares of a meal are official: DK (momsloven § 42, stk. 2) and NO (Merverdiavgiftshåndboken § 8-3).
 */
const FIGURES: readonly [country: string, kind: string, rows: string][] = [
	['DK', 'per-diem.food', '2023-01 555.00!, 2024-01 574.00!, 2025-01 597.00, 2026-01 625.00'],
	['DK', 'per-diem.limit-months', '2023-01 12!'],
	['DK', 'per-diem.lodging', '2023-01 238.00!, 2024-01 246.00!, 2025-01 256.00, 2026-01 268.00'],
	['DK', 'per-diem.meal.breakfast', '2023-01 15'],
	['DK', 'per-diem.meal.dinner', '2023-01 30'],
	['DK', 'per-diem.meal.lunch', '2023-01 30'],
	['DK', 'per-diem.small-expenses', '2023-01 25!'],
	['DK', 'per-diem.tourist-driver', '2023-01 75.00!, 2024-01 75.00!, 2025-01 75.00, 2026-01 75.00'],
	[
		'DK',
		'per-diem.tourist-driver-abroad',
		'2023-01 150.00!, 2024-01 150.00!, 2025-01 150.00, 2026-01 150.00'
	],
	['NO', 'per-diem.day.6-12', '2023-01 342.00, 2024-01 369.00!, 2025-01 384.00, 2026-01 397.00'],
	['NO', 'per-diem.day.over-12', '2023-01 637.00, 2024-01 686.00!, 2025-01 713.00, 2026-01 736.00'],
	['NO', 'per-diem.meal.breakfast', '2023-01 20, 2024-01 20!, 2025-01 20, 2026-01 20'],
	['NO', 'per-diem.meal.dinner', '2023-01 50, 2024-01 50!, 2025-01 50, 2026-01 50'],
	['NO', 'per-diem.meal.lunch', '2023-01 30, 2024-01 30!, 2025-01 30, 2026-01 30'],
	['NO', 'per-diem.night', '2024-01 435.00!, 2025-01 452.00'],
	['NO', 'per-diem.overnight', '2023-01 872.00, 2024-01 940.00!, 2025-01 977.00, 2026-01 1012.00'],
	[
		'NO',
		'per-diem.tax-free.day.6-12',
		'2023-01 200.00, 2024-01 200.00, 2025-01 200.00, 2026-01 200.00'
	],
	[
		'NO',
		'per-diem.tax-free.day.over-12',
		'2023-01 400.00, 2024-01 400.00, 2025-01 400.00, 2026-01 400.00'
	],
	['NO', 'per-diem.tax-free.guesthouse', '2024-01 400.00, 2025-01 400.00, 2026-01 400.00'],
	[
		'NO',
		'per-diem.tax-free.hotel',
		'2023-01 634.00, 2024-01 658.00, 2025-01 678.00, 2026-01 693.00'
	],
	['NO', 'per-diem.tax-free.with-kitchen', '2024-01 102.00, 2025-01 105.00, 2026-01 107.00'],
	['SE', 'per-diem.abroad-meal.breakfast', '2023-01 15'],
	['SE', 'per-diem.abroad-meal.dinner', '2023-01 35'],
	['SE', 'per-diem.abroad-meal.lunch', '2023-01 35'],
	['SE', 'per-diem.after-three-months', '2023-01 70'],
	['SE', 'per-diem.after-two-years', '2023-01 50'],
	['SE', 'per-diem.day', '2023-01 260.00, 2024-01 290.00, 2025-01 290.00, 2026-01 300.00'],
	['SE', 'per-diem.half-day', '2023-01 130.00, 2024-01 145.00, 2025-01 145.00, 2026-01 150.00'],
	['SE', 'per-diem.meal.breakfast', '2023-01 20'],
	['SE', 'per-diem.meal.dinner', '2023-01 35'],
	['SE', 'per-diem.meal.lunch', '2023-01 35'],
	['SE', 'per-diem.night', '2023-01 130.00, 2024-01 145.00, 2025-01 145.00, 2026-01 150.00'],
	[
		'FI',
		'per-diem.abroad',
		'2026-01/DE 78.00, 2026-01/DK 82.00, 2026-01/EE 82.00, 2026-01/GB 84.00, 2026-01/GB-LONDON 89.00, 2026-01/NO 72.00, 2026-01/SE 70.00'
	],
	['FI', 'per-diem.full', '2023-01 48.00, 2024-01 51.00, 2025-01 53.00, 2026-01 54.00'],
	['FI', 'per-diem.meal-allowance.one', '2024-01 12.75, 2026-01 13.50'],
	['FI', 'per-diem.meal-allowance.two', '2024-01 25.50, 2026-01 27.00'],
	['FI', 'per-diem.night', '2023-01 15.00, 2024-01 16.00, 2026-01 16.00'],
	['FI', 'per-diem.partial', '2023-01 22.00, 2024-01 24.00, 2025-01 24.00, 2026-01 25.00'],
	['NL', 'per-diem.breakfast', '2024-01 13.88, 2025-01 14.87'],
	['NL', 'per-diem.dinner', '2024-01 30.74, 2025-01 32.37'],
	['NL', 'per-diem.lodging', '2024-01 142.10, 2025-01 152.19'],
	['NL', 'per-diem.lunch', '2024-01 20.32, 2025-01 21.40'],
	['NL', 'per-diem.small-day', '2024-01 6.64, 2025-01 7.02'],
	['NL', 'per-diem.small-evening', '2024-01 19.82, 2025-01 20.95'],
	['NL', 'per-diem.tax-free.breakfast', '2024-01 13.88'],
	['NL', 'per-diem.tax-free.dinner', '2024-01 29.82'],
	['NL', 'per-diem.tax-free.lodging', '2024-01 140.57'],
	['NL', 'per-diem.tax-free.lunch', '2024-01 11.88'],
	['NL', 'per-diem.tax-free.small-day', '2024-01 5.93'],
	['NL', 'per-diem.tax-free.small-evening', '2024-01 11.86'],
	[
		'DK',
		'mileage.tax-free.own-car',
		'2021-01 3.44, 2022-01 3.51, 2022-05 3.70, 2023-01 3.73, 2024-01 3.79, 2025-01 3.81, 2026-01 3.94'
	],
	[
		'DK',
		'mileage.tax-free.own-car.above',
		'2021-01 1.90, 2022-01 1.98, 2022-05 2.17, 2023-01 2.19, 2024-01 2.23, 2025-01 2.23, 2026-01 2.28'
	],
	[
		'DK',
		'mileage.tax-free.motorcycle',
		'2021-01 3.44, 2022-01 3.51, 2022-05 3.70, 2023-01 3.73, 2024-01 3.79, 2025-01 3.81, 2026-01 3.94'
	],
	[
		'DK',
		'mileage.tax-free.motorcycle.above',
		'2021-01 1.90, 2022-01 1.98, 2022-05 2.17, 2023-01 2.19, 2024-01 2.23, 2025-01 2.23, 2026-01 2.28'
	],
	[
		'DK',
		'mileage.tax-free.moped',
		'2021-01 0.54, 2023-01 0.61, 2024-01 0.62, 2025-01 0.63, 2026-01 0.64'
	],
	[
		'DK',
		'mileage.tax-free.bicycle',
		'2021-01 0.54, 2023-01 0.61, 2024-01 0.62, 2025-01 0.63, 2026-01 0.64'
	],
	['DK', 'mileage.threshold', '2021-01 20000'],
	['NO', 'mileage.entitlement.own-car', '2023-01 4.48, 2024-01 4.90!, 2025-01 5.00, 2026-01 5.30'],
	['NO', 'mileage.tax-free.own-car', '2023-01 3.50, 2024-01 3.50!, 2025-01 3.50, 2026-01 3.50'],
	['NO', 'mileage.tax-free.addition.passenger', '2024-01 1.00!, 2025-01 1.00'],
	['NO', 'mileage.tax-free.addition.forest-road', '2024-01 1.00!, 2025-01 1.00'],
	['NO', 'mileage.tax-free.addition.trailer', '2024-01 1.00!, 2025-01 1.00'],
	['NO', 'mileage.tax-free.motorcycle', '2024-01 2.95!'],
	['NO', 'mileage.tax-free.moped', '2024-01 2.00!'],
	['NO', 'mileage.tax-free.snowmobile', '2024-01 10.00!'],
	['NO', 'mileage.tax-free.motor-boat', '2024-01 7.50!'],
	['SE', 'mileage.tax-free.own-car', '2023-01 25.00, 2024-01 25.00, 2025-01 25.00, 2026-01 25.00'],
	['SE', 'mileage.tax-free.company-car', '2025-01 12.00, 2026-01 12.00'],
	['SE', 'mileage.tax-free.company-car.electric', '2025-01 9.50, 2026-01 9.50'],
	['FI', 'mileage.tax-free.addition.heavy-load', '2024-01 0.04, 2026-01 0.04'],
	['FI', 'mileage.tax-free.addition.passenger', '2024-01 0.04, 2026-01 0.04'],
	['FI', 'mileage.tax-free.addition.trailer', '2024-01 0.10, 2026-01 0.09'],
	['FI', 'mileage.tax-free.company-car', '2024-01 0.13'],
	['FI', 'mileage.tax-free.motorcycle', '2024-01 0.44, 2026-01 0.42'],
	['FI', 'mileage.tax-free.own-car', '2023-01 0.53, 2024-01 0.57, 2025-01 0.59, 2026-01 0.55'],
	[
		'NL',
		'mileage.tax-free.own-car',
		'2022-01 0.19, 2023-01 0.21, 2024-01 0.23, 2025-01 0.23, 2026-01 0.23'
	],
	['DK', 'vat.rate.standard', '2023-01 25'],
	['DK', 'vat.rate.hotel', '2023-01 25'],
	['DK', 'vat.rate.restaurant', '2023-01 25'],
	['DK', 'vat.rate.exempt', '2023-01 0'],
	['DK', 'vat.deductible.standard', '2023-01 100'],
	['DK', 'vat.deductible.hotel', '2023-01 100'],
	['DK', 'vat.deductible.restaurant', '2023-01 25!'],
	['DK', 'vat.deductible.exempt', '2023-01 0'],
	['NO', 'vat.rate.standard', '2023-01 25'],
	['NO', 'vat.rate.hotel', '2023-01 12'],
	['NO', 'vat.rate.restaurant', '2023-01 25'],
	['NO', 'vat.rate.representation', '2023-01 25'],
	['NO', 'vat.rate.exempt', '2023-01 0'],
	['NO', 'vat.deductible.standard', '2023-01 100'],
	['NO', 'vat.deductible.hotel', '2023-01 100'],
	['NO', 'vat.deductible.restaurant', '2023-01 0!'],
	['NO', 'vat.deductible.representation', '2023-01 0!'],
	['NO', 'vat.deductible.exempt', '2023-01 0'],
	['SE', 'vat.rate.standard', '2023-01 25'],
	['SE', 'vat.rate.hotel', '2023-01 12'],
	['SE', 'vat.rate.restaurant', '2023-01 12'],
	['SE', 'vat.rate.exempt', '2023-01 0'],
	['SE', 'vat.deductible.standard', '2023-01 100'],
	['SE', 'vat.deductible.hotel', '2023-01 100'],
	['SE', 'vat.deductible.exempt', '2023-01 0'],
	['FI', 'vat.rate.standard', '2023-01 24, 2024-09 25.5'],
	['FI', 'vat.rate.exempt', '2023-01 0'],
	['FI', 'vat.deductible.standard', '2023-01 100'],
	['FI', 'vat.deductible.exempt', '2023-01 0'],
	['NL', 'vat.rate.standard', '2023-01 21'],
	['NL', 'vat.rate.restaurant', '2023-01 9'],
	['NL', 'vat.rate.exempt', '2023-01 0'],
	['NL', 'vat.deductible.standard', '2023-01 100'],
	['NL', 'vat.deductible.restaurant', '2023-01 0'],
	['NL', 'vat.deductible.exempt', '2023-01 0']
];

function written(rates: readonly DatedRate[], country: string, kind: string): string {
	return rates
		.filter((rate) => rate.country === country && rate.kind === kind)
		.map(({ validFrom, place, amount, verified }) =>
			[
				`${validFrom.slice(0, 7)}${place === null ? '' : `/${place}`}`,
				`${amount}${verified ? '!' : ''}`
			].join(' ')
		)
		.join(', ');
}

const SHIPPED = [...STATE_PER_DIEM_RATES, ...STATE_MILEAGE_RATES, ...STATE_VAT_RATES];

test.each(FIGURES)('%s %s', (country, kind, rows) => {
	expect(written(SHIPPED, country, kind)).toBe(rows);
});

test('nothing is shipped that is not looked at here', () => {
	const looked = new Set(FIGURES.map(([country, kind]) => `${country} ${kind}`));
	const shipped = new Set(SHIPPED.map(({ country, kind }) => `${country} ${kind}`));
	expect([...shipped].filter((one) => !looked.has(one))).toEqual([]);
});

test('a row begins with a month, ends after it began and names its page', () => {
	for (const { validFrom, validTo, source } of SHIPPED) {
		expect(validFrom.slice(8)).toBe('01');
		expect(validTo === null || validTo > validFrom).toBe(true);
		expect(source).not.toBe('');
	}
});
