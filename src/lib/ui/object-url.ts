import type { Attachment } from 'svelte/attachments';

/** Shows a blob in an `<img>` and lets its memory go when the picture leaves or changes. */
export function blobSource(blob: Blob): Attachment<HTMLImageElement> {
	return (image) => {
		const url = URL.createObjectURL(blob);
		image.src = url;
		return () => URL.revokeObjectURL(url);
	};
}
