import type { TransactionBody } from './transaction.ts';

/** What a list row calls it; '' when nothing was entered yet. */
export function titleOf(body: TransactionBody): string {
	if (body.kind === 'expense') return body.merchant || body.purpose;
	const arrow = body.isReturn ? '⇄' : '→';
	return body.from && body.to
		? `${body.from} ${arrow} ${body.to}`
		: body.from || body.to || body.purpose;
}

/** The day it happened. */
export function dayOf(body: TransactionBody): string | null {
	return body.kind === 'expense' ? body.spentOn : body.drivenOn;
}
