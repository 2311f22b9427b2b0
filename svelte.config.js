import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
const config = {
	preprocess: vitePreprocess(),
	compilerOptions: { runes: true },
	kit: {
		// A single-page app: every unknown page address is answered by the fallback page.
		adapter: adapter({ fallback: '200.html' }),
		// Registered by hand, so that the update prompt is ours to show.
		serviceWorker: { register: false },
		csp: {
			// Hashes in a meta tag; the server's header adds frame-ancestors, which a meta tag may not carry.
			mode: 'hash',
			directives: {
				'default-src': ['self'],
				'script-src': ['self', 'wasm-unsafe-eval'],
				// The hash is of the one style attribute in SvelteKit's own page announcer; nothing else may be inline.
				'style-src': [
					'self',
					'unsafe-hashes',
					'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='
				],
				// SvelteKit's page announcer carries this one style attribute; no other is let through.
				'style-src-attr': ['unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
				'img-src': ['self', 'blob:', 'data:'],
				'connect-src': ['self'],
				'worker-src': ['self'],
				'object-src': ['none'],
				'base-uri': ['none'],
				'form-action': ['self']
			}
		},
		typescript: {
			// The generated config covers src and tests; the root config files and plain scripts join it.
			config: (generated) => ({
				...generated,
				include: [
					...generated.include,
					'../*.config.ts',
					'../*.config.js',
					'../tests/**/*.js',
					'../tests/**/*.cjs'
				],
				exclude: [...generated.exclude, '../src/lib/workers/*.worker.ts']
			})
		}
	}
};

export default config;
