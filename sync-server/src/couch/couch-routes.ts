import type { FastifyInstance } from 'fastify';
import { FunctionRunner } from '../design/function-runner.ts';
import { takeBodiesAsStreams } from '../http/body.ts';
import { answerErrorsAsCouch } from '../http/errors.ts';
import { Indexes } from '../indexes/indexes.ts';
import { allDocsRoutes } from './all-docs-routes.ts';
import { attachmentRoutes } from './attachment-routes.ts';
import { bulkRoutes } from './bulk-routes.ts';
import { changesRoutes } from './changes-routes.ts';
import { ActiveTasks } from './active-tasks.ts';
import type { CouchDeps, CouchSetup } from './couch-deps.ts';
import { DatabaseUpdates } from './database-updates.ts';
import { databaseRoutes } from './database-routes.ts';
import { UpdateValidators } from './design/update-validators.ts';
import { documentRoutes } from './document-routes.ts';
import { findRoutes } from './find/find-routes.ts';
import { formRoutes } from './form-routes.ts';
import { localRoutes } from './local-routes.ts';
import { maintenanceRoutes } from './maintenance-routes.ts';
import { metricsRoutes } from './metrics-routes.ts';
import { missingRevsRoute } from './missing-revs-route.ts';
import { collectMethods } from './method-not-allowed.ts';
import { uploadRoutes } from './upload-routes.ts';
import { viewRoutes } from './views/view-routes.ts';
import { OpenFeeds } from './open-feeds.ts';
import { nameRequests } from './name-requests.ts';
import { replicateRoutes } from './replicate-routes.ts';
import { serverRoutes } from './server-routes.ts';
import { welcomeRoutes } from './welcome-routes.ts';

/** What the Fastify instance itself must be told for CouchDB's addresses; a plugin cannot. */
export const COUCH_ROUTER_OPTIONS = {
	// Document ids and attachment names are longer than the 100 characters Fastify takes.
	maxParamLength: 8_192
} as const;

/**
 * Registers the CouchDB API at the root of `app`, in a scope of its own: its bodies arrive unparsed and its
 * errors look like CouchDB's. The instance needs `COUCH_ROUTER_OPTIONS` among its `routerOptions`.
 */
export function registerCouchRoutes(app: FastifyInstance, setup: CouchSetup): void {
	const functions = new FunctionRunner(setup.functionLimits);
	const onError = (error: unknown) =>
		app.log.error({ err: error }, 'an index could not be updated');
	const indexes = new Indexes(() => performance.now(), onError);
	if (!app.supportedMethods.includes('COPY')) app.addHttpMethod('COPY');
	void app.register((scope, _options, done) => {
		takeBodiesAsStreams(scope);
		answerErrorsAsCouch(scope);
		nameRequests(scope);
		const deps: CouchDeps = {
			...setup,
			openFeeds: new OpenFeeds(),
			tasks: new ActiveTasks(Date.now),
			updates: new DatabaseUpdates(setup.store),
			compacting: new Set(),
			functions,
			indexes,
			validators: new UpdateValidators(functions)
		};
		scope.addHook('onClose', async () => {
			deps.updates.close();
			await functions.close();
			await indexes.close();
		});
		const refuseOtherMethods = collectMethods(scope, deps);
		metricsRoutes(scope, app, deps);
		welcomeRoutes(scope, deps);
		serverRoutes(scope, deps);
		uploadRoutes(scope, deps);
		replicateRoutes(scope, deps);
		databaseRoutes(scope, deps);
		maintenanceRoutes(scope, deps);
		allDocsRoutes(scope, deps);
		bulkRoutes(scope, deps);
		missingRevsRoute(scope, deps);
		changesRoutes(scope, deps);
		localRoutes(scope, deps);
		documentRoutes(scope, deps);
		formRoutes(scope, deps);
		attachmentRoutes(scope, deps);
		viewRoutes(scope, deps);
		findRoutes(scope, deps);
		refuseOtherMethods();
		done();
	});
}
