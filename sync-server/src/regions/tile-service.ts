/** Map pictures of a service that the company chose. */
export interface TileService {
	/** With `{z}`, `{x}` and `{y}`. */
	template: string;
	credit: string;
}

const WITHIN_MS = 8_000;
const LARGEST_BYTES = 2 * 1024 * 1024;
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/webp']);

/** A picture by its tile number (web mercator), or null when there is none to be had. */
export async function fetchTile(
	{ template }: TileService,
	place: { z: string; x: string; y: string }
): Promise<{ mediaType: string; bytes: Buffer } | null> {
	const z = Number(place.z);
	const isTile =
		[place.z, place.x, place.y].every((text) => /^\d{1,8}$/.test(text)) &&
		z <= 22 &&
		Number(place.x) < 2 ** z &&
		Number(place.y) < 2 ** z;
	if (!isTile) return null;
	const url = template.replace('{z}', place.z).replace('{x}', place.x).replace('{y}', place.y);
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS) });
		const mediaType = (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
		if (!response.ok || !PICTURES.has(mediaType)) {
			await response.body?.cancel();
			return null;
		}
		const bytes = Buffer.from(await response.arrayBuffer());
		return bytes.byteLength <= LARGEST_BYTES ? { mediaType, bytes } : null;
	} catch {
		return null;
	}
}
