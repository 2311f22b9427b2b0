import { refuse, type Result } from '../refusal.ts';
import type { FixRow } from '../trip.ts';
import {
	USUAL_ACCURACY_M,
	driveList,
	type RecordedDrive,
	type RecordedFile
} from './recorded-file.ts';

/** A comment, a block of text that is no markup, or a tag. */
const TOKEN =
	/<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([\w.-]+:)?([\w.-]+)((?:[^>"']|"[^"]*"|'[^']*')*?)(\/?)>/g;

const ENTITIES: Readonly<Record<string, string>> = {
	'&amp;': '&',
	'&lt;': '<',
	'&gt;': '>',
	'&quot;': '"',
	'&apos;': "'"
};

/**
 * Reads the tracks of a GPX 1.0 or 1.1 file: each is a drive, with all its segments. Positions without a time can't be
 * measured and are left out. Refuses with `import.unknown` what is no GPX, with `import.broken` what is not whole, and
 * with `import.no_times` a route that was only planned. Entities of documents' own are not read: such a file is refused.
 */
export function readGpx(text: string): Result<RecordedFile> {
	if (!/<(?:[\w.-]+:)?gpx[\s>]/.test(text)) return refuse('import.unknown');
	if (text.includes('<!ENTITY')) return refuse('import.broken');
	const drives: RecordedDrive[] = [];
	let drive: RecordedDrive | null = null;
	let point: Record<string, string> | null = null;
	let places = 0;
	let words = '';
	let end = 0;
	const path: string[] = [];
	for (const token of text.matchAll(TOKEN)) {
		words += text.slice(end, token.index);
		end = token.index + token[0].length;
		const [, plain, slash, , tag, attributes = '', selfClosed] = token;
		if (plain !== undefined) words += plain;
		if (tag === undefined) continue;
		if (slash === '/') {
			if (tag === 'trkpt' && point) {
				places += 1;
				const fix = fixOf(point);
				if (fix) drive?.fixes.push(fix);
				point = null;
			} else if (point && path.at(-1) === tag) {
				point[tag] = words.trim();
			} else if (tag === 'name' && drive && path.at(-2) === 'trk') {
				drive.name = decode(words.trim());
			}
			if (path.pop() !== tag) return refuse('import.broken');
			words = '';
			continue;
		}
		words = '';
		if (tag === 'trk') drives.push((drive = { name: '', fixes: [] }));
		if (tag === 'trkpt') point = attributesOf(attributes);
		if (selfClosed === '/') {
			if (tag === 'trkpt') {
				places += 1;
				point = null;
			}
		} else {
			path.push(tag);
		}
	}
	if (path.length > 0) return refuse('import.broken');
	const found = driveList(drives);
	if (found.length > 0) return { ok: true, value: { by: 'gpx', drives: found } };
	return refuse(places > 0 ? 'import.no_times' : 'import.no_drives');
}

function fixOf(point: Readonly<Record<string, string>>): FixRow | null {
	const number = (member: string) =>
		point[member] === undefined || point[member] === '' ? null : Number(point[member]);
	const latitude = number('lat');
	const longitude = number('lon');
	const timeMs = Date.parse(point['time'] ?? '');
	if (latitude === null || longitude === null || Number.isNaN(timeMs)) return null;
	const hdop = number('hdop');
	return [
		timeMs,
		latitude,
		longitude,
		number('accuracy') ?? (hdop === null ? USUAL_ACCURACY_M : hdop * 5),
		number('speed'),
		number('course')
	];
}

function attributesOf(text: string): Record<string, string> {
	const found: Record<string, string> = {};
	for (const [, name, double, single] of text.matchAll(
		/([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
	)) {
		if (name !== undefined) found[name] = double ?? single ?? '';
	}
	return found;
}

function decode(text: string): string {
	return text.replaceAll(/&(?:amp|lt|gt|quot|apos);/g, (entity) => ENTITIES[entity] ?? entity);
}
