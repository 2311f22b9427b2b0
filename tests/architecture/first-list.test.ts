import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STORE = ['rxdb', 'dexie', 'rxjs'];
/** What is on the screen with the first list. */
const FIRST_SCREEN = [
	'src/routes/+layout.svelte',
	'src/lib/start.ts',
	'src/routes/AccountShell.svelte',
	'src/routes/HomePage.svelte'
];

/** Packages and files that a file brings with it; what is loaded later by `import()` is not among them. */
function broughtWith(entry: string): { files: Set<string>; packages: Map<string, string> } {
	const files = new Set<string>();
	const packages = new Map<string, string>();
	const visit = (file: string) => {
		if (files.has(file)) return;
		files.add(file);
		const text = readFileSync(file, 'utf8');
		const imports = text.matchAll(
			/^\s*(?:import|export) (?!type )(?:([^'";]*?) from )?'([^']+)'/gm
		);
		for (const [, names = '', name = ''] of imports) {
			// A compiler takes it away.
			if (/^\{(?:\s*type [^,}]*,?)+\s*\}$/.test(names)) continue;
			const found = fileOf(name, file);
			if (found !== null) visit(found);
			else packages.set(name, path.relative(ROOT, file));
		}
	};
	visit(path.join(ROOT, entry));
	return { files, packages };
}

function fileOf(name: string, from: string): string | null {
	const [file, ending] = name.startsWith('#lib/')
		? [path.join(ROOT, 'src/lib', name.slice(5)), '']
		: name.startsWith('@outlay/domain/')
			? [path.join(ROOT, 'src/lib/domain', name.slice(15)), '.ts']
			: [path.resolve(path.dirname(from), name), ''];
	return name.startsWith('#') || name.startsWith('@outlay/') || name.startsWith('.')
		? existsSync(file + ending)
			? file + ending
			: null
		: null;
}

it('the start of the app brings no store with it: the first list is read without', () => {
	const { files, packages } = broughtWith('src/lib/start.ts');
	expect([...files].some((file) => file.endsWith('storage/first-look.ts'))).toBe(true);
	const store = [...packages].filter(([name]) => STORE.some((one) => name.split('/')[0] === one));
	expect(store).toEqual([]);
});

it('nothing on the first screen checks shapes: what is read was checked when it was written', () => {
	for (const entry of FIRST_SCREEN) {
		const { packages } = broughtWith(entry);
		expect([...packages].filter(([name]) => name.startsWith('typebox'))).toEqual([]);
	}
	expect([...broughtWith('src/lib/domain/document-schemas.ts').packages.keys()]).toContain(
		'typebox/value'
	);
});

it('the store is what opening an account brings', () => {
	const { packages } = broughtWith('src/lib/open-account.ts');
	expect([...packages.keys()]).toContain('rxdb/plugins/storage-dexie');
});
