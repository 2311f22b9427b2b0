/** The time now, told again each second while `isRunning`. Call while a component is set up. */
export function ticking(isRunning: () => boolean): { readonly nowMs: number } {
	let nowMs = $state(Date.now());
	$effect(() => {
		if (!isRunning()) return;
		nowMs = Date.now();
		const timer = setInterval(() => (nowMs = Date.now()), 1000);
		return () => clearInterval(timer);
	});
	return {
		get nowMs() {
			return nowMs;
		}
	};
}
