import type { Config } from './config.ts';

/** The configuration as `_node/_local/_config` shows it, under CouchDB's names; nothing secret. */
export function shownConfig(
	{ host, port, administrator, allowedOrigins, logLevel, limits }: Config,
	storeUuid: string
): Record<string, Record<string, string>> {
	return {
		admins: administrator === null ? {} : { [administrator.name]: '(not shown)' },
		chttpd: {
			bind_address: host,
			port: String(port),
			max_http_request_size: String(limits.bodyBytes),
			enable_cors: String(allowedOrigins.length > 0)
		},
		chttpd_auth: { timeout: String(limits.sessionIdleMs / 1000) },
		cors: { origins: allowedOrigins.join(', '), credentials: 'true' },
		couchdb: {
			uuid: storeUuid,
			max_document_size: String(limits.bodyBytes),
			max_attachment_size: String(limits.attachmentBytes)
		},
		log: { level: logLevel }
	};
}
