/** Shows a number on the app's icon where the platform can; 0 takes it away. */
export function showBadge(count: number): void {
	const { setAppBadge, clearAppBadge } = navigator as Partial<
		Pick<Navigator, 'setAppBadge' | 'clearAppBadge'>
	>;
	const done = count > 0 ? setAppBadge?.call(navigator, count) : clearAppBadge?.call(navigator);
	// A browser may have it and still refuse, as in a tab that is not installed: there is no icon to mark then.
	done?.catch(() => undefined);
}
