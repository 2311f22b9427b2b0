/** Every value of every IndexedDB database of this origin, as it lies on the disk. */
export async function everythingInIndexedDb(): Promise<unknown[]> {
	const found: unknown[] = [];
	for (const { name } of await indexedDB.databases()) {
		if (name === undefined) continue;
		const database = await finished(indexedDB.open(name));
		for (const store of [...database.objectStoreNames]) {
			const objects = database.transaction(store).objectStore(store);
			found.push(
				...((await finished(objects.getAll())) as unknown[]),
				...(await finished(objects.getAllKeys()))
			);
		}
		database.close();
	}
	return found;
}

/** Deletes a row of a collection as another tab would that is killed before it tells of it. */
export async function deleteUntold(
	collection: string,
	schemaVersion: number,
	id: string
): Promise<void> {
	const ending = `--${String(schemaVersion)}--${collection}`;
	const found = (await indexedDB.databases()).find(({ name }) => name?.endsWith(ending));
	if (found?.name === undefined) throw new Error(`no ${collection}`);
	const database = await finished(indexedDB.open(found.name));
	const rows = database.transaction('docs', 'readwrite').objectStore('docs');
	const row = (await finished(rows.get(id))) as { _rev: string };
	const [height = '1'] = row._rev.split('-');
	const _rev = `${String(Number(height) + 1)}-untold`;
	await finished(rows.put({ ...row, _rev, _deleted: '1' }));
	database.close();
}

/** Whether a text stands anywhere in the values: as text, or as bytes in UTF-8. Blobs fail: none may be stored. */
export function holds(values: readonly unknown[], text: string): boolean {
	return values.some((value) => valueHolds(value, text));
}

function valueHolds(value: unknown, text: string): boolean {
	if (typeof value === 'string') return value.includes(text);
	if (value instanceof Blob) throw new Error('a Blob lies in IndexedDB');
	if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
		return new TextDecoder('latin1').decode(value).includes(text);
	}
	if (typeof value !== 'object' || value === null || value instanceof CryptoKey) return false;
	return Object.entries(value).some(
		([name, member]) => name.includes(text) || valueHolds(member, text)
	);
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => {
			resolve(request.result);
		};
		request.onerror = () => {
			reject(request.error ?? new Error('IndexedDB request failed'));
		};
	});
}
