import type { Done } from '#lib/commands/app.ts';

/**
 * Runs a deed for a screen: what breaks underneath (a full disk, a closed database) comes back as a refusal with the
 * error's code, so that it is said in words and the person can try again.
 */
export async function attempt<T>(deed: () => Promise<Done<T>>): Promise<Done<T>> {
	try {
		return await deed();
	} catch (error) {
		return { ok: false, refusal: { code: codeOf(error) } };
	}
}

/** The stable code of a typed error; `unexpected` for anything else. */
export function codeOf(error: unknown): string {
	if (error instanceof DOMException && error.name === 'QuotaExceededError') return 'storage.full';
	if (typeof error === 'object' && error !== null && 'code' in error) {
		if (typeof error.code === 'string') return error.code;
	}
	return 'unexpected';
}
