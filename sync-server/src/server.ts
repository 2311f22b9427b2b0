import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import { registerAccountRoutes } from './access/account-routes.ts';
import { AccountSignals } from './access/account-signals.ts';
import { registerCouchSessionRoutes } from './access/couch-session-routes.ts';
import { registerOriginCheck } from './access/origin-check.ts';
import { PeopleAccess } from './access/people-access.ts';
import { registerSessionRoutes, type SessionParts } from './access/session-routes.ts';
import { Sessions } from './access/sessions.ts';
import { SignInDesk } from './access/sign-in.ts';
import { SignInLimiter } from './access/sign-in-limiter.ts';
import { Accounts } from './company/accounts.ts';
import { CompanySettings } from './company/company-settings.ts';
import type { SignInCard } from './company/create-company.ts';
import { createDemoCompany } from './company/demo-company.ts';
import { Registry } from './company/registry.ts';
import type { Config } from './config.ts';
import { COUCH_ROUTER_OPTIONS, registerCouchRoutes } from './couch/couch-routes.ts';
import { UnfinishedUploads } from './couch/unfinished-uploads.ts';
import { registerAppFiles } from './http/app-files.ts';
import { overrideMethod } from './http/method-override.ts';
import { answerErrorsAsCouch, badRequest, notFound, sendCouchError } from './http/errors.ts';
import { registerHealthRoute } from './http/health-route.ts';
import { openLog } from './http/log.ts';
import { registerProtocolVersion } from './http/protocol-version.ts';
import { registerSecurityHeaders } from './http/security-headers.ts';
import { takeSmallBodies } from './http/small-bodies.ts';
import { shownConfig } from './shown-config.ts';
import { Leases } from './mailroom/leases.ts';
import { Mailroom } from './mailroom/mailroom.ts';
import { registerPrivacyRoutes } from './privacy/privacy-routes.ts';
import { registerRegionRoutes } from './regions/region-routes.ts';
import type { DocumentStore } from './store/document-store.ts';

export interface OutlayServer {
	app: FastifyInstance;
	/** Creates the demo company if there is none, listens, and starts the mailroom. */
	start(): Promise<Started>;
	/** Ends open feeds, waits for answers under way, closes the store. */
	stop(): Promise<void>;
}

export interface Started {
	/** Where it listens, such as `http://127.0.0.1:3000`. */
	url: string;
	/** Of people created at this start; empty at every later one. */
	signIns: SignInCard[];
}

/** CouchDB's version whose API this follows. */
const COUCH_VERSION = '3.5.0';
const HEADERS_MS = 60 * 1000;
const EXPIRED_SWEEP_MS = 24 * 60 * 60 * 1000;

/**
 * One server process: access, CouchDB's verbs, our API, the app and the mailroom over one store, which is closed
 * with it. `now` is the clock in milliseconds.
 */
export async function createServer({
	config,
	store,
	now
}: {
	config: Config;
	store: DocumentStore;
	now: () => number;
}): Promise<OutlayServer> {
	const { limits } = config;
	const log: FastifyBaseLogger = openLog(config.logLevel);
	const registry = await Registry.open(store);
	const accounts = new Accounts(registry);
	const stopping = new AbortController();
	setMaxListeners(0, stopping.signal);
	const sessions = new Sessions(
		registry,
		{ idleMs: limits.sessionIdleMs, longestMs: limits.sessionLongestMs },
		now
	);
	const limiter = new SignInLimiter(
		{
			perAccount: limits.signInsPerAccount,
			perAddress: limits.signInsPerAddress,
			windowMs: limits.signInWindowMs
		},
		now
	);
	const desk = new SignInDesk({ accounts, limiter, administrator: config.administrator, now });
	const settings = new CompanySettings(store);
	const signals = new AccountSignals();
	// Accounts and sessions may be changed by another server on the same store.
	const watch = await registry.watch(
		({ id, isRemoved }) => {
			if (isRemoved) sessions.heardRemoved(id);
			const changed = accounts.heard(id);
			if (changed === null) return;
			sessions.interrupt(changed.companyId, changed.userId);
			signals.end(changed.companyId, changed.userId);
		},
		(error) => log.error({ err: error }, 'changes of the registry could not be read')
	);
	const access = new PeopleAccess({
		store,
		accounts,
		settings,
		sessions,
		desk,
		signals,
		stopping: stopping.signal,
		attachmentBytes: limits.attachmentBytes,
		now
	});
	const mailroom = new Mailroom(
		{ store, registry, accounts, settings, now },
		log,
		store.isShared
			? new Leases(registry, now, limits.leaseMs, (error) =>
					log.error({ err: error }, 'a lease could not be renewed')
				)
			: null
	);
	let sweeping: NodeJS.Timeout | undefined;
	let swept = Promise.resolve();
	const uploads = new UnfinishedUploads(store, limits.unfinishedUploadBytes, now);
	const sweep = async () => {
		await sessions.removeExpired().catch((error: unknown) => {
			log.error({ err: error }, 'expired sessions could not be removed');
		});
		await uploads.forgetAbandoned().catch((error: unknown) => {
			log.error({ err: error }, 'abandoned uploads could not be removed');
		});
	};

	const app: FastifyInstance = Fastify({
		loggerInstance: log,
		logController: new LogController({ disableRequestLogging: true }),
		routerOptions: COUCH_ROUTER_OPTIONS,
		rewriteUrl: overrideMethod,
		bodyLimit: limits.bodyBytes,
		onProtoPoisoning: 'ignore',
		onConstructorPoisoning: 'ignore',
		// Long GETs of CouchDB's clients carry their keys in the address.
		http: {
			maxHeaderSize: 64 * 1024,
			// Node looks twice a minute, and gives headers one; a body may take as long as a photo on a slow network.
			headersTimeout: Math.min(HEADERS_MS, limits.longestRequestMs),
			connectionsCheckingInterval: Math.min(HEADERS_MS, limits.longestRequestMs) / 2
		},
		forceCloseConnections: 'idle',
		// Whoever sends nothing, or a little now and then, keeps no connection for long. Feeds wait half as long at most.
		connectionTimeout: limits.silentConnectionMs,
		requestTimeout: limits.longestRequestMs,
		// Only a proxy of our own network may say who is calling, and only where one is configured.
		trustProxy: config.publicOrigin === null ? false : ['loopback', 'uniquelocal'],
		frameworkErrors: (_error, _request, reply) => {
			void sendCouchError(reply, badRequest('The address can not be read.'));
		}
	});
	answerErrorsAsCouch(app);
	app.setNotFoundHandler((_request, reply) => sendCouchError(reply, notFound('missing')));
	registerSecurityHeaders(app, config.publicOrigin?.startsWith('https:') === true);
	registerProtocolVersion(app);
	registerOriginCheck(app, config);
	await registerAppFiles(app, config.appDirectory);

	const sessionParts: SessionParts = {
		accounts,
		access,
		sessions,
		desk,
		storeUuid: store.uuid,
		publicOrigin: config.publicOrigin,
		sessionLongestMs: limits.sessionLongestMs
	};
	await app.register((scope, _options, done) => {
		takeSmallBodies(scope);
		scope.addHook('onRequest', (_request, reply, next) => {
			void reply.header('cache-control', 'no-store');
			next();
		});
		registerHealthRoute(scope, store.uuid);
		registerSessionRoutes(scope, sessionParts);
		registerCouchSessionRoutes(scope, sessionParts);
		registerAccountRoutes(scope, { access, accounts, registry, now });
		registerPrivacyRoutes(scope, {
			access,
			store,
			registry,
			accounts,
			alone: (companyId, deed) => mailroom.alone(companyId, deed)
		});
		registerRegionRoutes(scope, {
			access,
			folder: config.regionsDirectory,
			routing: config.routing,
			tiles: config.tiles,
			now
		});
		done();
	});
	registerCouchRoutes(app, {
		store,
		access,
		uploads,
		version: COUCH_VERSION,
		bodyLimitBytes: limits.bodyBytes,
		shownConfig: shownConfig(config, store.uuid),
		ownServer() {
			const { administrator } = config;
			if (!app.server.listening || administrator === null) return null;
			const { name, password } = administrator;
			const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
			return { url: ownAddress(app.server.address() as AddressInfo), authorization };
		}
	});

	return {
		app,

		async start() {
			const signIns = await createDemoCompany({ store, accounts, now });
			await app.listen({ host: config.host, port: config.port });
			await mailroom.start();
			sweeping = setInterval(() => {
				swept = sweep();
			}, EXPIRED_SWEEP_MS).unref();
			swept = sweep();
			return { url: addressOf(app.server.address() as AddressInfo), signIns };
		},

		async stop() {
			clearInterval(sweeping);
			stopping.abort();
			sessions.close();
			signals.close();
			// Feeds that end now leave connections that wait for a next request nobody will answer.
			const idle = setInterval(() => app.server.closeIdleConnections(), 50).unref();
			const impatient = setTimeout(
				() => app.server.closeAllConnections(),
				limits.stopWithinMs
			).unref();
			await app.close();
			clearTimeout(impatient);
			clearInterval(idle);
			await mailroom.stop();
			await watch.stop();
			await swept;
			await store.close();
		}
	};
}

/** Where this process reaches itself, also when it listens on every address of the machine. */
function ownAddress(bound: AddressInfo): string {
	const isAny = bound.address === '0.0.0.0' || bound.address === '::';
	return addressOf(isAny ? { ...bound, address: '127.0.0.1', family: 'IPv4' } : bound);
}

function addressOf({ address, port, family }: AddressInfo): string {
	return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
