import { refuse } from '@outlay/domain/refusal';
import { PROTOCOL_VERSION, type SessionView } from '@outlay/domain/session-view';
import type { Sessions } from '#lib/commands/ports.ts';
import type { SignedInMemory } from '#lib/storage/signed-in.ts';
import { codeOf, jsonOf } from './server-answer.ts';

const SIGN_IN_TIMEOUT_MS = 30_000;
const SIGN_OUT_TIMEOUT_MS = 5_000;
/** Signed out without network: the server's session is ended at the next start. It names nobody. */
const END_SESSION_LATER = 'outlay-end-session';
/** Signing out has begun to remove everything: a tab closed in the middle leaves the rest to the next start. */
const REMOVING = 'outlay-removing';
const REFUSALS = new Set(['sign_in.refused', 'sign_in.too_many', 'sign_in.incomplete']);

export interface SessionParts {
	memory: SignedInMemory;
	fetch: typeof globalThis.fetch;
	/** Stops what uses the account's database, and closes it. */
	closeAccount: () => Promise<void>;
	/** Deletes every database of this app. */
	removeEverything: () => Promise<void>;
}

/**
 * Removes what a signing out leaves on the device, also one that was cut off, and waits for another tab that is at it.
 * To be awaited before anything is read or anybody signs in: data without its key would look like a key that was
 * lost, and what the next person enters must never be taken for what was to be removed.
 */
export async function finishSigningOut(removeEverything: () => Promise<void>): Promise<void> {
	if (localStorage.getItem(REMOVING) === null) return;
	await navigator.locks.request(REMOVING, async () => {
		if (localStorage.getItem(REMOVING) === null) return;
		await removeEverything();
		localStorage.removeItem(REMOVING);
	});
}

/** Signing in and out. Who is signed in is remembered on the device; the cookie is the browser's. */
export function createSessions(parts: SessionParts): Sessions {
	const { memory, fetch } = parts;
	const endServerSession = async () => {
		localStorage.setItem(END_SESSION_LATER, 'yes');
		try {
			const { ok } = await fetch('/_outlay/session', {
				method: 'DELETE',
				signal: AbortSignal.timeout(SIGN_OUT_TIMEOUT_MS)
			});
			if (ok) localStorage.removeItem(END_SESSION_LATER);
		} catch {
			// No network: the mark stands, and the next start tries again.
		}
	};
	if (localStorage.getItem(END_SESSION_LATER) !== null) void endServerSession();

	return {
		current: memory.current,

		async signIn(companyCode, workEmail, password) {
			if ([companyCode, workEmail, password].some((part) => part.trim() === '')) {
				return refuse('sign_in.incomplete');
			}
			try {
				await finishSigningOut(parts.removeEverything);
				const response = await fetch('/_outlay/session', {
					method: 'POST',
					headers: { 'content-type': 'application/json', accept: 'application/json' },
					body: JSON.stringify({ companyCode, workEmail, password }),
					signal: AbortSignal.timeout(SIGN_IN_TIMEOUT_MS)
				});
				const answer = await jsonOf(response);
				if (response.ok && isOfAnotherVersion(answer)) return refuse('sign_in.other_version');
				if (response.ok && isSessionView(answer)) {
					localStorage.removeItem(END_SESSION_LATER);
					await memory.remember(answer);
					return { ok: true };
				}
				const code = codeOf(answer);
				return refuse(REFUSALS.has(code) ? code : 'sign_in.unreachable');
			} catch (error) {
				if (isOfTheDevice(error)) throw error;
				return refuse('sign_in.unreachable');
			}
		},

		async signOut() {
			await endServerSession();
			// Closed here before anybody hears of it: whoever follows the session would close it a second time.
			await parts.closeAccount();
			localStorage.setItem(REMOVING, 'yes');
			memory.announceSignedOut();
			await finishSigningOut(parts.removeEverything);
		}
	};
}

/** Databases of another version might be misread, so there is no first sign-in to them. */
function isOfAnotherVersion(answer: unknown): boolean {
	const { userId, protocolVersion } = (answer ?? {}) as Partial<SessionView>;
	return typeof userId === 'string' && protocolVersion !== PROTOCOL_VERSION;
}

function isSessionView(answer: unknown): answer is SessionView {
	const { userId, companyId, databases } = (answer ?? {}) as Partial<SessionView>;
	return (
		typeof userId === 'string' &&
		typeof companyId === 'string' &&
		typeof databases?.mailbox === 'string'
	);
}

/** A full disk is no matter of reaching the server. */
function isOfTheDevice(error: unknown): boolean {
	const { code } = (error ?? {}) as { code?: unknown };
	return typeof code === 'string' && code.startsWith('storage.');
}
