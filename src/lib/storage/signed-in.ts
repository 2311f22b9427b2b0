import type { SessionView } from '@outlay/domain/session-view';
import type { Live } from '#lib/commands/ports.ts';
import { LiveValue } from './live-value.ts';
import { readSession, writeSession } from './remembered-session.ts';

const CHANNEL = 'outlay-signed-in';

/** Who is signed in on this device, remembered so that the app opens without network; the same in all tabs. */
export interface SignedInMemory {
	/** Known once it was read from the device. */
	readonly current: Live<SessionView | null>;
	/** Remembers on the device and tells the other tabs. */
	remember(view: SessionView): Promise<void>;
	/** Tells this tab and the others, so that they close their databases; removing is up to the caller. */
	announceSignedOut(): void;
	stop(): void;
}

export function rememberSignedIn(): SignedInMemory {
	const current = new LiveValue<SessionView | null>();
	const channel = new BroadcastChannel(CHANNEL);
	channel.onmessage = ({ data }: MessageEvent<SessionView | null>) => {
		current.set(data);
	};
	void readSession().then(
		(value) => {
			if (current.value === undefined) current.set(value as SessionView | null);
		},
		() => {
			if (current.value === undefined) current.set(null);
		}
	);
	return {
		current,
		async remember(view) {
			await writeSession(view);
			current.set(view);
			channel.postMessage(view);
		},
		announceSignedOut() {
			current.set(null);
			channel.postMessage(null);
		},
		stop() {
			channel.close();
		}
	};
}
