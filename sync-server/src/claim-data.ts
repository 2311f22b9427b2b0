import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Another process works on the data directory. */
export class DataInUse extends Error {
	readonly code = 'data.in_use';

	constructor() {
		super('Another Outlay process uses the data directory.');
		this.name = 'DataInUse';
	}
}

export interface Claim {
	/** Whether a backup copies the directory just now. */
	isBackedUp(): boolean;
	giveBack(): Promise<void>;
}

/** Socket addresses have at most 104 bytes on macOS and 108 on Linux. */
const LONGEST_SOCKET_PATH = 100;
/** What a backup says, and what it is answered. */
const BACKUP = 'backup\n';
const GO_ON = 'go on\n';

/**
 * Makes sure that one process at a time works on a data directory: the one that listens on a socket for it. A killed
 * one leaves a socket nobody answers on, which is taken over. Throws `DataInUse`.
 */
export async function claimData(directory: string): Promise<Claim> {
	// Nobody else on this machine reads a new one.
	await mkdir(directory, { recursive: true, mode: 0o700 });
	const address = socketAddress(directory);
	const there = await connectTo(address);
	if (there) {
		there.destroy();
		throw new DataInUse();
	}
	if (process.platform !== 'win32') await rm(address, { force: true });
	const backups = new Set<net.Socket>();
	const server = net.createServer((socket) => {
		socket.on('error', () => undefined);
		socket.on('close', () => backups.delete(socket));
		socket.setEncoding('utf8').on('data', (text) => {
			if (String(text) !== BACKUP) return socket.destroy();
			backups.add(socket);
			return socket.write(GO_ON);
		});
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject).listen(address, resolve);
	});
	server.unref();
	return {
		isBackedUp: () => backups.size > 0,
		giveBack: () =>
			new Promise((resolve) => {
				for (const socket of backups) socket.destroy();
				void server.close(() => resolve());
			})
	};
}

/**
 * Asks whoever works on the directory to take no file away, until what this returns is called or this process ends.
 * Where nobody works on it, nobody starts to meanwhile.
 */
export async function holdStill(directory: string): Promise<() => Promise<void>> {
	const socket = await connectTo(socketAddress(directory));
	if (!socket) {
		const claim = await claimData(directory);
		return () => claim.giveBack();
	}
	await new Promise<void>((resolve, reject) => {
		socket.once('error', reject);
		socket.once('close', () => reject(new DataInUse()));
		socket.once('data', () => resolve());
		socket.write(BACKUP);
	});
	return () => {
		socket.destroy();
		return Promise.resolve();
	};
}

/** In the directory itself where its path is short enough; what stands for it elsewhere is made of its path. */
function socketAddress(directory: string): string {
	const whole = path.resolve(directory);
	const mark = createHash('sha256').update(whole).digest('hex').slice(0, 16);
	if (process.platform === 'win32') return `\\\\.\\pipe\\outlay-${mark}`;
	const address = path.join(whole, 'server.sock');
	return Buffer.byteLength(address) <= LONGEST_SOCKET_PATH
		? address
		: path.join(tmpdir(), `outlay-${mark}.sock`);
}

/** Null when nobody answers there. */
function connectTo(address: string): Promise<net.Socket | null> {
	return new Promise((resolve) => {
		const socket = net.connect(address);
		socket.once('connect', () => {
			socket.removeAllListeners('error');
			resolve(socket);
		});
		socket.once('error', () => resolve(null));
	});
}
