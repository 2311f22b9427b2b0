import { upcast, type OutlayDocument } from '@outlay/domain/documents';
import type { DocumentWrite } from '../store/document-store.ts';

/**
 * What the store holds under an id, as the newest schema has it: devices of any version wrote it. It was checked when it
 * was written and is not again. Throws what `upcast` throws of a type or version that nobody knows.
 */
export function liftedDocument({ id, body }: Pick<DocumentWrite, 'id' | 'body'>): OutlayDocument {
	return upcast({ ...body, _id: id } as unknown as Parameters<typeof upcast>[0]).document;
}
