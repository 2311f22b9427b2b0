import type { Database, DocumentStore, DocumentWrite } from '../src/store/document-store.ts';

/** What ends a write in a dying store. */
export class Crash extends Error {}

/** The real store, which dies at its nth write, before or after the write reached the disk. */
export function dyingStore(real: DocumentStore, atWrite: number, isAfter: boolean): DocumentStore {
	let writes = 0;
	const dying = async <T>(write: () => Promise<T>): Promise<T> => {
		writes += 1;
		if (writes < atWrite) return write();
		if (isAfter && writes === atWrite) await write();
		throw new Crash();
	};
	const wrap = (database: Database): Database =>
		new Proxy(database, {
			get(target, member) {
				if (member === 'write') {
					return (...args: Parameters<Database['write']>) => dying(() => target.write(...args));
				}
				if (member === 'writeLocal') {
					return (...args: Parameters<Database['writeLocal']>) =>
						dying(() => target.writeLocal(...args));
				}
				if (member === 'removeLocal') {
					return (id: string) => dying(() => target.removeLocal(id));
				}
				const value: unknown = Reflect.get(target, member, target);
				return typeof value === 'function' ? (value.bind(target) as unknown) : value;
			}
		});
	return new Proxy(real, {
		get(target, member) {
			if (member === 'open') {
				return async (name: string) => {
					const database = await target.open(name);
					return database && wrap(database);
				};
			}
			const value: unknown = Reflect.get(target, member, target);
			return typeof value === 'function' ? (value.bind(target) as unknown) : value;
		}
	});
}

/** The real store, which waits for `deed` before it writes. */
export function beforeWrites(
	real: DocumentStore,
	deed: (writes: readonly DocumentWrite[]) => Promise<void>
): DocumentStore {
	return new Proxy(real, {
		get(target, member) {
			const value: unknown = Reflect.get(target, member, target);
			if (member !== 'open') {
				return typeof value === 'function' ? (value.bind(target) as unknown) : value;
			}
			return async (name: string) => {
				const database = await target.open(name);
				return (
					database &&
					new Proxy(database, {
						get(inner, key) {
							const found: unknown = Reflect.get(inner, key, inner);
							if (key === 'write') {
								return async (writes: readonly DocumentWrite[]) => {
									await deed(writes);
									return inner.write(writes);
								};
							}
							return typeof found === 'function' ? (found.bind(inner) as unknown) : found;
						}
					})
				);
			};
		}
	});
}
