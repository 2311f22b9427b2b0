import type { Account } from '#lib/commands/app.ts';
import type { KeptMap } from '#lib/commands/ports.ts';
import { live } from './live.svelte.ts';

const NONE: readonly KeptMap[] = [];

/** What maps are drawn with beside the sheet in the app: regions on this device, and the company's online pictures. */
export interface MapParts {
	readonly regions: readonly KeptMap[];
	/** Whose online pictures to draw, or null for none; known a moment after a map is first shown. */
	readonly onlineCredit: string | null;
}

/** Asked once an account: it changes when the company configures its server anew. */
const credits = new WeakMap<Account, Promise<string | null>>();

export function mapParts(account: Account): MapParts {
	const maps = live(account.regions.maps);
	let credit = $state<string | null>(null);
	const asking =
		credits.get(account) ?? account.regions.offer().then((offer) => offer?.tilesCredit ?? null);
	credits.set(account, asking);
	void asking.then((known) => (credit = known));
	return {
		get regions() {
			return maps.current ?? NONE;
		},
		get onlineCredit() {
			return credit;
		}
	};
}
