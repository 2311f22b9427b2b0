/** Hands a text to the person as a file of their own. */
export function saveFile(name: string, text: string, mediaType: string): void {
	const address = URL.createObjectURL(new Blob([text], { type: mediaType }));
	const link = document.createElement('a');
	link.href = address;
	link.download = name;
	link.click();
	// The browser has begun to read it by then.
	setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
