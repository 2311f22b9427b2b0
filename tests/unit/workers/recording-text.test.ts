import { describe, expect, test } from 'vitest';
import { readRecording } from '#lib/workers/read-recording.ts';

const gpx = (declaration: string, name: string) =>
	`${declaration}<gpx><trk><name>${name}</name><trkseg>` +
	`<trkpt lat="55" lon="10"><time>2026-03-02T08:00:00Z</time></trkpt>` +
	`<trkpt lat="55.1" lon="10"><time>2026-03-02T08:10:00Z</time></trkpt></trkseg></trk></gpx>`;
const xml = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>`;

function utf16(text: string, isLittle: boolean): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(text.length * 2);
	const view = new DataView(bytes.buffer);
	for (let n = 0; n < text.length; n += 1) view.setUint16(n * 2, text.charCodeAt(n), isLittle);
	return bytes;
}
const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('a recording is read in the encoding it was written in', () => {
	test.each([
		['UTF-8 that says nothing', new TextEncoder().encode(gpx('', 'Til Sjælland'))],
		['UTF-8 with a mark', new TextEncoder().encode(`\ufeff${gpx(xml('UTF-8'), 'Til Sjælland')}`)],
		['an encoding nobody knows', new TextEncoder().encode(gpx(xml('best'), 'Til Sjælland'))],
		[
			'UTF-8 that calls itself UTF-16',
			new TextEncoder().encode(gpx(xml('UTF-16'), 'Til Sjælland'))
		],
		['Latin-1', latin1(gpx(xml('ISO-8859-1'), 'Til Sjælland'))],
		['UTF-16 with a mark', utf16(`\ufeff${gpx(xml('UTF-16'), 'Til Sjælland')}`, true)],
		['UTF-16 the other way round', utf16(`\ufeff${gpx('', 'Til Sjælland')}`, false)],
		['UTF-16 without a mark', utf16(gpx('', 'Til Sjælland'), true)]
	])('%s', async (_, bytes) => {
		expect(await readRecording(new Blob([bytes]))).toMatchObject({
			ok: true,
			value: { by: 'gpx', drives: [{ name: 'Til Sjælland', fixes: [{}, {}] }] }
		});
	});

	test.each([
		['a page', '<html><body>Not found</body></html>', 'import.unknown'],
		['another format of tracks', '<?xml version="1.0"?><kml><Document/></kml>', 'import.unknown'],
		['a table', 'time,lat,lon\n1,55,10', 'import.unknown'],
		['GeoJSON', '{"type":"FeatureCollection","features":[]}', 'import.unknown'],
		['spaces', ' \n ', 'import.unknown'],
		['one zero', '\u0000', 'import.unknown'],
		['half a GPX', gpx('', 'A').slice(0, 90), 'import.broken']
	])('%s is refused', async (_, text, code) => {
		expect(await readRecording(new Blob([text]))).toMatchObject({ ok: false, refusal: { code } });
	});
});
