import { SyncStopped, Unreachable } from './server-line.ts';

/** Sends bytes and reports how far it is; `fetch` can't tell. */
export type Upload = (
	path: string,
	bytes: Blob,
	onProgress: (sentBytes: number) => void,
	signal: AbortSignal
) => Promise<Response>;

/** Without progress for this long the connection counts as dead. */
const STALL_MS = 30_000;

/** PUT through `XMLHttpRequest`. Throws `Unreachable` when it breaks or stalls, `SyncStopped` when ended. */
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
		request.upload.onprogress = ({ loaded }) => {
			moved();
			onProgress(loaded);
		};
		request.onload = () => {
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

/** PUT through `fetch`, for workers without the other way: it tells nothing on the way. Throws as `uploadByXhr`. */
export const uploadByFetch: Upload = async (path, bytes, onProgress, signal) => {
	try {
		const response = await fetch(path, {
			method: 'PUT',
			headers: { accept: 'application/json', 'content-type': bytes.type },
			body: bytes,
			signal
		});
		const body = await response.text();
		onProgress(bytes.size);
		return new Response(response.status === 204 ? null : body, {
			status: response.status,
			headers: { 'content-type': response.headers.get('content-type') ?? '' }
		});
	} catch (error) {
		throw signal.aborted ? new SyncStopped() : new Unreachable({ cause: error });
	}
};
