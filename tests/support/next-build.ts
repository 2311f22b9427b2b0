import { createHash } from 'node:crypto';
import { cp, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes of a built app the one after it, as another `vite build` would: another version, another name for every script
 * and style, so that nothing the first one keeps can stand in for the second. Takes seconds where a build takes minutes.
 */
export async function makeNextBuild(from: string, to: string): Promise<void> {
	await cp(from, to, { recursive: true });
	const files = (await readdir(to, { recursive: true, withFileTypes: true }))
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath, entry.name));
	const named = files.filter((file) => file.includes(`${path.sep}immutable${path.sep}`));
	const names = new Map(named.map((file) => [path.basename(file), nextName(path.basename(file))]));
	const { version } = JSON.parse(await readFile(path.join(to, '_app/version.json'), 'utf8')) as {
		version: string;
	};
	const mentions = new RegExp(
		`(?<![\\w-])(${[...names.keys()].map((name) => name.replace(/[.+]/g, '\\$&')).join('|')})`,
		'g'
	);
	for (const file of files.filter((name) => /\.(js|css|html|json|webmanifest)$/.test(name))) {
		const text = (await readFile(file, 'utf8'))
			.replace(mentions, (name) => names.get(name) ?? name)
			.replaceAll(version, String(Number(version) + 1));
		await writeFile(file, file.endsWith('.html') ? withScriptHash(text) : text);
	}
	for (const file of named)
		await rename(file, path.join(path.dirname(file), nextName(path.basename(file))));
}

function nextName(name: string): string {
	const dot = name.lastIndexOf('.');
	return `${name.slice(0, dot)}-next${name.slice(dot)}`;
}

/** The page's policy names its script by hash. */
function withScriptHash(html: string): string {
	const script = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1];
	if (script === undefined) throw new Error('the page has no script of its own');
	const hash = createHash('sha256').update(script).digest('base64');
	return html.replace(/(script-src [^;]*?)'sha256-[^']+'/, `$1'sha256-${hash}'`);
}
