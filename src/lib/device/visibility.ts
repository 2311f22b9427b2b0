/** Calls `run` each time the person comes back to the page, out of the browser's page cache too. Returns how to stop. */
export function onReturn(run: () => void): () => void {
	const changed = () => {
		if (document.visibilityState === 'visible') run();
	};
	const shown = (event: PageTransitionEvent) => {
		if (event.persisted) run();
	};
	document.addEventListener('visibilitychange', changed);
	window.addEventListener('pageshow', shown);
	return () => {
		document.removeEventListener('visibilitychange', changed);
		window.removeEventListener('pageshow', shown);
	};
}

/** Resolves at once while the page is looked at, otherwise when it is again. */
export function untilVisible(): Promise<void> {
	if (document.visibilityState === 'visible') return Promise.resolve();
	return new Promise((resolve) => {
		const changed = () => {
			if (document.visibilityState !== 'visible') return;
			document.removeEventListener('visibilitychange', changed);
			resolve();
		};
		document.addEventListener('visibilitychange', changed);
	});
}
