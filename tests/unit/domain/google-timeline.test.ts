import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitAtStays } from '@outlay/domain/recordings/recorded-file';
import { readTimeline } from '@outlay/domain/recordings/timeline';
import type { FixRow } from '@outlay/domain/trip';

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
		['another JSON', '{"type":"FeatureCollection"}', 'import.unknown'],
		['a list of something else', '[1, null, "x"]', 'import.unknown'],
		['no moves', '{"timelineObjects":[{"placeVisit":{}}]}', 'import.no_drives'],
		['nonsense in it', '{"locations":[null, {"latitudeE7":"x"}, 5]}', 'import.no_drives']
	])('%s is refused', (_, text, code) => {
		expect(readTimeline(text)).toMatchObject({ ok: false, refusal: { code } });
	});
});
