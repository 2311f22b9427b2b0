/**
 * Installs what is missing before `npm start` and `npm test` go on. Plain JavaScript without a package, since nothing
 * may be installed yet.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Does nothing while the lock file is not newer than the last install. Throws with a sentence on failure. */
export function installPackages() {
	const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
	if (major < 20 || (major === 20 && minor < 19)) {
		throw new Error(
			`Outlay needs Node 20.19 or newer; this is ${process.version}. See https://nodejs.org.`
		);
	}
	const installedMs = modifiedMs(path.join(ROOT, 'node_modules/.package-lock.json'));
	const lockMs = modifiedMs(path.join(ROOT, 'package-lock.json'));
	if (installedMs > 0 && installedMs >= lockMs) return;
	console.log('Installing packages. This takes a minute or two the first time.');
	// A lock file made against a registry without some platforms' packages is refused by `npm ci`; `npm install` takes
	// the same versions from it and adds what is missing, here without writing the file.
	if (lockMs > 0 && npm(['ci', '--loglevel=silent'])) return;
	if (npm(['install', '--no-save', '--loglevel=error'])) return;
	throw new Error('The packages could not be installed. The lines above say why; then try again.');
}

/**
 * When a file was last changed; 0 when it is not there.
 * @param {string} file
 */
export function modifiedMs(file) {
	return existsSync(file) ? statSync(file).mtimeMs : 0;
}

/**
 * Whether npm did it.
 * @param {string[]} args
 */
function npm(args) {
	// The build needs development packages, also where NODE_ENV says production.
	const all = [...args, '--include=dev', '--no-audit', '--no-fund'];
	const own = process.env['npm_execpath'];
	const { status } = own
		? spawnSync(process.execPath, [own, ...all], { cwd: ROOT, stdio: 'inherit' })
		: spawnSync('npm', all, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' });
	return status === 0;
}
