import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readGpx } from '@outlay/domain/recordings/gpx';
import { splitAtStays } from '@outlay/domain/recordings/recorded-file';
import { readTimeline } from '@outlay/domain/recordings/timeline';
import { measureTrace } from '@outlay/domain/trace-distance';
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
		['no GPX', '<html><body>Not found</body></html>', 'import.broken'],
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
				properties: { name: 'Name', method: 'kalman-rts@1' }
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

describe('Google Timeline', () => {
	const [start, end] = ['2026-03-02T08:00:00.000Z', '2026-03-02T08:30:00.000Z'];

	test('months of Semantic Location History', () => {
		const text = JSON.stringify({
			timelineObjects: [
				{ placeVisit: { location: {} } },
				{
					activitySegment: {
						startLocation: { latitudeE7: 554000000, longitudeE7: 104000000 },
						endLocation: { latitudeE7: 555000000, longitudeE7: 104000000 },
						duration: { startTimestamp: start, endTimestamp: end },
						activityType: 'IN_PASSENGER_VEHICLE',
						simplifiedRawPath: {
							points: [
								{
									latE7: 554500000,
									lngE7: 104100000,
									timestamp: '2026-03-02T08:15:00Z',
									accuracyMeters: 7
								}
							]
						}
					}
				}
			]
		});
		expect(readTimeline(text)).toMatchObject({
			value: {
				by: 'timeline',
				drives: [
					{
						name: 'in passenger vehicle',
						fixes: [
							[Date.parse(start), 55.4, 10.4, 30, null, null],
							[Date.parse('2026-03-02T08:15:00Z'), 55.45, 10.41, 7, null, null],
							[Date.parse(end), 55.5, 10.4, 30, null, null]
						]
					}
				]
			}
		});
	});

	test('what an Android phone exports, with path points and raw signals of that time only', () => {
		const text = JSON.stringify({
			semanticSegments: [
				{
					startTime: start,
					endTime: end,
					activity: {
						start: { latLng: '55.4°, 10.4°' },
						end: { latLng: '55.5°, 10.4°' },
						topCandidate: { type: 'IN_BUS' }
					}
				},
				{
					startTime: start,
					endTime: end,
					timelinePath: [
						{ point: '55.43°, 10.42°', time: '2026-03-02T09:10:00.000+01:00' },
						{ point: '1°, 1°', time: '2026-03-02T12:00:00.000+01:00' }
					]
				}
			],
			rawSignals: [
				{ wifiScan: {} },
				{
					position: {
						LatLng: '55.45°, 10.44°',
						accuracyMeters: 9,
						timestamp: '2026-03-02T08:20:00Z',
						speedMetersPerSecond: 12
					}
				}
			]
		});
		expect(readTimeline(text)).toMatchObject({
			value: {
				drives: [
					{
						name: 'in bus',
						fixes: [
							[Date.parse(start), 55.4, 10.4, 30, null, null],
							[Date.parse('2026-03-02T08:10:00Z'), 55.43, 10.42, 30, null, null],
							[Date.parse('2026-03-02T08:20:00Z'), 55.45, 10.44, 9, 12, null],
							[Date.parse(end), 55.5, 10.4, 30, null, null]
						]
					}
				]
			}
		});
	});

	test('what an iPhone exports', () => {
		const text = JSON.stringify([
			{
				startTime: start,
				endTime: end,
				activity: { start: 'geo:55.4,10.4', end: 'geo:55.5,10.4', distanceMeters: '12000' }
			},
			{
				startTime: start,
				endTime: end,
				timelinePath: [{ point: 'geo:55.45,10.41', durationMinutesOffsetFromStartTime: '12' }]
			}
		]);
		const read = readTimeline(text);
		expect(read).toMatchObject({ value: { drives: [{ fixes: [{}, {}, {}] }] } });
	});

	test('the endless log of Records.json is taken apart where the person stayed', () => {
		const at = (minutes: number, north: number) => ({
			latitudeE7: Math.round((55.4 + north) * 1e7),
			longitudeE7: 104000000,
			accuracy: 8,
			timestamp: new Date(Date.parse(start) + minutes * 60_000).toISOString()
		});
		const locations = [
			...Array.from({ length: 10 }, (_, n) => at(n, n * 0.01)),
			...Array.from({ length: 10 }, (_, n) => at(10 + n * 3, 0.09)),
			...Array.from({ length: 10 }, (_, n) => at(40 + n, 0.09 - (n + 1) * 0.01))
		];
		const read = readTimeline(JSON.stringify({ locations }));
		const { drives } = (read as Extract<typeof read, { ok: true }>).value;
		expect(drives).toHaveLength(2);
		const lengths = drives.map(({ fixes }) => fixes.at(-1)![1] - fixes[0]![1]);
		expect(lengths[0]).toBeCloseTo(-0.1, 5);
		expect(lengths[1]).toBeCloseTo(0.09, 5);
		// Old exports wrote times as numbers of milliseconds in words.
		const old = locations.map(({ timestamp, ...rest }) => ({
			...rest,
			timestampMs: String(Date.parse(timestamp))
		}));
		expect(readTimeline(JSON.stringify({ locations: old }))).toEqual(read);
	});

	test('nothing is lost or doubled between drives but the place of the stay', () => {
		const walk = fc.array(
			fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: -3, max: 3 })),
			{ minLength: 2, maxLength: 60 }
		);
		fc.assert(
			fc.property(walk, (steps) => {
				let [timeMs, latitude] = [1_700_000_000_000, 55];
				const rows = steps.map(([seconds, north]): FixRow => {
					timeMs += seconds * 1000;
					latitude += north * 0.001;
					return [timeMs, latitude, 10, 5, null, null];
				});
				const drives = splitAtStays(rows);
				const times = drives.map((drive) => [drive[0]![0], drive.at(-1)![0]]);
				for (const [n, [from]] of times.entries()) {
					const before = times[n - 1]?.[1] ?? 0;
					expect(from!).toBeGreaterThanOrEqual(before);
				}
			})
		);
	});

	test.each([
		['no JSON', '{"locations": [', 'import.broken'],
		['another JSON', '{"type":"FeatureCollection"}', 'import.broken'],
		['a list of something else', '[1, null, "x"]', 'import.broken'],
		['no moves', '{"timelineObjects":[{"placeVisit":{}}]}', 'import.no_drives'],
		['nonsense in it', '{"locations":[null, {"latitudeE7":"x"}, 5]}', 'import.no_drives']
	])('%s is refused', (_, text, code) => {
		expect(readTimeline(text)).toMatchObject({ ok: false, refusal: { code } });
	});
});
