import { SvelteSet } from 'svelte/reactivity';
import { titleOf } from '@outlay/domain/transaction-title';
import type { Account } from '#lib/commands/app.ts';
import { approvalItems, isWaitingFor, type ApprovalItem } from './approval-items.svelte.ts';
import { people, type PersonName } from './people.svelte.ts';

/** A line of the approver's list. */
export interface ApprovalRow {
	item: ApprovalItem;
	id: string;
	title: string;
	person: PersonName;
	kind: 'expense' | 'mileage';
	amountMinor: number;
	currency: string;
	/** Something an approver should look at, as a stable word; null for nothing. */
	flag: 'typed' | 'estimate' | 'unverified' | 'no-receipt' | null;
	isWaiting: boolean;
}

export type ApprovalTab = 'waiting' | 'decided';

/**
 * What others submitted, as the approver works through it: which tab, what is searched for, and what is ticked.
 * Call while a component is set up.
 */
export class ApprovalQueue {
	tab = $state<ApprovalTab>('waiting');
	search = $state('');
	kind = $state<'all' | 'expense' | 'mileage'>('all');
	readonly selected = new SvelteSet<string>();

	readonly #account: Account;
	readonly #items: ReturnType<typeof approvalItems>;
	readonly #names: ReturnType<typeof people>;
	readonly #rows = $derived.by(() => this.#items.items?.map((item) => this.#rowOf(item)));
	readonly #shown = $derived.by(() => {
		const isWaiting = this.tab === 'waiting';
		const words = this.search.trim().toLocaleLowerCase();
		return this.#rows?.filter(
			(row) =>
				row.isWaiting === isWaiting &&
				(isWaiting || this.#isDecidedByMe(row.item)) &&
				(this.kind === 'all' || row.kind === this.kind) &&
				(words === '' || searchedIn(row).includes(words))
		);
	});

	constructor(account: Account) {
		this.#account = account;
		this.#items = approvalItems(account);
		this.#names = people(account);
	}

	/** The rows of the tab; undefined until known. */
	get shown(): ApprovalRow[] | undefined {
		return this.#shown;
	}

	get waiting(): ApprovalRow[] {
		return this.#rows?.filter(({ isWaiting }) => isWaiting) ?? [];
	}

	get names() {
		return this.#names;
	}

	/** The ticked rows that still wait. */
	get ticked(): ApprovalRow[] {
		return this.waiting.filter(({ id }) => this.selected.has(id));
	}

	find(submissionId: string): ApprovalRow | undefined {
		return this.#rows?.find(({ id }) => id === submissionId);
	}

	toggle(submissionId: string): void {
		if (this.selected.has(submissionId)) this.selected.delete(submissionId);
		else this.selected.add(submissionId);
	}

	#isDecidedByMe({ standing }: ApprovalItem): boolean {
		return standing.steps.some(
			({ byId, deed }) => byId === this.#account.me.userId && deed !== 'submitted'
		);
	}

	#rowOf(item: ApprovalItem): ApprovalRow {
		const { submission, standing } = item;
		const { snapshot, amountMinor, currency, derivation, receipts } = submission.body;
		return {
			item,
			id: submission._id,
			title: titleOf(snapshot),
			person: this.#names.of(submission.ownerId),
			kind: snapshot.kind,
			amountMinor,
			currency,
			flag:
				snapshot.kind === 'expense'
					? receipts.length === 0
						? 'no-receipt'
						: null
					: snapshot.distanceSource === 'typed'
						? 'typed'
						: snapshot.distanceSource === 'straight-estimate'
							? 'estimate'
							: derivation.some(({ verified }) => !verified)
								? 'unverified'
								: null,
			isWaiting: isWaitingFor(standing, this.#account.me.userId)
		};
	}
}

function searchedIn({ title, person, amountMinor, item }: ApprovalRow): string {
	const { purpose } = item.submission.body.snapshot;
	return `${title} ${purpose} ${person.name} ${(amountMinor / 100).toFixed(2)}`.toLocaleLowerCase();
}

/** Sums by currency, in the order they first appear. */
export function sumsOf(rows: readonly ApprovalRow[]): { amountMinor: number; currency: string }[] {
	const sums: { amountMinor: number; currency: string }[] = [];
	for (const { amountMinor, currency } of rows) {
		const sum = sums.find((known) => known.currency === currency);
		if (sum) sum.amountMinor += amountMinor;
		else sums.push({ amountMinor, currency });
	}
	return sums;
}
