import { mileageAmount } from '@outlay/domain/mileage/mileage-amount';
import { yearKilometres, type StatedDrive } from '@outlay/domain/mileage/year-kilometres';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { judgeArrivedSubmission } from '@outlay/domain/submission-rules';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aMileage, aSetting, aSubmission } from '../../support/documents.ts';

const rates = aSetting('2023-01-01', {
	name: 'mileage-rates',
	state: [...STATE_MILEAGE_RATES],
	company: [],
	excessIsSalary: false
});

/** 2026 in Denmark: 3.94 up to 20,000 km, 2.28 above. */
const driven = (distanceM: number, drivenOn = '2026-11-20') => aMileage({ distanceM, drivenOn });

function paid(distanceM: number, yearBeforeM: number): number | null {
	const amount = mileageAmount(driven(distanceM), [rates], yearBeforeM);
	return amount.ok ? amount.value.amountMinor : null;
}

describe('what a drive pays around the limit of the year', () => {
	test.each([
		[10_000, 0, 3940],
		[10_000, 19_990_000, 3940],
		// Five kilometres of each.
		[10_000, 19_995_000, 5 * 394 + 5 * 228],
		[10_000, 19_999_900, 39 + 2258],
		[10_000, 20_000_000, 2280],
		[10_000, 31_000_000, 2280],
		[20_000_000, 0, 7_880_000],
		[20_000_100, 0, 7_880_000 + 23]
	])('%d m after %d m are %d', (distanceM, yearBeforeM, amountMinor) => {
		expect(paid(distanceM, yearBeforeM)).toBe(amountMinor);
	});

	test('the drive that crosses it has a line for each rate', () => {
		expect(mileageAmount(driven(10_000), [rates], 19_995_000)).toMatchObject({
			value: {
				derivation: [
					{ amountMinor: 1970, values: { kilometres: '5.0', perKmMinor: 394, upToKm: 20_000 } },
					{ amountMinor: 1140, values: { kilometres: '5.0', perKmMinor: 228, aboveKm: 20_000 } }
				]
			}
		});
	});

	test('nothing is counted where a country pays every kilometre the same', () => {
		const swedish = aMileage({ country: 'SE', distanceM: 10_000 });
		expect(mileageAmount(swedish, [rates], 30_000_000)).toEqual(mileageAmount(swedish, [rates], 0));
	});
});

describe('the kilometres before a drive', () => {
	const stated = (distanceM: number, yearBeforeM: number, drivenOn?: string): StatedDrive => ({
		drive: driven(distanceM, drivenOn),
		yearBeforeM
	});
	const beforeM = (others: StatedDrive[]) => yearKilometres(driven(1), others, [rates])?.beforeM;

	test('are those the others were paid the high rate for', () => {
		expect(beforeM([stated(10_000, 0), stated(10_000, 10_000)])).toBe(20_000);
		expect(beforeM([stated(10_000, 19_995_000)])).toBe(5_000);
		expect(beforeM([stated(10_000, 20_000_000)])).toBe(0);
		expect(beforeM([stated(10_000, 0, '2025-12-31')])).toBe(0);
	});

	test('one that is submitted later, though driven earlier, meets the limit itself', () => {
		const said = stated(19_995_000, 0, '2026-12-01');
		const late = yearKilometres(driven(10_000, '2026-01-05'), [said], [rates]);
		expect(late?.beforeM).toBe(19_995_000);
	});

	test('what a declined one leaves unused goes to the next, itself if it comes again', () => {
		const [first, crossing, last] = [
			stated(19_995_000, 0),
			stated(10_000, 19_995_000),
			stated(10_000, 20_000_000)
		];
		expect(beforeM([first, crossing, last])).toBe(20_000_000);
		expect(beforeM([first, last])).toBe(19_995_000);
	});

	test('over a year nobody is paid the high rate for more than the limit, nor for less while they drive', () => {
		const drive = fc.record({
			km: fc.integer({ min: 1, max: 6_000 }),
			isTakenBack: fc.boolean()
		});
		fc.assert(
			fc.property(fc.array(drive, { minLength: 1, maxLength: 20 }), (drives) => {
				const standing: StatedDrive[] = [];
				for (const { km, isTakenBack } of drives) {
					const before = beforeM(standing) ?? 0;
					if (!isTakenBack) standing.push(stated(km * 1000, before));
				}
				const sumKm = standing.reduce(
					(sum, { drive: one }) => sum + (one.distanceM ?? 0) / 1000,
					0
				);
				expect(beforeM(standing)).toBe(Math.min(sumKm, 20_000) * 1000);
			})
		);
	});
});

describe('a drive as it arrives', () => {
	const others: StatedDrive[] = [{ drive: driven(19_995_000), yearBeforeM: 0 }];
	const codeOf = async (yearBeforeM: number, amountMinor = paid(10_000, yearBeforeM) ?? 0) => {
		const { body } = aSubmission(1, { snapshot: driven(10_000), yearBeforeM, amountMinor });
		const judged = await judgeArrivedSubmission(body, [rates], '2026-11-27', () =>
			Promise.resolve(others)
		);
		return judged.ok ? null : judged.refusal.code;
	};

	test('is paid by the kilometres it states, if they are no fewer than those that are known', async () => {
		expect(await codeOf(19_995_000)).toBeNull();
		expect(await codeOf(25_000_000)).toBeNull();
		expect(await codeOf(0)).toBe('submission.year_kilometres');
		expect(await codeOf(19_994_900)).toBe('submission.year_kilometres');
		expect(await codeOf(19_995_000, paid(10_000, 0) ?? 0)).toBe('submission.amount_differs');
	});

	test('may state fewer where that pays the same', async () => {
		others[0] = { drive: driven(10_000), yearBeforeM: 0 };
		expect(await codeOf(0)).toBeNull();
	});
});
