import { compareText } from './compare-text.ts';

/** JSON with sorted members and without spaces: the same bytes for the same content, to be hashed. */
export function canonicalJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
	if (typeof value === 'object' && value !== null) {
		const members = Object.entries(value)
			.filter(([, member]) => member !== undefined)
			.sort(([a], [b]) => compareText(a, b))
			.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
		return `{${members.join(',')}}`;
	}
	return JSON.stringify(value);
}

/** Lower-case hex SHA-256 of UTF-8 text; passed in, since the domain reaches for no platform. */
export type HashText = (text: string) => Promise<string>;

/** The `contentHash` of a submission's body: over everything but the hash itself. */
export async function contentHashOf(body: object, hashText: HashText): Promise<string> {
	const content = Object.fromEntries(
		Object.entries(body).filter(([name]) => name !== 'contentHash')
	);
	return hashText(canonicalJson(content));
}
