import { mkdir, rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';

/** Another server works on the data directory. */
export class DataInUse extends Error {
	readonly code = 'data.in_use';

	constructor() {
		super('Another Outlay server uses the data directory.');
		this.name = 'DataInUse';
	}
}

/** Socket addresses have at most 104 bytes on macOS and 108 on Linux. */
const LONGEST_SOCKET_PATH = 100;

/**
 * Makes sure that one server at a time works on a data directory: the one that listens on a socket in it. A killed
 * server leaves a socket nobody answers on, which is taken over. Returns how to give it back. Throws `DataInUse`.
 */
export async function claimData(directory: string): Promise<() => Promise<void>> {
	// Nobody else on this machine reads a new one.
	await mkdir(directory, { recursive: true, mode: 0o700 });
	const address = socketAddress(directory);
	if (address === null) return () => Promise.resolve();
	if (await answers(address)) throw new DataInUse();
	await rm(address, { force: true });
	const server = net.createServer((socket) => socket.destroy());
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject).listen(address, resolve);
	});
	server.unref();
	return () => new Promise((resolve) => void server.close(() => resolve()));
}

/** Null where there can be none: a path that is too long, or a system without sockets in directories. */
function socketAddress(directory: string): string | null {
	const address = path.join(directory, 'server.sock');
	return process.platform !== 'win32' && Buffer.byteLength(address) <= LONGEST_SOCKET_PATH
		? address
		: null;
}

function answers(address: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = net.connect(address);
		socket.once('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(false));
	});
}
