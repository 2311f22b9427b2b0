import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import path from 'node:path';
import { readPlaces, type RegionOffer } from '@outlay/domain/regions';
import type { Access } from '../access/access-port.ts';
import { AskingAllowance } from './asking-allowance.ts';
import { isRegionFile, regionsIn } from './region-files.ts';
import { askRouting, RoutingUnavailable, type RoutingService } from './routing-service.ts';
import { fetchTile, type TileService } from './tile-service.ts';

export interface RegionParts {
	access: Access;
	/** Holds `NAME.pmtiles` and `NAME.roads`. */
	folder: string;
	routing: RoutingService | null;
	tiles: TileService | null;
	now: () => number;
}

const MINUTE_MS = 60_000;

/**
 * Maps, roads and distances that the company offers its people: files of regions for keeping on a device, and, where
 * the company chose a service, distances and map pictures asked for through this server, so that the service never
 * meets a device. For people who are signed in, and nobody else.
 */
export function registerRegionRoutes(app: FastifyInstance, parts: RegionParts): void {
	const { access, folder, routing, tiles, now } = parts;
	const distances = new AskingAllowance({ most: 60, windowMs: MINUTE_MS }, now);
	const pictures = new AskingAllowance({ most: 1_000, windowMs: MINUTE_MS }, now);

	app.get('/_outlay/regions', async (request, reply) => {
		if ((await person(access, request)) === null) return refuseStranger(reply);
		return {
			regions: await regionsIn(folder),
			hasRouting: routing !== null,
			tilesCredit: tiles?.credit ?? null
		} satisfies RegionOffer;
	});

	app.get<{ Params: { file: string } }>('/_outlay/regions/:file', async (request, reply) => {
		if ((await person(access, request)) === null) return refuseStranger(reply);
		const { file } = request.params;
		if (!isRegionFile(file)) return reply.code(404).send({ code: 'region.unknown' });
		return reply
			.header('content-type', 'application/octet-stream')
			.sendFile(file, path.resolve(folder), { cacheControl: false });
	});

	app.post('/_outlay/ways', async (request, reply) => {
		const caller = await person(access, request);
		if (caller === null) return refuseStranger(reply);
		if (routing === null) return reply.code(404).send({ code: 'routing.not_offered' });
		const places = readPlaces((request.body as { places?: unknown } | undefined)?.places);
		if (places === null) return reply.code(400).send({ code: 'routing.places_unreadable' });
		const waitS = distances.ask(caller);
		if (waitS > 0) return refuseHaste(reply, waitS);
		try {
			return { ways: await askRouting(routing, places) };
		} catch (error) {
			if (!(error instanceof RoutingUnavailable)) throw error;
			// Never the address that was asked: it holds where somebody went.
			request.log.warn({ code: error.code }, 'the routing service gave no answer');
			return reply.code(502).send({ code: error.code });
		}
	});

	app.get<{ Params: { z: string; x: string; y: string } }>(
		'/_outlay/tiles/:z/:x/:y',
		async (request, reply) => {
			const caller = await person(access, request);
			if (caller === null) return refuseStranger(reply);
			if (tiles === null) return reply.code(404).send({ code: 'tiles.not_offered' });
			const waitS = pictures.ask(caller);
			if (waitS > 0) return refuseHaste(reply, waitS);
			const { z, x, y } = request.params;
			const tile = await fetchTile(tiles, { z, x, y });
			if (tile === null) return reply.code(404).send({ code: 'tiles.unavailable' });
			return reply
				.header('content-type', tile.mediaType)
				.header('cache-control', 'private, max-age=604800')
				.send(tile.bytes);
		}
	);
}

/** Who asks, when it is a person who is signed in. */
async function person(access: Access, request: FastifyRequest): Promise<string | null> {
	const { companyId, userId } = await access.caller(request);
	return companyId === undefined || userId === undefined ? null : `${companyId}/${userId}`;
}

function refuseStranger(reply: FastifyReply): FastifyReply {
	return reply.code(401).send({ code: 'session.expired' });
}

function refuseHaste(reply: FastifyReply, waitS: number): FastifyReply {
	return reply.code(429).header('retry-after', String(waitS)).send({ code: 'routing.too_many' });
}
