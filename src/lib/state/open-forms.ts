import type { Autosave } from './autosave.svelte.ts';

type Form = Pick<Autosave<object>, 'flush' | 'failure'>;
/** What is on the screen and may hold something unstored. */
const forms = new Set<Form>();

/**
 * Flushes when the page may be about to go away, hidden or left, and on return, when there may be room again; and
 * whenever the account is about to be closed. Returns how to stop.
 */
export function flushWhenLeaving(form: Form): () => void {
	const flush = () => void form.flush();
	forms.add(form);
	document.addEventListener('visibilitychange', flush);
	window.addEventListener('pagehide', flush);
	return () => {
		document.removeEventListener('visibilitychange', flush);
		window.removeEventListener('pagehide', flush);
		forms.delete(form);
		flush();
	};
}

/** Stores what stands in forms; false when something could not be, as on a full disk. */
export async function saveForms(): Promise<boolean> {
	await Promise.all([...forms].map((form) => form.flush()));
	return [...forms].every(({ failure }) => failure === null);
}
