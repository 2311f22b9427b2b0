import { isApproved } from '@outlay/domain/case-states';
import type { Money } from '@outlay/domain/money';
import type { TransactionRow } from './transaction-row.ts';

export interface MonthSummary {
	/** In the company's currency. */
	totalMinor: number;
	/** What other currencies add up to: there is no rate to convert them by yet. */
	foreign: Money[];
	itemCount: number;
	distanceM: number;
	/** Submitted or approved, paid with the person's own money. */
	comesBackMinor: number;
	waitingMinor: number;
	waitingCount: number;
	approvedMinor: number;
	approvedCount: number;
	handMinor: number;
	handCount: number;
}

/** What a person's rows come to. Pure. */
export function summaryOf(rows: readonly TransactionRow[], homeCurrency: string): MonthSummary {
	const foreign = new Map<string, number>();
	const summary: MonthSummary = {
		totalMinor: 0,
		foreign: [],
		itemCount: rows.length,
		distanceM: 0,
		comesBackMinor: 0,
		waitingMinor: 0,
		waitingCount: 0,
		approvedMinor: 0,
		approvedCount: 0,
		handMinor: 0,
		handCount: 0
	};
	for (const row of rows) {
		const isWaiting = row.status === 'waiting' || row.status === 'asked';
		summary.distanceM += row.distanceM ?? 0;
		if (isWaiting) summary.waitingCount += 1;
		if (isApproved(row.status)) summary.approvedCount += 1;
		if (needsHand(row)) summary.handCount += 1;
		if (row.amountMinor === null) continue;
		if (row.currency !== homeCurrency) {
			foreign.set(row.currency, (foreign.get(row.currency) ?? 0) + row.amountMinor);
			continue;
		}
		summary.totalMinor += row.amountMinor;
		if (isWaiting) summary.waitingMinor += row.amountMinor;
		if (isApproved(row.status)) summary.approvedMinor += row.amountMinor;
		if ((isWaiting || isApproved(row.status)) && row.paidWith === 'own-money') {
			summary.comesBackMinor += row.amountMinor;
		}
		if (needsHand(row)) summary.handMinor += row.amountMinor;
	}
	summary.foreign = [...foreign].map(([currency, amountMinor]) => ({ currency, amountMinor }));
	return summary;
}

/** The person has to do something before it can go on. */
export function needsHand(row: TransactionRow): boolean {
	return row.status === 'declined' || row.status === 'asked' || row.refusal !== null;
}

/** The month an entry counts to, `YYYY-MM`: of the day it happened, else of its making. */
export function monthOf(row: TransactionRow): string {
	return (row.day ?? row.createdAt).slice(0, 7);
}

/** `YYYY-MM` of the `count` months up to and with `month`, oldest first. */
export function monthsUpTo(month: string, count: number): string[] {
	const last = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;
	return Array.from({ length: count }, (_, i) => {
		const at = last - count + 1 + i;
		return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
	});
}
