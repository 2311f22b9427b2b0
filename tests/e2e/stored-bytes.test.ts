/**
 * In a real browser: whatever is stored, by whomever, never runs on our origin, and a page of another origin writes
 * nothing with a person's cookie.
 */

import { expect, test, type BrowserContext, type Page, type Route } from '@playwright/test';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { blobId } from '@outlay/domain/identifiers';
import {
	AS_ADMINISTRATOR,
	remove,
	startServer,
	temporaryDirectory,
	type TestServer
} from '../support/server.ts';
import { sha256Of, TestPerson } from '../support/test-person.ts';

/** Says so wherever it runs: the console is open to it under any policy. */
const RUN = 'console.log("RAN " + location.href);';
const HOSTILE: Record<string, { type: string; text: string }> = {
	'page.html': {
		type: 'text/html',
		text: `<!doctype html><title>x</title><script>${RUN}</script><img src="nothing:" onerror='${RUN}'>`
	},
	'picture.svg': {
		type: 'image/svg+xml',
		text: `<svg xmlns="http://www.w3.org/2000/svg" onload='${RUN}'><script>${RUN}</script></svg>`
	},
	'paper.xml': {
		type: 'application/xml',
		text: `<a><script xmlns="http://www.w3.org/1999/xhtml">${RUN}</script></a>`
	},
	'page.xhtml': {
		type: 'application/xhtml+xml',
		text: `<html xmlns="http://www.w3.org/1999/xhtml"><body><script>${RUN}</script></body></html>`
	},
	'script.js': { type: 'text/javascript', text: RUN },
	'page as text': { type: 'text/plain', text: `<!doctype html><script>${RUN}</script>` },
	'page as picture': { type: 'image/png', text: `<!doctype html><script>${RUN}</script>` },
	'page of no kind': { type: 'x', text: `<!doctype html><script>${RUN}</script>` }
};
const EMPTY_PAGE = '<!doctype html><meta charset="utf-8"><title>page</title><body></body>';

let directory: string;
let server: TestServer;
let jonas: TestPerson;
/** Serves the same bytes as anybody would: what this origin shows runs. */
let careless: Server;
let ran: string[];

test.beforeAll(async () => {
	directory = await temporaryDirectory();
	// A page of ours without the app's own policy: as if somebody had got into the app.
	const appDirectory = path.join(directory, 'app');
	await mkdir(appDirectory);
	await writeFile(path.join(appDirectory, '200.html'), EMPTY_PAGE);
	server = await startServer({ dataDir: path.join(directory, 'data'), appDirectory });
	jonas = await TestPerson.signIn(server, 'jonas');
	for (const database of ['kept', jonas.mailbox]) {
		await fetch(`${server.url}/${database}`, { method: 'PUT', headers: AS_ADMINISTRATOR });
		const _attachments = Object.fromEntries(
			Object.entries(HOSTILE).map(([name, { type, text }]) => [
				name,
				{ content_type: type, data: Buffer.from(text).toString('base64') }
			])
		);
		const answer = await fetch(`${server.url}/${database}/hostile`, {
			method: 'PUT',
			headers: { ...AS_ADMINISTRATOR, 'content-type': 'application/json' },
			body: JSON.stringify({ _attachments })
		});
		expect(answer.status).toBe(201);
	}
	careless = createServer((request, response) => {
		const name = decodeURIComponent((request.url ?? '').split('/').at(-1) ?? '');
		const { type, text } = HOSTILE[name] ?? { type: 'text/html', text: EMPTY_PAGE };
		response.writeHead(200, { 'content-type': type }).end(text);
	});
	await new Promise<void>((resolve) => careless.listen(0, '127.0.0.1', resolve));
});
test.afterAll(async () => {
	careless.close();
	await server.stop();
	await remove(directory);
});
test.beforeEach(async ({ context }) => {
	ran = [];
	const [name = '', value = ''] = jonas.cookie.split('=');
	await context.addCookies([{ name, value, url: server.url, httpOnly: true }]);
	listen(context);
});

function listen(context: BrowserContext): void {
	context.on('console', (message) => {
		if (message.text().startsWith('RAN ')) ran.push(message.text());
	});
}

const carelessUrl = () => `http://127.0.0.1:${String((careless.address() as AddressInfo).port)}`;

/** Everything a page may do with an address to make it run; resolves once each has ended one way or the other. */
async function embedEverywhere(onPage: Page, address: string): Promise<void> {
	await onPage.evaluate(async (url) => {
		const ended = (element: HTMLElement) =>
			new Promise<void>((resolve) => {
				element.onload = () => resolve();
				element.onerror = () => resolve();
				document.body.append(element);
				// An object or embed that is refused may say nothing at all.
				setTimeout(resolve, 2_000);
			});
		const make = (tag: string, members: object) =>
			Object.assign(document.createElement(tag), members);
		const elements = [
			make('iframe', { src: url }),
			make('iframe', { src: url, srcdoc: `<script src="${url}"></script>` }),
			make('img', { src: url }),
			make('script', { src: url }),
			make('script', { src: url, type: 'module' }),
			make('link', { href: url, rel: 'stylesheet' }),
			make('object', { data: url }),
			make('embed', { src: url })
		];
		const worker = (start: () => Worker) =>
			new Promise<void>((resolve) => {
				const started = start();
				started.onerror = () => resolve();
				setTimeout(resolve, 2_000);
			});
		const code = `importScripts(${JSON.stringify(new URL(url, location.href).href)})`;
		await Promise.all([
			...elements.map(ended),
			import(/* @vite-ignore */ url).catch(() => undefined),
			worker(() => new Worker(url)),
			worker(() => new Worker(url, { type: 'module' })),
			worker(() => new Worker(URL.createObjectURL(new Blob([code])))),
			navigator.serviceWorker?.register(url).catch(() => undefined)
		]);
	}, address);
}

test.describe('stored bytes', () => {
	test('would run where nobody cares: the look at them sees it', async ({ page }) => {
		for (const name of ['page.html', 'picture.svg', 'paper.xml', 'page.xhtml']) {
			await page.goto(`${carelessUrl()}/${name}`);
			await expect.poll(() => ran.some((line) => line.endsWith(name))).toBe(true);
		}
		await page.goto(`${carelessUrl()}/`);
		ran = [];
		await embedEverywhere(page, `${carelessUrl()}/script.js`);
		await expect.poll(() => ran.length).toBeGreaterThan(4);
	});

	for (const name of Object.keys(HOSTILE)) {
		test(`never run on our origin: ${name}`, async ({ page }) => {
			for (const database of ['kept', jonas.mailbox]) {
				await neverRuns(page, `/${database}/hostile/${encodeURIComponent(name)}`);
			}
		});
	}

	test('of people are of few kinds, and never run either', async ({ page }) => {
		for (const { type, text } of [
			...Object.values(HOSTILE),
			{ type: 'application/pdf', text: HOSTILE['page.html']?.text ?? '' }
		]) {
			const bytes = Buffer.from(text);
			const id = blobId(sha256Of(bytes));
			const { status } = await jonas.putPicture(bytes, type, id);
			const isListed = type === 'image/png' || type === 'application/pdf';
			expect([type, status]).toEqual([type, isListed ? 201 : 403]);
			if (isListed) await neverRuns(page, `/${jonas.mailbox}/${encodeURIComponent(id)}/data`);
		}
	});
});

async function neverRuns(page: Page, address: string): Promise<void> {
	await page.goto(`${server.url}${address}`);
	// Asked for as bytes, and shown as a page of its own.
	const asBytes = (route: Route) =>
		route.continue({ headers: { ...route.request().headers(), accept: '*/*' } });
	await page.route(`**${address}`, asBytes);
	await page.goto(`${server.url}${address}`).catch(() => undefined);
	await page.unroute(`**${address}`, asBytes);
	await page.goto(`${server.url}/`);
	const status = await page.evaluate(async (url) => (await fetch(url)).status, address);
	// Jonas may read his mailbox, and no database of the administrator.
	expect(status).toBe(address.startsWith('/kept') ? 404 : 200);
	await embedEverywhere(page, address);
	expect(ran).toEqual([]);
	const workers = await page.evaluate(
		async () => (await navigator.serviceWorker.getRegistrations()).length
	);
	expect(workers).toBe(0);
}

test.describe('a page of another origin', () => {
	test('writes nothing with the cookie of a person', async ({ page }) => {
		await page.goto(`${server.url}/`);
		const write = (url: string) =>
			page.evaluate(async (address) => {
				const answer = await fetch(address, {
					method: 'POST',
					headers: { 'content-type': 'application/json' },
					body: '{"_id":"_local/mine"}'
				});
				return answer.status;
			}, url);
		// A page of ours may ask, with the same cookie.
		expect(await write(`${server.url}/${jonas.mailbox}/_all_docs`)).toBe(200);

		const before = await jonas.ids();
		const other = carelessUrl();
		for (const origin of [other, other.replace('127.0.0.1', 'localhost')]) {
			const expense = jonas.document('transaction', jonas.newId('transaction'), jonas.expense());
			const json = JSON.stringify(expense);
			const targets = [
				{ url: `${server.url}/${jonas.mailbox}`, body: json },
				{ url: `${server.url}/${jonas.mailbox}/_bulk_docs`, body: `{"docs":[${json}]}` },
				{ url: `${server.url}/_outlay/session`, body: JSON.stringify(jonas.card) }
			];
			await page.goto(`${origin}/`);
			const sent: string[] = [];
			page.on('requestfinished', (request) => sent.push(request.url()));
			await page.evaluate(async (asked) => {
				const types = ['text/plain', 'application/json', 'application/x-www-form-urlencoded'];
				for (const { url, body } of asked) {
					for (const type of types) {
						for (const mode of ['no-cors', 'cors'] as const) {
							await fetch(url, {
								method: 'POST',
								mode,
								credentials: 'include',
								headers: { 'content-type': type },
								body
							}).catch(() => undefined);
						}
						navigator.sendBeacon(url, new Blob([body], { type }));
					}
					for (const method of ['PUT', 'DELETE']) {
						const init = { method, body, credentials: 'include' } as const;
						await fetch(url, init).catch(() => undefined);
					}
				}
			}, targets);
			// A form: JSON as the name of a field, sent as text; it takes the page along.
			for (const { url, body } of targets) {
				await page.goto(`${origin}/`);
				const [answer] = await Promise.all([
					page.waitForResponse((response) => response.url() === url),
					page.waitForEvent('load'),
					page.evaluate(
						([action, text]) => {
							const form = document.createElement('form');
							Object.assign(form, { method: 'POST', enctype: 'text/plain', action });
							const field = document.createElement('input');
							field.name = (text ?? '').replace(/\}$/, ',"x":"');
							field.value = '"}';
							form.append(field);
							document.body.append(form);
							form.submit();
						},
						[url, body]
					)
				]);
				expect(answer.status()).toBe(403);
			}
			// They did reach the server, which refused them.
			expect(sent.length).toBeGreaterThan(0);
		}
		expect(await jonas.ids()).toEqual(before);
		expect((await jonas.request('GET', '/_outlay/session')).status).toBe(200);
	});
});
