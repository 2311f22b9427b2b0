import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readGpx } from '@outlay/domain/recordings/gpx';
import { readTimeline } from '@outlay/domain/recordings/timeline';
import { measureTrace, TRACE_METHOD } from '@outlay/domain/trace-distance';
import { fixOfRow } from '@outlay/domain/trace-fix';
import { routeOf } from '@outlay/domain/driven-route';
import { geoJsonOf, gpxOf } from '@outlay/domain/trip-files';
import type { FixRow } from '@outlay/domain/trip';
import { aTripBody } from '../../support/documents.ts';

const gpx = (inside: string) =>
	`<?xml version="1.0"?>\n<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">${inside}</gpx>`;
const point = (n: number, more = '') =>
	`<trkpt lat="55.${4000 + n}" lon='10.5'><time>2026-03-02T08:00:${String(n).padStart(2, '0')}Z</time>${more}</trkpt>`;

describe('GPX', () => {
	test('each track is a drive, with its name and segments; order and other members don’t matter', () => {
		const text = gpx(
			`<metadata><name>File</name></metadata>
			<wpt lat="1" lon="1"><name>no track</name></wpt>
			<trk><name>To K&amp;B <![CDATA[<now>]]></name>
			<trkseg>${point(3, '<hdop>1.2</hdop><extensions><x:speed>9.5</x:speed></extensions>')}${point(1)}</trkseg>
			<!-- <trkpt lat="9" lon="9"/> --><trkseg>${point(2, '<ele>12</ele>')}</trkseg></trk>
			<trk><trkseg>${point(40)}${point(41)}</trkseg></trk>`
		);
		const read = readGpx(text);
		expect(read).toMatchObject({ ok: true, value: { by: 'gpx' } });
		const { drives } = (read as Extract<typeof read, { ok: true }>).value;
		expect(drives.map(({ name }) => name)).toEqual(['', 'To K&B <now>']);
		const at = Date.parse('2026-03-02T08:00:00Z');
		expect(drives[1]!.fixes).toEqual([
			[at + 1000, 55.4001, 10.5, 10, null, null],
			[at + 2000, 55.4002, 10.5, 10, null, null],
			[at + 3000, 55.4003, 10.5, 6, 9.5, null]
		]);
	});

	test('with a prefix and single quotes it is the same', () => {
		const text = `<g:gpx xmlns:g="http://www.topografix.com/GPX/1/1"><g:trk><g:trkseg>
			<g:trkpt lat='55' lon='10'><g:time>2026-03-02T08:00:00Z</g:time></g:trkpt>
			<g:trkpt lat='55.1' lon='10'><g:time>2026-03-02T08:01:00Z</g:time></g:trkpt></g:trkseg></g:trk></g:gpx>`;
		expect(readGpx(text)).toMatchObject({ value: { drives: [{ fixes: [{}, {}] }] } });
	});

	test.each([
		['no GPX', '<html><body>Not found</body></html>', 'import.unknown'],
		['half a file', gpx(`<trk><trkseg>${point(1)}`).replace('</gpx>', ''), 'import.broken'],
		['tags that cross', gpx(`<trk><trkseg>${point(1)}</trk></trkseg>`), 'import.broken'],
		['entities of its own', `<!DOCTYPE gpx [<!ENTITY a "b">]>${gpx('')}`, 'import.broken'],
		['no track', gpx('<wpt lat="1" lon="1"/>'), 'import.no_drives'],
		[
			'a planned route',
			gpx('<trk><trkseg><trkpt lat="1" lon="1"/><trkpt lat="1" lon="2"></trkpt></trkseg></trk>'),
			'import.no_times'
		],
		[
			'places beyond the Earth',
			gpx(
				'<trk><trkseg><trkpt lat="91" lon="1"><time>2026-03-02T08:00:00Z</time></trkpt></trkseg></trk>'
			),
			'import.no_times'
		]
	])('%s is refused', (_, text, code) => {
		expect(readGpx(text)).toMatchObject({ ok: false, refusal: { code } });
	});

	test('whatever text comes, there is an answer', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), (a, b) => {
				readGpx(gpx(`<trk>${a}<trkpt lat="1" lon="1">${b}`));
				readTimeline(a);
			})
		);
	});

	test('a trip that was written is read back fix for fix', () => {
		const rows: FixRow[] = Array.from({ length: 120 }, (_, n) => [
			1_772_438_400_000 + n * 1000 + (n > 60 ? 300_000 : 0),
			55.4 + n * 0.0003,
			10.4,
			5,
			null,
			null
		]);
		const measured = { ...measureTrace(rows.map(fixOfRow)), stretches: [] };
		const route = routeOf('trip:w:1', aTripBody(), measured);
		expect(route.gaps).toHaveLength(1);
		const text = gpxOf('A <b> & "c" \u0000', rows, route);
		expect(text.match(/<trkseg>/g)).toHaveLength(2);
		const read = readGpx(text);
		expect(read).toMatchObject({ value: { drives: [{ name: 'A <b> & "c"' }] } });
		const [drive] = (read as Extract<typeof read, { ok: true }>).value.drives;
		expect(drive!.fixes.map(([time, lat]) => [time, lat.toFixed(6)])).toEqual(
			rows.map(([time, lat]) => [time, lat.toFixed(6)])
		);
	});
});

describe('GeoJSON', () => {
	test('has the line with its figures and each gap with its source, longitude first', () => {
		const route = {
			...routeOf('trip:w:1', aTripBody(), {
				...measureTrace([]),
				gaps: [{ fromMs: 1000, toMs: 61_000, straightM: 800 }],
				stretches: [
					[
						[55, 10],
						[55.1, 10.1]
					],
					[
						[55.2, 10.2],
						[55.3, 10.3]
					]
				] as [number, number][][]
			})
		};
		const { features } = JSON.parse(geoJsonOf('Name', route)) as { features: object[] };
		expect(features).toMatchObject([
			{
				geometry: { type: 'MultiLineString' },
				properties: { name: 'Name', method: TRACE_METHOD }
			},
			{
				geometry: {
					coordinates: [
						[10.1, 55.1],
						[10.2, 55.2]
					]
				},
				properties: { gap: true, distanceM: 800, by: 'unanswered' }
			}
		]);
	});
});
