import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { Position, TripGap } from '@outlay/domain/trip';
import RouteMap from '#lib/map/RouteMap.svelte';
import '../../../src/app.css';
import FollowingMap from './FollowingMap.svelte';

/** The first map of a run loads Leaflet and the coasts. */
const LOADING = { timeout: 60_000 };

const whole: Position[] = Array.from({ length: 200 }, (_, index) => [
	55.4 + Math.sin(index / 30) * 0.02,
	10.4 - index * 0.004
]);
const stretches = [whole.slice(0, 80), whole.slice(110)];
const gaps: TripGap[] = [{ fromMs: 0, toMs: 180_000, straightM: 4300 }];

const violations: string[] = [];

beforeAll(() => {
	// The app's own policy for style attributes; it can only be added to a page, never taken back.
	const policy = document.createElement('meta');
	policy.httpEquiv = 'Content-Security-Policy';
	policy.content = "style-src-attr 'none'; img-src 'self' data: blob:; connect-src 'self' ws:";
	document.head.append(policy);
	document.addEventListener('securitypolicyviolation', (event) =>
		violations.push(`${event.violatedDirective} ${event.blockedURI}`)
	);
});

afterEach(() => {
	document.documentElement.removeAttribute('data-theme');
});

function place(heightPx = 400): HTMLElement {
	const target = document.createElement('div');
	target.style.width = '380px';
	target.style.height = `${heightPx}px`;
	document.body.append(target);
	return target;
}

const drawn = (root: HTMLElement, className: string) =>
	root.querySelector(`path.${className}`)?.getAttribute('d') ?? '';

const countOf = (path: string, command: string) => path.split(command).length - 1;

async function ready(root: HTMLElement): Promise<void> {
	await expect.poll(() => root.querySelectorAll('canvas').length, LOADING).toBeGreaterThan(3);
}

/** The colour in the middle of the map, from the tile that lies there. */
function colourInMiddle(root: HTMLElement): string {
	const box = root.getBoundingClientRect();
	const x = box.left + box.width / 2 + 9;
	const y = box.top + box.height / 2 + 9;
	for (const canvas of root.querySelectorAll('canvas')) {
		const tile = canvas.getBoundingClientRect();
		if (x < tile.left || x >= tile.right || y < tile.top || y >= tile.bottom) continue;
		const scale = canvas.width / tile.width;
		const pixel = canvas
			.getContext('2d')!
			.getImageData((x - tile.left) * scale, (y - tile.top) * scale, 1, 1).data;
		return [...pixel.subarray(0, 3)].join(' ');
	}
	return 'no tile';
}

describe('RouteMap', () => {
	it('draws the route with its gap, start and stop, and says what it is', async () => {
		const target = place();
		const label = 'Route from Odense to Kolding, 64.6 km';
		await render(RouteMap, {
			target,
			props: { stretches, gaps, gapWords: () => 'Gap <3> min', label }
		});
		await ready(target);
		await expect.poll(() => countOf(drawn(target, 'route-line'), 'M')).toBe(2);
		expect(countOf(drawn(target, 'route-case'), 'M')).toBe(3);
		expect(countOf(drawn(target, 'route-gap'), 'M')).toBe(1);
		expect(target.querySelector('path.route-gap')?.getAttribute('stroke-dasharray')).toBeTruthy();
		expect(target.querySelectorAll('.route-start')).toHaveLength(1);
		expect(target.querySelectorAll('.route-stop')).toHaveLength(1);
		expect(target.querySelectorAll('.route-here')).toHaveLength(0);
		expect(target.querySelector('.route-gap-words')?.textContent).toBe('Gap <3> min');
		expect(target.querySelector('.leaflet-control-scale')?.textContent).toMatch(/^\d+ km$/);
		await expect.element(page.getByRole('group', { name: label })).toBeVisible();
		await expect.element(page.getByText('Natural Earth')).toBeVisible();

		const frame = target.getBoundingClientRect();
		for (const end of target.querySelectorAll('.route-start, .route-stop')) {
			const box = end.getBoundingClientRect();
			expect(box.left).toBeGreaterThanOrEqual(frame.left);
			expect(box.right).toBeLessThanOrEqual(frame.right);
		}
	});

	it('grows with the recording and shows where the person is and how exactly', async () => {
		const target = place();
		const live = (at: number) => ({ position: whole[at]!, accuracyM: 900 });
		const map = await render(RouteMap, {
			target,
			props: { stretches: [whole.slice(0, 2)], live: live(1), label: 'Recording' }
		});
		await ready(target);
		await expect.poll(() => countOf(drawn(target, 'route-line'), 'L')).toBe(1);
		const container = target.querySelector('.leaflet-container');
		const pane = target.querySelector('.leaflet-map-pane');
		await map.rerender({ stretches: [whole.slice(0, 60)], live: live(59) });
		await expect.poll(() => countOf(drawn(target, 'route-line'), 'L')).toBeGreaterThan(5);
		expect(target.querySelectorAll('.route-here')).toHaveLength(1);
		expect(target.querySelectorAll('path.route-accuracy')).toHaveLength(1);
		expect(target.querySelectorAll('.route-stop')).toHaveLength(0);
		expect(target.querySelector('.leaflet-container')).toBe(container);
		expect(target.querySelector('.leaflet-map-pane')).toBe(pane);

		await map.rerender({ stretches: [whole], live: null });
		await expect.poll(() => target.querySelectorAll('.route-stop').length).toBe(1);
		expect(target.querySelectorAll('.route-here')).toHaveLength(0);
		expect(target.querySelectorAll('path.route-accuracy')).toHaveLength(0);
	});

	it('follows until the person takes hold of it, and again when asked', async () => {
		const target = place();
		const map = await render(FollowingMap, {
			target,
			props: { stretches: [whole], position: whole[10]! }
		});
		await ready(target);
		const offCentrePx = () => {
			const here = target.querySelector('.route-here')?.getBoundingClientRect();
			const frame = target.getBoundingClientRect();
			return here
				? Math.abs(here.left + here.width / 2 - frame.left - frame.width / 2)
				: Number.POSITIVE_INFINITY;
		};
		await expect.poll(offCentrePx).toBeLessThan(2);
		await map.rerender({ position: whole[14]! });
		await expect.poll(offCentrePx).toBeLessThan(2);
		const follow = page.getByRole('button', { name: 'Follow my position' });
		await expect.element(follow).toHaveAttribute('aria-pressed', 'true');

		target.querySelector<HTMLElement>('.leaflet-container')!.focus();
		await userEvent.keyboard('{ArrowRight}');
		await expect.element(follow).toHaveAttribute('aria-pressed', 'false');
		await expect.poll(offCentrePx).toBeGreaterThan(20);

		await follow.click();
		await expect.element(follow).toHaveAttribute('aria-pressed', 'true');
		await expect.poll(offCentrePx).toBeLessThan(2);
	});

	it('zooms by keyboard and by button, and keeps what the person chose', async () => {
		const target = place();
		const map = await render(RouteMap, {
			target,
			props: { stretches: [whole.slice(0, 100)], label: 'Route' }
		});
		await ready(target);
		const scale = () => target.querySelector('.leaflet-control-scale')?.textContent;
		const atFirst = scale();
		await page.getByRole('button', { name: 'Zoom in' }).click();
		await page.getByRole('button', { name: 'Zoom in' }).click();
		await expect.poll(scale).not.toBe(atFirst);
		const closer = scale();
		await map.rerender({ stretches: [whole] });
		expect(scale()).toBe(closer);
		target.querySelector<HTMLElement>('.leaflet-container')!.focus();
		// While it is still moving, a press is none.
		await expect
			.poll(async () => {
				await userEvent.keyboard('-');
				return scale();
			})
			.not.toBe(closer);
	});

	it('follows the theme', async () => {
		const target = place();
		document.documentElement.dataset['theme'] = 'light';
		await render(RouteMap, { target, props: { stretches: [], label: 'Empty' } });
		await ready(target);
		await expect.poll(() => colourInMiddle(target), LOADING).toBe('243 243 238');
		document.documentElement.dataset['theme'] = 'dark';
		await expect.poll(() => colourInMiddle(target)).toBe('26 34 37');
	});

	it('shows land and water', async () => {
		const target = place();
		document.documentElement.dataset['theme'] = 'light';
		const inTheNorthSea: Position[] = [
			[55.6, 3.2],
			[56.6, 5.2]
		];
		await render(RouteMap, { target, props: { stretches: [inTheNorthSea], label: 'Sea' } });
		await ready(target);
		await expect.poll(() => colourInMiddle(target), LOADING).toBe('197 219 228');
	});

	it('fits the route once it gets room', async () => {
		const target = place();
		target.style.display = 'none';
		await render(RouteMap, { target, props: { stretches: [whole], label: 'Route' } });
		await expect.poll(() => target.querySelector('.leaflet-container'), LOADING).not.toBeNull();
		target.style.display = 'block';
		await expect
			.poll(() => target.querySelector('.leaflet-control-scale')?.textContent)
			.toBe('10 km');
		expect(drawn(target, 'route-line')).toContain('L');
	});

	it('leaves a picture of a route to the scrolling page', async () => {
		const target = place();
		await render(RouteMap, {
			target,
			props: { stretches: [whole], isInteractive: false, label: 'Route' }
		});
		await ready(target);
		expect(target.querySelectorAll('button')).toHaveLength(0);
		expect(target.querySelector('[tabindex]')).toBeNull();
		await expect.element(page.getByRole('img', { name: 'Route' })).toBeVisible();
	});

	it('comes and goes without a trace, also before it is loaded', async () => {
		const failures: unknown[] = [];
		const fail = (event: ErrorEvent | PromiseRejectionEvent) =>
			failures.push(event instanceof ErrorEvent ? (event.error as Error | null)?.stack : event);
		window.addEventListener('error', fail);
		window.addEventListener('unhandledrejection', fail);
		for (let round = 0; round < 5; round += 1) {
			const target = place();
			const map = await render(RouteMap, { target, props: { stretches, label: 'Route' } });
			if (round > 2) {
				await ready(target);
				target.querySelector<HTMLButtonElement>('button[aria-label="Zoom in"]')!.click();
				// Two frames later the zoom is under way.
				for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
			}
			await map.unmount();
			expect(target.querySelector('.leaflet-container')).toBeNull();
			// Leaflet ends a zoom by a timer of 250 ms, set before this one.
			if (round > 2) await new Promise((settle) => setTimeout(settle, 300));
		}
		const last = place();
		await render(RouteMap, { target: last, props: { stretches, label: 'Route' } });
		await ready(last);
		window.removeEventListener('error', fail);
		window.removeEventListener('unhandledrejection', fail);
		expect(failures).toEqual([]);
	});

	it('asks no other address, and sets no style attribute by markup', () => {
		const asked = performance
			.getEntriesByType('resource')
			.filter(({ name }) => new URL(name).origin !== window.location.origin)
			.filter(({ name }) => !name.startsWith('data:') && !name.startsWith('blob:'));
		expect(asked.map(({ name }) => name)).toEqual([]);
		expect(violations).toEqual([]);
	});
});
