import type { Live } from '#lib/commands/ports.ts';

/**
 * Whether the device believes it has a network. Only a hint: false is true, but true may be a captive portal or a Wi-Fi
 * without internet.
 */
export function createConnectivity(): Live<boolean> {
	return {
		subscribe(run) {
			const tell = () => run(navigator.onLine);
			window.addEventListener('online', tell);
			window.addEventListener('offline', tell);
			tell();
			return () => {
				window.removeEventListener('online', tell);
				window.removeEventListener('offline', tell);
			};
		}
	};
}
