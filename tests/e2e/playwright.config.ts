import { defineConfig } from '@playwright/test';

/** The built app on the real server: every test starts its own, on a port and in a folder of its own. */
export default defineConfig({
	testDir: '.',
	testMatch: '**/*.test.ts',
	outputDir: '../../test-results/end-to-end',
	fullyParallel: true,
	workers: 2,
	forbidOnly: Boolean(process.env['CI']),
	reporter: 'list',
	// No measure of anything: the longest tests take a minute alone, and five beside other work.
	timeout: 600_000,
	expect: { timeout: 30_000 },
	use: {
		locale: 'en-GB',
		timezoneId: 'Europe/Copenhagen',
		viewport: { width: 390, height: 844 },
		trace: 'retain-on-failure',
		launchOptions: {
			// Debian's Chromium; nothing is downloaded. Root needs --no-sandbox.
			executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
			args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update']
		}
	}
});
