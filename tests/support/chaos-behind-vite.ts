import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { BrowserCommand } from 'vitest/node';
import { tsImport } from 'tsx/esm/api';
import type { Plugin } from 'vite';
import type * as Chaos from '../integration/faults/chaos-server.ts';
import { forwardWithFault } from '../integration/faults/fault-proxy.ts';
import type * as Server from './server.ts';

/** Below this address pages reach the server of the fault tests, through its proxy. */
const BASE = '/chaos';

let server: Chaos.ChaosServer | null = null;
let people: Chaos.ChaosPerson[] = [];
let directory: string | null = null;

process.once('exit', () => {
	void server?.kill();
});

export function chaosBehindVite(): Plugin {
	return {
		name: 'chaos-behind-vite',
		configureServer(vite) {
			vite.middlewares.use((incoming, outgoing, next) => {
				if (!incoming.url?.startsWith(`${BASE}/`)) {
					next();
					return;
				}
				incoming.url = incoming.url.slice(BASE.length);
				void forwardWithFault(incoming, outgoing, () => server?.url ?? null);
			});
		}
	};
}

/** What fault tests in the browser can have done to their server. */
export const chaosCommands = {
	/** Starts it on a data folder of its own; answers people who are signed in. */
	async beginChaos(_context: unknown, count: number) {
		const { temporaryDirectory } = (await tsImport(
			'./server.ts',
			import.meta.url
		)) as typeof Server;
		const { ChaosServer, makeTemplate } = (await tsImport(
			'../integration/faults/chaos-server.ts',
			import.meta.url
		)) as typeof Chaos;
		directory = await temporaryDirectory();
		const template = path.join(directory, 'template');
		people = await makeTemplate(template, count);
		server = new ChaosServer(directory);
		await server.begin(template);
		return people;
	},
	async endChaos() {
		await server?.kill();
		server = null;
		if (directory !== null) await rm(directory, { recursive: true, force: true });
	},
	async chaosServer(_context: unknown, deed: 'kill' | 'start' | 'backUp' | 'restore') {
		return (await server?.[deed]()) === true;
	},
	/** What a mailbox holds, past the proxy. */
	async lookAtChaos(_context: unknown, mailbox: string, cookie: string) {
		const response = await fetch(`${server?.url ?? ''}/${mailbox}/_all_docs?include_docs=true`, {
			headers: { cookie, accept: 'application/json' }
		});
		return (await response.json()) as unknown;
	}
} satisfies Record<string, BrowserCommand<never[]> | ((...args: never[]) => unknown)>;
