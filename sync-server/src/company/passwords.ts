import { hash, verify } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Longer passwords only cost time; nobody types them. */
export const LONGEST_PASSWORD = 1000;

/** Hashes under way at once: they fill the threads that the store needs too. */
const AT_ONCE = 2;
const LONGEST_QUEUE = 100;

/** More sign-ins wait than the machine can check. */
export class SignInsOverloaded extends Error {
	readonly code = 'sign_in.overloaded';

	constructor() {
		super('Too many sign-ins wait to be checked.');
		this.name = 'SignInsOverloaded';
	}
}

let running = 0;
const waiting: (() => void)[] = [];

/** argon2id in its text form, with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
	return taken(() => hash(password.normalize('NFC'), COST));
}

/**
 * Whether the password is the one that was hashed. Without a hash (nobody has that name) it takes as long and says
 * no. Throws `SignInsOverloaded` when too many wait.
 */
export async function verifyPassword(
	passwordHash: string | null,
	password: string
): Promise<boolean> {
	const isPossible = password.length > 0 && password.length <= LONGEST_PASSWORD;
	const against = passwordHash ?? (await nobodysHash());
	const isRight = await taken(() =>
		verify(against, isPossible ? password.normalize('NFC') : 'no password at all')
	);
	return isRight && isPossible && passwordHash !== null;
}

let nobodys: Promise<string> | null = null;

function nobodysHash(): Promise<string> {
	nobodys ??= hashPassword(randomBytes(16).toString('hex'));
	return nobodys;
}

async function taken<T>(work: () => Promise<T>): Promise<T> {
	if (running >= AT_ONCE) {
		if (waiting.length >= LONGEST_QUEUE) throw new SignInsOverloaded();
		await new Promise<void>((go) => waiting.push(go));
	} else {
		running += 1;
	}
	try {
		return await work();
	} finally {
		const next = waiting.shift();
		// Who waits takes over the place; it is not given back in between.
		if (next) next();
		else running -= 1;
	}
}
