import type { ChaosPerson } from '../integration/faults/chaos-server.ts';
import type { SignInCard } from './device.ts';

declare module 'vitest/internal/browser' {
	/** See `outlay-behind-vite.ts`. */
	interface BrowserCommands {
		startOutlay(): Promise<(SignInCard & { name: string })[]>;
		killOutlay(): Promise<void>;
		killOutlayAfterBytes(bytes: number): Promise<void>;
		cutOutlayAfterBytes(bytes: number | null): Promise<void>;
		photoTraffic(): Promise<{ bytes: number; cuts: number }>;
		standBehindPortal(how: 'page' | 'redirect' | null): Promise<void>;
		isOutlayRunning(): Promise<boolean>;
		removeOutlay(): Promise<void>;
		askOutlay(path: string, asking?: { method?: string; body?: string }): Promise<unknown>;
		/** See `chaos-behind-vite.ts`. */
		beginChaos(people: number): Promise<ChaosPerson[]>;
		endChaos(): Promise<void>;
		chaosServer(deed: 'kill' | 'start' | 'backUp' | 'restore'): Promise<boolean>;
		lookAtChaos(mailbox: string, cookie: string): Promise<unknown>;
	}
}
