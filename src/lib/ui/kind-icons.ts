import Car from '@lucide/svelte/icons/car';
import ReceiptText from '@lucide/svelte/icons/receipt-text';
import type { TransactionKind } from '@outlay/domain/transaction';
import { m } from '#lib/paraglide/messages.js';
import type { IconComponent } from './icon-component.ts';

/** The picture of each kind; its name is for screen readers and tables. */
export const KIND_ICONS: Readonly<Record<TransactionKind, IconComponent>> = {
	expense: ReceiptText,
	mileage: Car
};

export function kindName(kind: TransactionKind): string {
	return { expense: m.kind_expense, mileage: m.kind_mileage }[kind]();
}
