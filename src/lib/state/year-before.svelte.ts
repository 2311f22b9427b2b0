import type { MileageBody, Transaction } from '@outlay/domain/transaction';
import type { Account } from '#lib/commands/app.ts';
import type { Stored } from '#lib/commands/ports.ts';

/**
 * How many metres of the high rate other drives of the year have used, for the amounts in a list of drives that are not
 * submitted. It is asked once for each kind of drive and again when `submissions` (their number) changes, after the list
 * is there: it is 0 until then, which is right for whoever is below the limit. Call while a component is set up.
 */
export function yearBefore(
	{ deeds }: Account,
	listed: () => readonly Stored<Transaction>[] | undefined,
	submissions: () => number
): { beforeM(body: Transaction['body']): number } {
	let known = $state.raw<Readonly<Record<string, number>>>({});
	const asked: Record<string, number> = {};

	$effect(() => {
		const count = submissions();
		for (const { document } of listed() ?? []) {
			const { body, _id } = document;
			if (body.kind !== 'mileage' || asked[kindOf(body)] === count) continue;
			const kind = kindOf(body);
			asked[kind] = count;
			void deeds.kilometresOfYear(_id, body).then(
				(year) => (known = { ...known, [kind]: year?.beforeM ?? 0 }),
				() => undefined
			);
		}
	});
	return {
		beforeM: (body) => (body.kind === 'mileage' ? (known[kindOf(body)] ?? 0) : 0)
	};
}

function kindOf({ drivenOn, country, vehicle, vehicleOwner }: MileageBody): string {
	return [drivenOn?.slice(0, 4), country, vehicle, vehicleOwner].join(' ');
}
