import { STATUS_CODES } from 'node:http';
import type { JsonObject } from '../store/json.ts';

/** What CouchDB counts from its start on, also while it is 0; other methods and statuses are shown once they were seen. */
const METHODS = ['COPY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'];
const STATUSES = [
	...[200, 201, 202, 204, 206, 301, 302, 304],
	...[400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 416, 417],
	...[500, 501, 503, 507]
];

/** Requests of one method that were answered with one status. */
export interface CountedRequests {
	method: string;
	status: number;
	count: number;
}

/**
 * The numbers of `_node/_local/_stats` that this server has, in CouchDB's shape.
 *
 * @param openFeeds how many readers wait on feeds now.
 */
export function serverStats(requests: readonly CountedRequests[], openFeeds: number): JsonObject {
	const byMethod = new Map(METHODS.map((method) => [method, 0]));
	const byStatus = new Map(STATUSES.map((status) => [status, 0]));
	let all = 0;
	for (const { method, status, count } of requests) {
		byMethod.set(method, (byMethod.get(method) ?? 0) + count);
		byStatus.set(status, (byStatus.get(status) ?? 0) + count);
		all += count;
	}
	return {
		couchdb: {
			httpd: {
				requests: counter(all, 'number of HTTP requests'),
				clients_requesting_changes: counter(openFeeds, 'number of clients for continuous _changes')
			},
			httpd_request_methods: Object.fromEntries(
				[...byMethod].map(([method, count]) => [
					method,
					counter(count, `number of HTTP ${method} requests`)
				])
			),
			httpd_status_codes: Object.fromEntries(
				[...byStatus].map(([status, count]) => [
					String(status),
					counter(count, `number of HTTP ${status} ${STATUS_CODES[status] ?? ''} responses`)
				])
			)
		}
	};
}

function counter(value: number, desc: string): JsonObject {
	return { value, type: 'counter', desc };
}
