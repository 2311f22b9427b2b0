import PouchDB from 'pouchdb';

const pouches: PouchDB[] = [];

/** Opens a database, by its address or its place on disk, until `closePouches`. */
export function openPouch(location: string): PouchDB {
	const pouch = new PouchDB(location);
	pouches.push(pouch);
	return pouch;
}

export async function closePouches(): Promise<void> {
	for (const pouch of pouches.splice(0)) await pouch.close();
}

export const view = (map: string, reduce?: string) => ({ map, ...(reduce ? { reduce } : {}) });
/** Gives the design document `d` this view as `v`. */
export const putView = (db: PouchDB, map: string, reduce?: string) =>
	db.put({ _id: '_design/d', views: { v: view(map, reduce) } });

export const keys = ({ rows }: { rows: { key: unknown }[] }) => rows.map(({ key }) => key);
