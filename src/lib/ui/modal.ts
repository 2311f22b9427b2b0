import type { Attachment } from 'svelte/attachments';

/**
 * Opens and closes a `<dialog>` as a modal: the platform keeps the focus inside, makes the rest inert, closes on
 * Escape and gives the focus back. A press beside the content closes too.
 */
export function modal(isOpen: boolean, onclose: () => void): Attachment<HTMLDialogElement> {
	return (dialog) => {
		if (isOpen && !dialog.open) {
			dialog.showModal();
			// The main thing first, not the button that closes.
			dialog.querySelector<HTMLElement>('[data-first]')?.focus();
		}
		if (!isOpen && dialog.open) dialog.close();
		const closed = () => {
			if (isOpen) onclose();
		};
		const pressed = (event: MouseEvent) => {
			if (event.target === dialog) dialog.close();
		};
		dialog.addEventListener('close', closed);
		dialog.addEventListener('click', pressed);
		return () => {
			dialog.removeEventListener('close', closed);
			dialog.removeEventListener('click', pressed);
		};
	};
}
