import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { BrowserCommand } from 'vitest/node';
import type { Plugin } from 'vite';
import { tsImport } from 'tsx/esm/api';
import type * as Server from './server.ts';

type TestServerProcess = Server.TestServerProcess;

/** Addresses of the sync server, as the app asks for them. */
const OURS = /^\/(_outlay|mailbox-|settings-|ledger-)/;

/** The one server of a test run, in a process of its own, and the port it comes back to. */
let server: TestServerProcess | null = null;
let dataDir: string | null = null;
let signIns: TestServerProcess['signIns'] = [];
/** Kills the server once this many bytes of a photo have gone through; null lets them pass. */
let killAfterBytes: number | null = null;
/** Every connection that sends a photo breaks after so many bytes; null lets them pass. */
let cutAfterBytes: number | null = null;
/** The network asks to sign in to it first, with its own page in place of every answer or by leading there. */
let portal: 'page' | 'redirect' | null = null;
/** What the link carried of photos, and how often it broke. */
let photoTraffic = { bytes: 0, cuts: 0 };

// A run that breaks off leaves no server behind.
process.once('exit', () => {
	void server?.kill();
});

/**
 * Lets pages of the test browser reach the sync server under their own origin, as they do when it serves the app.
 * A server that is not there breaks the connection, as a network does.
 */
export function outlayBehindVite(): Plugin {
	return {
		name: 'outlay-behind-vite',
		configureServer(vite) {
			vite.middlewares.use((incoming, outgoing, next) => {
				if (OURS.test(incoming.url ?? '')) forward(incoming, outgoing);
				else next();
			});
		}
	};
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
	const cut = () => {
		incoming.destroy();
		outgoing.destroy();
	};
	if (portal !== null) {
		incoming.resume();
		answerAsPortal(outgoing, portal);
		return;
	}
	if (server === null) {
		cut();
		return;
	}
	const { url } = server;
	const forwarded = ask(
		new URL(incoming.url ?? '/', url),
		{
			method: incoming.method,
			headers: { ...incoming.headers, origin: url, host: new URL(url).host }
		},
		(answer) => {
			// Chromium sends by itself again what breaks off on a connection that served before.
			if (cutAfterBytes !== null) answer.headers.connection = 'close';
			outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(outgoing);
			answer.on('error', cut);
		}
	);
	forwarded.on('error', cut);
	outgoing.on('close', () => forwarded.destroy());
	if (killAfterBytes !== null && incoming.method === 'PUT') {
		let bytes = 0;
		incoming.on('data', (chunk: Buffer) => {
			bytes += chunk.length;
			if (killAfterBytes === null || bytes < killAfterBytes) return;
			killAfterBytes = null;
			void server?.kill();
			server = null;
		});
	}
	if (incoming.method !== 'PUT') {
		incoming.pipe(forwarded);
		return;
	}
	const limitBytes = cutAfterBytes ?? Number.POSITIVE_INFINITY;
	let passedBytes = 0;
	incoming.on('data', (chunk: Buffer) => {
		if (passedBytes >= limitBytes) return;
		const passed = chunk.subarray(0, limitBytes - passedBytes);
		passedBytes += passed.length;
		photoTraffic.bytes += passed.length;
		const isLast = passedBytes >= limitBytes;
		forwarded.write(passed, () => {
			if (!isLast) return;
			photoTraffic.cuts += 1;
			forwarded.destroy();
			cut();
		});
	});
	incoming.on('end', () => forwarded.end());
}

function answerAsPortal(outgoing: ServerResponse, how: 'page' | 'redirect'): void {
	if (how === 'page') {
		outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hotel Harbour: welcome</h1>');
		return;
	}
	outgoing.writeHead(302, { location: 'http://portal.example/welcome' }).end();
}

/** The configuration file is bundled; the server must not be. */
async function serverSupport(): Promise<typeof Server> {
	return (await tsImport('./server.ts', import.meta.url)) as typeof Server;
}

async function start(): Promise<void> {
	const { startServerProcess, temporaryDirectory } = await serverSupport();
	dataDir ??= await temporaryDirectory();
	server = await startServerProcess({ dataDir });
	if (server.signIns.length > 0) ({ signIns } = server);
}

/** What tests in the browser can have done to the server. */
export const outlayCommands = {
	/** Starts it, on the data it had; answers the sign-ins of its first start. */
	async startOutlay() {
		if (server === null) await start();
		return signIns;
	},
	async killOutlay() {
		await server?.kill();
		server = null;
	},
	killOutlayAfterBytes(_context: unknown, bytes: number) {
		killAfterBytes = bytes;
	},
	/** From now on; the count begins anew. */
	cutOutlayAfterBytes(_context: unknown, bytes: number | null) {
		cutAfterBytes = bytes;
		photoTraffic = { bytes: 0, cuts: 0 };
	},
	photoTraffic() {
		return photoTraffic;
	},
	standBehindPortal(_context: unknown, how: 'page' | 'redirect' | null) {
		portal = how;
	},
	isOutlayRunning() {
		return server !== null;
	},
	/** Ends it and forgets its data. */
	async removeOutlay() {
		await server?.stop();
		server = null;
		if (dataDir === null) return;
		const { remove } = await serverSupport();
		await remove(dataDir);
		dataDir = null;
		signIns = [];
	},
	/** Asks as the server's administrator, past all access rules. */
	async askOutlay(
		_context: unknown,
		path: string,
		asking: { method?: string; body?: string } = {}
	) {
		if (server === null) return null;
		const { AS_ADMINISTRATOR } = await serverSupport();
		const response = await fetch(new URL(path, server.url), {
			...asking,
			headers: {
				...AS_ADMINISTRATOR,
				accept: 'application/json',
				'content-type': 'application/json'
			}
		});
		return (await response.json()) as unknown;
	}
} satisfies Record<string, BrowserCommand<never[]> | ((...args: never[]) => unknown)>;
