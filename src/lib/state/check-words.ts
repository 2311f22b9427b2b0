import type { DerivationLine } from '@outlay/domain/submission';
import { m } from '#lib/paraglide/messages.js';
import { formatDay } from './formats.ts';
import { amountOf, amountWords, hoursOf, textOf } from './line-figures.ts';

type Words = (line: DerivationLine) => { sum: string; rule: string };

/** Lines of expenses, VAT, the 60 days and weeks of work, by code; their source is left out. */
export const CHECK_WORDS: Readonly<Record<string, Words>> = {
	'expense.line': (line) => ({
		sum: m.line_expense({
			kind: textOf(line, 'costTypeId'),
			amount: amountWords(line, line.amountMinor)
		}),
		rule: m.line_expense_rule()
	}),
	'expense.private_part': (line) => ({
		sum: m.line_expense_private({
			kind: textOf(line, 'costTypeId'),
			amount: amountOf(line, 'privateMinor')
		}),
		rule: m.line_expense_private_rule()
	}),
	'vat.deductible': (line) => ({
		sum: m.line_vat_deductible({
			vat: amountOf(line, 'vatMinor'),
			amount: amountWords(line, line.amountMinor)
		}),
		rule: m.line_vat_deductible_rule({
			country: textOf(line, 'country'),
			rate: textOf(line, 'ratePercent'),
			share: textOf(line, 'deductiblePercent')
		})
	}),
	'vat.foreign': (line) => ({
		sum: m.line_vat_foreign({
			amount: amountOf(line, 'amountMinor'),
			country: textOf(line, 'country')
		}),
		rule: m.line_vat_foreign_rule()
	}),
	'sixty_days.business': (line) => ({
		sum: m.line_sixty_days(countOf(line)),
		rule: m.line_sixty_days_business()
	}),
	'sixty_days.commuting': (line) => ({
		sum: m.line_sixty_days_over(countOf(line)),
		rule: m.line_sixty_days_commuting()
	}),
	'time.day': (line) => ({ sum: dayOf(line), rule: holidayOf(line) }),
	'time.overtime': (line) => ({
		sum: m.line_time_overtime({ label: textOf(line, 'label'), time: hoursOf(line, 'minutes') }),
		rule: m.line_time_overtime_rule()
	}),
	'time.flex': (line) => ({
		sum: m.line_time_flex({
			before: hoursOf(line, 'beforeMinutes'),
			change: hoursOf(line, 'minutes'),
			after: hoursOf(line, 'afterMinutes')
		}),
		rule: ''
	})
};

function countOf(line: DerivationLine): { day: string; count: string; limit: string } {
	const day = textOf(line, 'day');
	return { day: formatDay(day), count: textOf(line, 'count'), limit: textOf(line, 'limit') };
}

function dayOf(line: DerivationLine): string {
	const of = {
		day: formatDay(textOf(line, 'date')),
		worked: hoursOf(line, 'workedMinutes'),
		norm: hoursOf(line, 'normMinutes')
	};
	const { creditedMinutes, uncreditedMinutes } = line.values;
	const awayMinutes = Number(creditedMinutes ?? 0) + Number(uncreditedMinutes ?? 0);
	if (awayMinutes === 0) return m.line_time_day(of);
	const away = hoursOf({ ...line, values: { awayMinutes } }, 'awayMinutes');
	return m.line_time_day_away({ ...of, away });
}

function holidayOf(line: DerivationLine): string {
	const holiday = textOf(line, 'holiday');
	return holiday === '' ? '' : m.line_time_holiday({ holiday });
}
