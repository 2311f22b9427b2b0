import { monthOf, needsHand } from './month-summary.ts';
import type { TransactionRow } from './transaction-row.ts';

export type OverviewColumn = 'day' | 'title' | 'costType' | 'status' | 'state' | 'amount';

export interface OverviewFilter {
	/** Words of title, cost type or amount. */
	search: string;
	/** `YYYY-MM`, or 'all'. */
	period: string;
	kind: 'all' | TransactionRow['kind'];
	status: 'all' | 'hand' | TransactionRow['status'];
	paidWith: 'all' | TransactionRow['paidWith'];
}

export interface OverviewOrder {
	column: OverviewColumn;
	isAscending: boolean;
}

/** The rows a person asked for, in the order they asked for. Pure. */
export function tableOf(
	rows: readonly TransactionRow[],
	filter: OverviewFilter,
	order: OverviewOrder,
	costTypeName: (costTypeId: string | null) => string
): TransactionRow[] {
	const words = filter.search.trim().toLocaleLowerCase();
	const asNumber = words.replace(',', '.');
	const found = rows.filter(
		(row) =>
			(filter.period === 'all' || monthOf(row) === filter.period) &&
			(filter.kind === 'all' || row.kind === filter.kind) &&
			(filter.status === 'all' ||
				(filter.status === 'hand' ? needsHand(row) : row.status === filter.status)) &&
			(filter.paidWith === 'all' || row.paidWith === filter.paidWith) &&
			(words === '' ||
				`${row.title} ${costTypeName(row.costTypeId)}`.toLocaleLowerCase().includes(words) ||
				(row.amountMinor !== null && (row.amountMinor / 100).toFixed(2).startsWith(asNumber)))
	);
	const direction = order.isAscending ? 1 : -1;
	const key = (row: TransactionRow): string | number =>
		({
			day: () => row.day ?? row.createdAt,
			title: () => row.title.toLocaleLowerCase(),
			costType: () => costTypeName(row.costTypeId).toLocaleLowerCase(),
			status: () => row.status,
			state: () => row.state,
			amount: () => row.amountMinor ?? 0
		})[order.column]();
	return found.sort((a, b) => {
		const [x, y] = [key(a), key(b)];
		if (x !== y) return x < y ? -direction : direction;
		// Equal ones keep the newest first, whichever way the column runs.
		return b.createdAt.localeCompare(a.createdAt);
	});
}
