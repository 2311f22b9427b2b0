/** How long a tab that opens waits for an open one to answer. */
const ANSWER_MS = 400;

type Word =
	{ kind: 'ask' } | { kind: 'key'; key: CryptoKey } | { kind: 'lock' } | { kind: 'changed' };

/**
 * Lets the tabs of one account lock and unlock together. The key itself is passed on, which the browser does without
 * showing its bytes to anybody, this app included.
 */
export class TabKeys {
	readonly #channel: BroadcastChannel;
	#key: CryptoKey | null = null;
	#onAnswer: ((key: CryptoKey) => void) | null = null;

	constructor(
		accountName: string,
		on: { unlocked: (key: CryptoKey) => void; locked: () => void; changed: () => void }
	) {
		this.#channel = new BroadcastChannel(`${accountName}-key`);
		this.#channel.onmessage = ({ data }: MessageEvent<Word>) => {
			if (data.kind === 'ask') this.#answer();
			else if (data.kind === 'lock') on.locked();
			else if (data.kind === 'changed') on.changed();
			else if (this.#onAnswer !== null) this.#onAnswer(data.key);
			else if (this.#key === null) on.unlocked(data.key);
		};
	}

	/** The key out of an unlocked tab; null when there is none. */
	async ask(): Promise<CryptoKey | null> {
		const answer = new Promise<CryptoKey | null>((resolve) => {
			this.#onAnswer = resolve;
			setTimeout(() => {
				resolve(null);
			}, ANSWER_MS);
		});
		this.#channel.postMessage({ kind: 'ask' } satisfies Word);
		const key = await answer;
		this.#onAnswer = null;
		return key;
	}

	/** Keeps the key to answer with. */
	hold(key: CryptoKey): void {
		this.#key = key;
	}

	/** Opens the other tabs too. */
	share(key: CryptoKey): void {
		this.#key = key;
		this.#channel.postMessage({ kind: 'key', key } satisfies Word);
	}

	/** Forgets the key here. */
	drop(): void {
		this.#key = null;
	}

	tell(kind: 'lock' | 'changed'): void {
		this.#channel.postMessage({ kind } satisfies Word);
	}

	close(): void {
		this.drop();
		this.#channel.close();
	}

	#answer(): void {
		if (this.#key !== null)
			this.#channel.postMessage({ kind: 'key', key: this.#key } satisfies Word);
	}
}
