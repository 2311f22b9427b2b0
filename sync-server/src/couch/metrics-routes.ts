import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CouchDeps } from './couch-deps.ts';
import { sendJson } from './send-json.ts';
import { serverStats } from './server-stats.ts';
import { requireAdministrator } from './use-database.ts';

/** Feeds wait as long as their readers like: how long they took says nothing. */
const FEEDS = /\/_(changes|db_updates)$/;

/**
 * `/metrics` for Prometheus and the few numbers of `_node/_local/_stats`, for the server administrator. Labels are
 * routes and statuses, never names of databases, documents or people.
 *
 * @param app whose requests are counted, every one of them.
 */
export function metricsRoutes(scope: FastifyInstance, app: FastifyInstance, deps: CouchDeps): void {
	// Of its own: several servers may run in one process.
	const registry = new Registry();
	const registers = [registry];
	const requests = new Counter({
		name: 'outlay_http_requests_total',
		help: 'Requests answered, by method, route and status.',
		labelNames: ['method', 'route', 'status'],
		registers
	});
	const durations = new Histogram({
		name: 'outlay_http_request_duration_seconds',
		help: 'How long answers took, without feeds.',
		labelNames: ['method'],
		buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
		registers
	});
	const events = new Counter({
		name: 'outlay_database_events_total',
		help: 'Databases created, updated and deleted.',
		labelNames: ['event'],
		registers
	});
	gauge('outlay_open_feeds', 'Feeds that readers wait on.', () => deps.openFeeds.open);
	gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
	gauge('nodejs_heap_used_bytes', 'Heap in use.', () => process.memoryUsage().heapUsed);
	gauge('process_cpu_seconds_total', 'CPU time, of the system too.', () => {
		const { user, system } = process.cpuUsage();
		return (user + system) / 1e6;
	});
	gauge('process_uptime_seconds', 'Since the start.', () => process.uptime());

	function gauge(name: string, help: string, read: () => number): void {
		new Gauge({
			name,
			help,
			registers,
			collect() {
				this.set(read());
			}
		});
	}

	const stopListening = deps.store.onWrite((_database, event) => events.inc({ event }));
	scope.addHook('onClose', (_instance, done) => {
		stopListening();
		done();
	});
	app.addHook('onResponse', (request, reply, done) => {
		const route = request.routeOptions.url ?? 'none';
		requests.inc({ method: request.method, route, status: reply.statusCode });
		if (!FEEDS.test(route)) durations.observe({ method: request.method }, reply.elapsedTime / 1000);
		done();
	});

	const answer = async (request: FastifyRequest): Promise<string> => {
		await requireAdministrator(deps, request, 'metrics');
		return registry.metrics();
	};
	for (const address of ['/metrics', '/_node/:node/_prometheus']) {
		scope.get(address, async (request, reply) =>
			reply.header('content-type', registry.contentType).send(await answer(request))
		);
	}

	scope.get('/_node/:node/_stats', async (request, reply) => {
		await requireAdministrator(deps, request, '_stats');
		const counted = (await requests.get()).values.map(({ labels, value }) => ({
			method: String(labels.method),
			status: Number(labels.status),
			count: value
		}));
		return sendJson(reply, serverStats(counted, deps.openFeeds.open));
	});
}
