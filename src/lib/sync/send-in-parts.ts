import { Unreachable, jsonOf } from './server-answer.ts';
import type { ServerLine } from './server-line.ts';
import type { Upload } from './upload.ts';

/** What the server says of an upload. */
interface UploadProgress {
	receivedBytes: number;
	isStored: boolean;
}

export interface PartsToSend {
	line: ServerLine;
	upload: Upload;
	sha256: string;
	bytes: Blob;
	/** Whether some of it may have arrived before: then it is asked how much. */
	isBegun: boolean;
	/** Bytes that are at the server or on their way there. */
	onProgress: (sentBytes: number) => void;
	signal: AbortSignal;
}

/**
 * Sends bytes so that a broken connection costs only what was on its way: the server says how much it has, and the rest
 * follows. Goes on by itself as long as each try brings something. Null once the server has all of it and has verified
 * the hash, else its answer, a refusal. Throws what the line throws.
 */
export async function sendInParts(parts: PartsToSend): Promise<Response | null> {
	const { line, upload, sha256, bytes, onProgress, signal } = parts;
	const address = `/_outlay/uploads/${sha256}`;
	const ask = async () => progressOf(await line.ask(address), sha256);
	const known = parts.isBegun ? await ask() : { receivedBytes: 0, isStored: false };
	if (known.isStored) return null;
	let from = known.receivedBytes;
	for (;;) {
		onProgress(from);
		const offset = from;
		const query = `bytes=${String(bytes.size)}&from=${String(offset)}`;
		const rest = bytes.slice(offset, bytes.size, bytes.type);
		let after: UploadProgress;
		try {
			const response = await upload(
				`${address}?${query}`,
				rest,
				(sentBytes) => {
					onProgress(Math.min(offset + sentBytes, bytes.size));
				},
				signal
			);
			if (!response.ok) return response;
			after = progressOf(await jsonOf(response), sha256);
		} catch (error) {
			if (!(error instanceof Unreachable)) throw error;
			after = await ask();
			if (!after.isStored && after.receivedBytes <= offset) throw error;
		}
		if (after.isStored) return null;
		// All of it came, and yet it isn't stored: somebody else took it away. It is begun again, not too fast.
		if (after.receivedBytes <= offset) throw new Unreachable();
		from = Math.min(after.receivedBytes, bytes.size);
	}
}

function progressOf(answer: unknown, sha256: string): UploadProgress {
	const said = (answer ?? {}) as Partial<UploadProgress> & { sha256?: unknown };
	const { receivedBytes, isStored } = said;
	// Somebody in between who speaks JSON too.
	if (said.sha256 !== sha256 || typeof isStored !== 'boolean') throw new Unreachable();
	if (typeof receivedBytes !== 'number' || !Number.isSafeInteger(receivedBytes)) {
		throw new Unreachable();
	}
	return { receivedBytes: Math.max(0, receivedBytes), isStored };
}
