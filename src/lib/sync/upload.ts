import { PROTOCOL_HEADER } from '@outlay/domain/session-view';
import { demandOurVersion, OtherVersion, OUR_VERSION } from './protocol-version.ts';
import { SyncStopped, Unreachable } from './server-answer.ts';

/** Sends bytes and reports how far it is; `fetch` can't tell. */
export type Upload = (
	path: string,
	bytes: Blob,
	onProgress: (sentBytes: number) => void,
	signal: AbortSignal
) => Promise<Response>;

/** Without progress for this long the connection counts as dead. */
const STALL_MS = 30_000;

/**
 * PUT through `XMLHttpRequest`. Throws `Unreachable` when it breaks or stalls, `SyncStopped` when ended, `OtherVersion`.
 */
export const uploadByXhr: Upload = (path, bytes, onProgress, signal) =>
	new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		let timer: ReturnType<typeof setTimeout>;
		const moved = () => {
			clearTimeout(timer);
			timer = setTimeout(() => {
				request.abort();
			}, STALL_MS);
		};
		const end = () => {
			request.abort();
		};
		signal.addEventListener('abort', end);
		request.open('PUT', path);
		request.setRequestHeader('content-type', bytes.type);
		request.setRequestHeader('accept', 'application/json');
		for (const [name, value] of Object.entries(OUR_VERSION)) request.setRequestHeader(name, value);
		request.upload.onprogress = ({ loaded }) => {
			moved();
			onProgress(loaded);
		};
		request.onload = () => {
			try {
				demandOurVersion(named(request.getResponseHeader(PROTOCOL_HEADER)));
			} catch (error) {
				reject(error instanceof Error ? error : new Error(String(error)));
				return;
			}
			resolve(
				new Response(request.status === 204 ? null : request.responseText, {
					status: request.status,
					headers: { 'content-type': request.getResponseHeader('content-type') ?? '' }
				})
			);
		};
		request.onerror = request.onabort = () => {
			reject(signal.aborted ? new SyncStopped() : new Unreachable());
		};
		request.onloadend = () => {
			clearTimeout(timer);
			signal.removeEventListener('abort', end);
		};
		moved();
		request.send(bytes);
	});

function named(version: string | null): Headers {
	return new Headers(version === null ? {} : { [PROTOCOL_HEADER]: version });
}

/** PUT through `fetch`, for workers without the other way: it tells nothing on the way. Throws as `uploadByXhr`. */
export const uploadByFetch: Upload = async (path, bytes, onProgress, signal) => {
	try {
		const response = await fetch(path, {
			method: 'PUT',
			headers: { ...OUR_VERSION, accept: 'application/json', 'content-type': bytes.type },
			body: bytes,
			signal
		});
		const body = await response.text();
		demandOurVersion(response.headers);
		onProgress(bytes.size);
		return new Response(response.status === 204 ? null : body, {
			status: response.status,
			headers: { 'content-type': response.headers.get('content-type') ?? '' }
		});
	} catch (error) {
		if (error instanceof OtherVersion) throw error;
		throw signal.aborted ? new SyncStopped() : new Unreachable({ cause: error });
	}
};
