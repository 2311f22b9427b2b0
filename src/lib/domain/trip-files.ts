import type { RouteBody } from './route.ts';
import type { FixRow } from './trip.ts';

/**
 * A trip as GPX 1.1: a track with a segment for each stretch between gaps, with times and speeds as they were recorded.
 * `name` may hold anything.
 */
export function gpxOf(name: string, fixes: readonly FixRow[], route: RouteBody): string {
	const ends = route.gaps.map(({ toMs }) => toMs);
	const segments: string[][] = [[]];
	let nextGap = 0;
	for (const [timeMs, latitude, longitude, accuracyM] of fixes) {
		while (nextGap < ends.length && timeMs >= ends[nextGap]!) {
			segments.push([]);
			nextGap += 1;
		}
		const time = new Date(timeMs).toISOString();
		const lat = latitude.toFixed(7);
		const lon = longitude.toFixed(7);
		// GPX knows no accuracy in metres: `hdop` is what readers take, at 5 m for a good receiver.
		const hdop = (accuracyM / 5).toFixed(1);
		segments
			.at(-1)!
			.push(
				`      <trkpt lat="${lat}" lon="${lon}"><time>${time}</time><hdop>${hdop}</hdop></trkpt>`
			);
	}
	const written = segments
		.filter((segment) => segment.length > 0)
		.map((segment) => `    <trkseg>\n${segment.join('\n')}\n    </trkseg>`)
		.join('\n');
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		'<gpx version="1.1" creator="Outlay" xmlns="http://www.topografix.com/GPX/1/1">',
		`  <metadata><time>${new Date(route.startedAtMs).toISOString()}</time></metadata>`,
		`  <trk>\n    <name>${escapeXml(name)}</name>`,
		written,
		'  </trk>\n</gpx>\n'
	].join('\n');
}

/** A trip as GeoJSON (RFC 7946): the line others see, with its figures; each gap is a feature of its own. */
export function geoJsonOf(name: string, route: RouteBody): string {
	const turned = ([latitude, longitude]: readonly [number, number]) => [longitude, latitude];
	const gaps = route.gaps.flatMap((gap, n) => {
		const from = route.stretches[n]?.at(-1);
		const to = route.stretches[n + 1]?.[0];
		if (!from || !to) return [];
		return {
			type: 'Feature',
			geometry: { type: 'LineString', coordinates: [from, ...gap.line, to].map(turned) },
			properties: {
				gap: true,
				from: new Date(gap.fromMs).toISOString(),
				to: new Date(gap.toMs).toISOString(),
				distanceM: Math.round(gap.distanceM),
				by: gap.by,
				source: gap.source
			}
		};
	});
	const line = {
		type: 'Feature',
		geometry: {
			type: 'MultiLineString',
			coordinates: route.stretches
				.filter((stretch) => stretch.length > 1)
				.map((stretch) => stretch.map(turned))
		},
		properties: {
			name,
			startedAt: new Date(route.startedAtMs).toISOString(),
			stoppedAt: new Date(route.stoppedAtMs).toISOString(),
			distanceM: route.distanceM,
			lowM: route.lowM,
			highM: route.highM,
			method: route.method,
			distanceBy: route.distanceBy,
			recordedBy: route.recordedBy
		}
	};
	return `${JSON.stringify({ type: 'FeatureCollection', features: [line, ...gaps] }, null, '\t')}\n`;
}

function escapeXml(text: string): string {
	const signs: Readonly<Record<string, string>> = {
		'&': '&amp;',
		'<': '&lt;',
		'>': '&gt;',
		'"': '&quot;'
	};
	return (
		text
			.replaceAll(/[&<>"]/g, (sign) => signs[sign] ?? sign)
			// eslint-disable-next-line no-control-regex -- XML 1.0 has no place for these, not even escaped
			.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
	);
}
