import fastifyStatic, { type FastifyStaticOptions } from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { statSync } from 'node:fs';
import path from 'node:path';
import { parseDatabaseName } from '@outlay/domain/addresses';
import { PAGE_POLICY, SCRIPT_POLICY } from './security-headers.ts';

/** The page every address of the app begins with. */
const PAGE = '200.html';

/**
 * The built app at the root of the address space: `GET` and `HEAD` answer an existing file, else, where `Accept`
 * names `text/html`, the app's page; everything else goes on to CouchDB's addresses.
 */
export async function registerAppFiles(app: FastifyInstance, directory: string): Promise<void> {
	const root = path.resolve(directory);
	// Without a root of its own: the app may be built after the start.
	await app.register(fastifyStatic, { serve: false } as FastifyStaticOptions);

	// Whoever gets a file is not passed on. A hook that gives a promise would wait for the answer's end, and take a page
	// that goes away in the middle of it for a failure to answer.
	app.addHook('onRequest', (request, reply, goOn) => {
		const asked =
			request.method === 'GET' || request.method === 'HEAD' ? filePathOf(request) : null;
		if (asked === null) goOn();
		else if (asked !== '' && isFile(path.join(root, asked))) sendAppFile(reply, root, asked);
		else if (!request.headers.accept?.includes('text/html')) goOn();
		else if (isFile(path.join(root, PAGE))) sendAppFile(reply, root, PAGE);
		else {
			void reply
				.code(503)
				.header('content-type', 'text/plain; charset=utf-8')
				.send('The app is not built yet. Run "npm run build", then load this page again.\n');
		}
	});
}

/** The file a request may mean, below the app's directory; null for addresses that are never the app's. */
function filePathOf(request: FastifyRequest): string | null {
	const [address = ''] = request.url.split('?');
	let decoded: string;
	try {
		decoded = decodeURIComponent(address);
	} catch {
		return null;
	}
	const parts = decoded.split('/').filter((part) => part !== '');
	if (parts[0] === '_outlay') return null;
	const isOdd = parts.some((part) => part.startsWith('.') || /[\0\\]/.test(part));
	// Documents are asked for often, and none of them is a file of the app.
	if (isOdd || parseDatabaseName(parts[0] ?? '') !== null) return '';
	return parts.join('/');
}

/** At once: for every answer a wait for a free thread takes longer than the look itself. */
function isFile(file: string): boolean {
	try {
		return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
	} catch {
		return false;
	}
}

function sendAppFile(reply: FastifyReply, root: string, file: string): void {
	const isImmutable = file.startsWith('_app/immutable/');
	void reply.header(
		'cache-control',
		isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache'
	);
	if (file.endsWith('.html')) void reply.header('content-security-policy', PAGE_POLICY);
	else {
		// An existing file is the same whatever is accepted. With `Vary` the service worker's cache, filled with
		// one Accept header, would not answer a stylesheet or an icon asked for with another.
		reply.raw.removeHeader('vary');
	}
	if (/\.m?js$/.test(file)) void reply.header('content-security-policy', SCRIPT_POLICY);
	void reply.sendFile(file, root, { cacheControl: false });
}
