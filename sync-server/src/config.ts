import path from 'node:path';
import type { RoutingService } from './regions/routing-service.ts';
import type { TileService } from './regions/tile-service.ts';
import { isLoopbackName } from './access/session-cookie.ts';
import { parseEmail } from './company/account-name.ts';

/** Everything the server is told from outside. */
export interface Config {
	host: string;
	/** 0 takes any free port. */
	port: number;
	dataDirectory: string;
	/** Where erasures are journalled; null for a file in the data directory. */
	erasureJournal: string | null;
	/** Where everything lies that belongs to no company in a store of its own. */
	home: StorePlace;
	/** Stores that companies can be given, by name. */
	stores: ReadonlyMap<string, StorePlace>;
	/** Directory of the built app. */
	appDirectory: string;
	/** Who may use CouchDB's administration verbs; null without one. */
	administrator: { name: string; password: string } | null;
	/** Where people reach the server when a proxy ends TLS in front of it, such as `https://outlay.example`. */
	publicOrigin: string | null;
	/** Foreign origins whose pages may call the API; none by default. */
	allowedOrigins: readonly string[];
	/** Folder of the region packs offered to devices. */
	regionsDirectory: string;
	/** Services that are asked on behalf of people; none unless the company chose them. */
	routing: RoutingService | null;
	tiles: TileService | null;
	logLevel: LogLevel;
	limits: Limits;
}

/** The embedded store, or a CouchDB server or cluster with its credentials in the address. */
export type StorePlace = { kind: 'embedded' } | { kind: 'couchdb'; url: string };

export interface Limits {
	/** Greatest JSON body of a request. */
	bodyBytes: number;
	/** Greatest attachment the server administrator may store; people's is RECEIPT_MAX_BYTES. */
	attachmentBytes: number;
	/** Bytes of uploads that one person has begun and not finished. */
	unfinishedUploadBytes: number;
	/** A session ends after this long without use, … */
	sessionIdleMs: number;
	/** … and after this long in any case. */
	sessionLongestMs: number;
	/** Wrong sign-ins allowed within `signInWindowMs`, for one account from one address and for one address. */
	signInsPerAccount: number;
	signInsPerAddress: number;
	signInWindowMs: number;
	/** A connection on which nothing moves is closed after this long, … */
	silentConnectionMs: number;
	/** … and one whose request has not arrived whole after this long. */
	longestRequestMs: number;
	/** For how long one of several servers takes a company to work on. */
	leaseMs: number;
	/** How long `stop` waits for answers under way. */
	stopWithinMs: number;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export const DEFAULT_LIMITS: Limits = {
	bodyBytes: 64 * 1024 * 1024,
	attachmentBytes: 1024 * 1024 * 1024,
	unfinishedUploadBytes: 64 * 1024 * 1024,
	sessionIdleMs: 30 * DAY_MS,
	sessionLongestMs: 180 * DAY_MS,
	signInsPerAccount: 10,
	signInsPerAddress: 100,
	signInWindowMs: 5 * MINUTE_MS,
	silentConnectionMs: 2 * MINUTE_MS,
	// A photo of 8 MB over a slow mobile network.
	longestRequestMs: 30 * MINUTE_MS,
	leaseMs: 15_000,
	stopWithinMs: 5000
};

/** A value the server can't start with; the message is for whoever starts it. */
export class ConfigError extends Error {
	readonly code = 'config.unusable';

	constructor(message: string) {
		super(message);
		this.name = 'ConfigError';
	}
}

/**
 * Reads the environment; empty values count as absent. `appDirectory` is where the built app lies, which is not
 * configured. Throws a `ConfigError` that says what to do.
 */
export function readConfig(
	environment: Readonly<Record<string, string | undefined>>,
	appDirectory: string
): Config {
	const value = (name: string) => environment[name]?.trim() || null;
	const host = value('HOST') ?? '127.0.0.1';
	const publicOrigin = readOptionalOrigin('OUTLAY_PUBLIC_ORIGIN', value('OUTLAY_PUBLIC_ORIGIN'));
	const isThisMachineOnly = publicOrigin === null && isLoopbackName(host);
	return {
		host,
		port: readPort(value('PORT')),
		dataDirectory: value('OUTLAY_DATA') ?? './data',
		erasureJournal: value('OUTLAY_ERASURES'),
		home: readHome(value('COUCHDB_URL')),
		stores: readStores(value('OUTLAY_STORES')),
		appDirectory,
		administrator: readAdministrator(value('OUTLAY_ADMIN'), isThisMachineOnly),
		publicOrigin,
		allowedOrigins: (value('OUTLAY_ALLOWED_ORIGINS') ?? '')
			.split(/[\s,]+/)
			.filter((text) => text !== '')
			.map((text) => readOrigin('OUTLAY_ALLOWED_ORIGINS', text)),
		regionsDirectory:
			value('OUTLAY_REGIONS') ?? path.join(value('OUTLAY_DATA') ?? './data', 'regions'),
		routing: readRouting(value('OUTLAY_ROUTING')),
		tiles: readTiles(value('OUTLAY_TILES'), value('OUTLAY_TILES_CREDIT')),
		logLevel: readLogLevel(value('LOG_LEVEL') ?? value('OUTLAY_LOG_LEVEL')),
		limits: DEFAULT_LIMITS
	};
}

function readHome(url: string | null): StorePlace {
	return url === null ? { kind: 'embedded' } : readCouchdbUrl('COUCHDB_URL', url);
}

/** `dk=embedded, no=https://name:password@couch.example:5984/`. */
function readStores(text: string | null): ReadonlyMap<string, StorePlace> {
	const stores = new Map<string, StorePlace>();
	for (const entry of (text ?? '').split(/[\s,]+/).filter((each) => each !== '')) {
		const [, name, place = ''] = /^([a-z0-9]{1,26})=(.+)$/.exec(entry) ?? [];
		if (name === undefined || stores.has(name)) {
			throw new ConfigError(
				'OUTLAY_STORES must name each store once, in small letters and digits, such as ' +
					'dk=embedded,no=https://name:password@couch.example:5984/'
			);
		}
		const isEmbedded = place === 'embedded';
		stores.set(name, isEmbedded ? { kind: 'embedded' } : readCouchdbUrl('OUTLAY_STORES', place));
	}
	return stores;
}

/** The value holds a password and is never repeated. */
function readCouchdbUrl(name: string, text: string): StorePlace {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
		throw new ConfigError(
			`${name} must be the address of a CouchDB server, such as http://name:password@127.0.0.1:5984/`
		);
	}
	return { kind: 'couchdb', url: url.href };
}

function readPort(text: string | null): number {
	if (text === null) return 3000;
	const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
	if (!(port <= 65_535)) {
		throw new ConfigError('PORT must be a number from 0 to 65535, such as 3000.');
	}
	return port;
}

/** A server nobody else reaches may have a password as short as the ones CouchDB's clients are tested with. */
function readAdministrator(
	text: string | null,
	isThisMachineOnly: boolean
): Config['administrator'] {
	if (text === null) return null;
	const colon = text.indexOf(':');
	const name = text.slice(0, colon);
	const password = text.slice(colon + 1);
	// The value itself is a secret and never repeated.
	if (colon < 1 || password === '') {
		throw new ConfigError('OUTLAY_ADMIN must be a name and a password with a colon between them.');
	}
	if (name.includes('/') || parseEmail(name) !== null) {
		throw new ConfigError('The name in OUTLAY_ADMIN must not look like the name of a person.');
	}
	if (password.length < 8 && !isThisMachineOnly) {
		throw new ConfigError('The password in OUTLAY_ADMIN must have at least 8 characters.');
	}
	return { name, password };
}

function readOptionalOrigin(name: string, text: string | null): string | null {
	return text === null ? null : readOrigin(name, text);
}

function readOrigin(name: string, text: string): string {
	const url = URL.canParse(text) ? new URL(text) : null;
	const isOrigin =
		url !== null &&
		/^https?:$/.test(url.protocol) &&
		text.replace(/\/$/, '').toLowerCase() === url.origin;
	if (!isOrigin) {
		throw new ConfigError(
			`${name} must hold origins such as https://outlay.example, without a path. Got: ${text.slice(0, 100)}`
		);
	}
	return url.origin;
}

/** `osrm=https://router.example`; where people go is sent there, so it is never guessed. */
function readRouting(text: string | null): RoutingService | null {
	if (text === null) return null;
	const [, kind, url = ''] = /^(osrm|valhalla|graphhopper)=(.+)$/.exec(text) ?? [];
	if (kind === undefined || !isHttpAddress(url)) {
		throw new ConfigError(
			'OUTLAY_ROUTING must name a kind and an address, such as osrm=https://router.example. ' +
				'Kinds: osrm, valhalla, graphhopper.'
		);
	}
	return { kind: kind as RoutingService['kind'], url: url.replace(/\/$/, '') };
}

function readTiles(template: string | null, credit: string | null): TileService | null {
	if (template === null) return null;
	const isTemplate =
		['{z}', '{x}', '{y}'].every((part) => template.includes(part)) &&
		isHttpAddress(template.replace(/[{}]/g, ''));
	if (!isTemplate || credit === null) {
		throw new ConfigError(
			'OUTLAY_TILES must be an address with {z}, {x} and {y}, such as ' +
				'https://tiles.example/{z}/{x}/{y}.png, and OUTLAY_TILES_CREDIT must say whom to credit.'
		);
	}
	return { template, credit };
}

function isHttpAddress(text: string): boolean {
	return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function readLogLevel(text: string | null): LogLevel {
	const level = LOG_LEVELS.find((known) => known === (text ?? 'warn'));
	if (level === undefined) {
		throw new ConfigError(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}.`);
	}
	return level;
}
