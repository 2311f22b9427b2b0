import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default defineConfig(
	globalIgnores([
		'.svelte-kit/',
		'build/',
		'coverage/',
		'data/',
		'playwright-report/',
		'test-results/',
		'src/lib/paraglide/'
	]),
	js.configs.recommended,
	ts.configs.recommendedTypeChecked,
	svelte.configs.recommended,
	prettier,
	svelte.configs.prettier,
	{
		languageOptions: {
			globals: { ...globals.browser, ...globals.node },
			parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] }
		},
		rules: {
			// TypeScript resolves names better than ESLint does.
			'no-undef': 'off',
			'no-console': 'error',
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/switch-exhaustiveness-check': 'error',
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', varsIgnorePattern: '^_' }
			],
			// Without a base path `resolve()` changes nothing, and it does not take computed addresses.
			'svelte/no-navigation-without-resolve': 'off'
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } }
	},
	{
		files: ['src/lib/domain/**'],
		rules: {
			'no-restricted-globals': [
				'error',
				...['window', 'document', 'navigator', 'indexedDB', 'fetch', 'crypto', 'process'].map(
					(name) => ({ name, message: 'The domain is pure: pass it in as an argument.' })
				)
			]
		}
	},
	// Each component makes TypeScript start over: half of the minutes of lint. svelte-check sees their types.
	{ files: ['**/*.js', '**/*.cjs', '**/*.svelte'], extends: [ts.configs.disableTypeChecked] },
	{
		files: [
			'sync-server/src/main.ts',
			'sync-server/src/regions/build-roads.ts',
			'sync-server/src/commands/**',
			'sync-server/test/{crash-test,serve-store}.ts',
			'sync-server/*.js',
			'tests/run.js',
			'tests/integration/faults/chaos.ts',
			'tests/bench/**',
			'tests/conformance/**'
		],
		rules: { 'no-console': 'off' }
	}
);
